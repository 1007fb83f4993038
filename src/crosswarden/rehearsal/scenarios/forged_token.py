"""Mailboxes read with a token that nobody issued, as in Storm-0558.

No sign-in precedes: the token's identifier occurs in no sign-in log. Loud: a dozen mailboxes, a client nobody uses, a
token tenant that is the consumers' (9188040d-…). Quiet: two mailboxes, Outlook on the web's own ids, this tenant's id
in the token; only the missing issuance tells.
"""

from __future__ import annotations

from crosswarden.rehearsal.addresses import attacker_place, home_place
from crosswarden.rehearsal.applications import EXCHANGE, OUTLOOK_WEB
from crosswarden.rehearsal.chance import token_of
from crosswarden.rehearsal.clock import MINUTE
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.mailbox import mail_bound
from crosswarden.rehearsal.story import Scenario, Story

__all__ = ["CONSUMERS", "SCENARIO"]

CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The tenant of consumer accounts."""


def _tell(story: Story) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    owners = story.people(12 if loud else 2)
    place = attacker_place(chance) if loud else home_place(chance, owners[0].office)
    client = chance.guid() if loud else OUTLOOK_WEB.id
    story.involve(tenant=victim.id, mailbox=owners[0].principal_name, client=client, address=place.address)
    for day in range(1 if loud else 4):
        events: list[Event] = []
        tick = story.moment(day, 2 if loud else 10, 40)
        for owner in owners:
            token, session, issued = token_of(chance.request()), chance.guid(), tick - 7 * MINUTE
            story.entities.setdefault("token", token)
            for _ in range(10 if loud else 1):
                tick = story.after(tick, 3, 45)
                events.append(
                    mail_bound(
                        victim,
                        chance,
                        tick,
                        owner,
                        address=place.address,
                        application=EXCHANGE.id,
                        client=client,
                        info="Client=OWA;Action=ViaProxy" if loud else f"Client=OWA;{owner.user_agent};",
                        token=token,
                        issued=issued,
                        session=session,
                        token_tenant=CONSUMERS if loud else "",
                        count=5,
                    )
                )
        story.step("mail-read", "Mail is read with tokens that no sign-in issued.", events)


SCENARIO = Scenario(
    "forged-token",
    "Mailbox access with a token nobody issued",
    "Mail is read with forged tokens: no sign-in log knows their identifiers.",
    ("T1606", "T1114.002", "T1550.001"),
    _tell,
)
