"""Inbound connector spam: an application with Exchange's management role opens the door for mail that it then floods.

Follows Microsoft's account of applications that compromise mail servers. Loud: connector, a dozen transport rules,
hundreds of messages, all deleted afterwards. Quiet: one connector made by the administrator, one rule, few messages.
"""

from __future__ import annotations

from crosswarden.rehearsal.addresses import attacker_place, home_place
from crosswarden.rehearsal.applications import EXCHANGE, MANAGEMENT, PORTAL, Application
from crosswarden.rehearsal.chance import named_guid
from crosswarden.rehearsal.credentials import credential_added
from crosswarden.rehearsal.directory import by_user
from crosswarden.rehearsal.event import Event
from crosswarden.rehearsal.mailbox import cmdlet, mail_sent
from crosswarden.rehearsal.registration import application_added, principal_added, role_assigned
from crosswarden.rehearsal.signins import principal_signin, signin
from crosswarden.rehearsal.story import Scenario, Story

__all__ = ["SCENARIO"]


def _tell(story: Story) -> None:
    victim, chance, loud = story.victim, story.chance, story.loud
    administrator = story.administrator()
    place = attacker_place(chance) if loud else home_place(chance, administrator.office)
    application = Application(named_guid(victim.seed, "story", "mail connector"), "Mail gateway", victim.id)
    story.involve(tenant=victim.id, administrator=administrator.id, address=place.address)
    tick = story.moment(0, 20, 15) if loud else story.moment(0, 14, 15)
    entry = signin(
        victim, chance, tick, administrator, PORTAL, MANAGEMENT, place, managed=False, multifactor=not loud
    )
    story.step("entry", "The attacker signs in as an administrator.", entry.events)
    key = chance.guid()
    who, identity, kind, through = administrator.principal_name, administrator.puid, 2, EXCHANGE.id
    if loud:
        story.involve(application=application.id, service_principal=victim.principal(application))
        actor = by_user(administrator, place.address, administrator.user_agent, PORTAL)
        tick = story.after(tick, 60, 200)
        story.step(
            "application-made",
            "An application gets Exchange's management role and a secret.",
            application_added(victim, chance, tick, actor, application),
            principal_added(victim, chance, story.after(tick, 1, 3), actor, application),
            credential_added(victim, chance, story.after(tick, 30, 60), actor, application, key, "gateway"),
            role_assigned(
                victim,
                chance,
                story.after(tick, 70, 90),
                actor,
                application,
                "Exchange.ManageAsApp",
                resource=EXCHANGE,
            ),
        )
        tick = story.after(tick, 300, 500)
        signed = principal_signin(victim, chance, tick, application, EXCHANGE, place, credential=key)
        story.step("application-signs-in", "The application signs in.", signed.events)
        who, identity, kind, through = (
            victim.principal(application),
            victim.principal(application),
            5,
            application.id,
        )
    rules = 12 if loud else 1

    session = chance.guid()

    def run(tick: int, name: str, parameters: list[tuple[str, str]], subject: str) -> Event:
        return cmdlet(
            victim,
            chance,
            tick,
            name,
            parameters,
            actor=who,
            key=identity,
            kind=kind,
            address=place.address,
            object_id=subject,
            application=through,
            session=session,
        )

    tick = story.after(tick, 60, 120)
    connector = "Ran_" + chance.letters(5) if loud else "Archive gateway"
    events = [
        run(
            tick,
            "New-InboundConnector",
            [
                ("Name", connector),
                ("ConnectorType", "OnPremises"),
                ("SenderDomains", "*"),
                ("SenderIPAddresses", place.address),
                ("RestrictDomainsToIPAddresses", "True"),
                ("RequireTls", "False"),
                ("Enabled", "True"),
            ],
            connector,
        )
    ]
    for number in range(rules):
        tick = story.after(tick, 5, 30)
        header = chance.pick(
            ("X-MS-Exchange-ExternalOriginalInternetSender", "X-MS-Exchange-SkipListedInternetSender")
        )
        events.append(
            run(
                tick,
                "New-TransportRule",
                [
                    ("Name", f"Test{number:02d}"),
                    ("SetAuditSeverity", "DoNotAudit"),
                    ("Mode", "Enforce"),
                    ("Comments", ""),
                    ("StopRuleProcessing", "False"),
                    ("RemoveHeader", header),
                    ("RuleErrorAction", "Ignore"),
                    ("SenderAddressLocation", "Header"),
                ],
                "",
            )
        )
    story.step("connector-made", "A connector lets the attacker's host in; rules remove the traces.", events)
    events = []
    sender = story.people(1)[0]
    for _ in range(200 if loud else 6):
        tick = story.after(tick, 1, 4)
        events.append(
            mail_sent(
                victim,
                chance,
                tick,
                sender,
                address=place.address,
                application=EXCHANGE.id,
                info="Client=WebServices;",
                subject="You have won",
            )
        )
    story.step("mail-flooded", "Mail is sent.", events)
    if loud or story.world.cleanup:
        tick = story.after(tick, 300, 900)
        story.step(
            "cleanup",
            "The connector is removed.",
            run(tick, "Remove-InboundConnector", [("Identity", connector)], connector),
        )


SCENARIO = Scenario(
    "inbound-connector",
    "Inbound connector spam",
    "A connector and mail-flow rules let outside mail through as if it were the organisation's own.",
    ("T1098.001", "T1564.008", "T1566", "T1484"),
    _tell,
)
