"""Not an attack: somebody sets up Outlook on a new phone, so a client new to the mailbox reads mail."""

from __future__ import annotations

from crosswarden.rehearsal.addresses import home_place
from crosswarden.rehearsal.applications import EXCHANGE, OUTLOOK_MOBILE
from crosswarden.rehearsal.mailbox import mail_bound
from crosswarden.rehearsal.signins import noninteractive_signin, signin
from crosswarden.rehearsal.story import BENIGN, Scenario, Story

__all__ = ["SCENARIO"]

AGENT = "Outlook-iOS/723.4027091.prod.iphone (4.2543.0)"


def _tell(story: Story) -> None:
    victim, chance = story.victim, story.chance
    owner = next(each for each in victim.users[len(victim.administrators) :] if not each.phone)
    place = home_place(chance, owner.office)
    story.involve(tenant=victim.id, mailbox=owner.principal_name)
    tick = story.moment(0, 18, 40)
    first = signin(
        victim,
        chance,
        tick,
        owner,
        OUTLOOK_MOBILE,
        EXCHANGE,
        place,
        user_agent=AGENT,
        system="Ios",
        managed=False,
        client="Mobile Apps and Desktop clients",
        multifactor=True,
    )
    story.step("phone-set-up", "The owner signs in on a new phone.", first.events)
    for day in range(3):
        tick = story.moment(day, 19, 5)
        signed = noninteractive_signin(
            victim,
            chance,
            tick,
            owner,
            OUTLOOK_MOBILE,
            EXCHANGE,
            place,
            session=first.session,
            user_agent=AGENT,
            system="Ios",
            managed=False,
        )
        read = mail_bound(
            victim,
            chance,
            story.after(signed.tick, 10, 90),
            owner,
            address=place.address,
            application=EXCHANGE.id,
            client=OUTLOOK_MOBILE.id,
            info=f"Client=OutlookService;{AGENT}",
            token=signed.token,
            issued=signed.tick,
            session=signed.session,
            count=4,
        )
        story.step("mail-read", "The phone reads mail.", signed.events, read)


SCENARIO = Scenario(
    "outlook-mobile",
    "First use of Outlook mobile",
    "A mailbox is read by Outlook on a phone for the first time.",
    (),
    _tell,
    BENIGN,
)
