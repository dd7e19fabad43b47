"""Answers the page behind a link in a mail: how the breach stands for its reader, and what they say of it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from monitor.calendar_england import calendar_of
from monitor.compose.shield import shown
from monitor.core.ack_tokens import LINK_LASTS, AckClaim, TokenFault, is_page_seal, page_seal, read_token
from monitor.core.alerts import Alert, AlertState
from monitor.core.freshness import late_indicator
from monitor.core.holding import Candidate
from monitor.core.notifications import Decision, Notice, NoticeKind, TellReason
from monitor.core.owing import change_since
from monitor.core.plausibility import faulty_indicator
from monitor.core.recipients import Recipient
from monitor.core.rulebook import Level
from monitor.core.suppressions import Acknowledgement
from monitor.core.windows import OFFICE_HOURS
from monitor.palette import RECOVERED, tone_of
from monitor.store.alerts import alerts, firing_alerts, last_transitions
from monitor.store.area_names import names_now
from monitor.store.errors import StoreError
from monitor.store.store import Store
from monitor.suppressing import AckReason, AckResult, acknowledge, acknowledgement_of, withdraw
from monitor.telling.notices import facts_of, notice_of, told_before
from monitor.web.acknowledging import AckAnswer, AckSheet, AckStanding, DeskAwayError, HeldBy
from monitor.wording import day, headline, in_sentence
from monitor.world import World

BY_MAIL = "mail"


@dataclass(frozen=True)
class AnswerDesk:
    """The web's :class:`~monitor.web.acknowledging.AckDesk` on the store.

    ``world`` gives the rules and people in force (None: there are none yet), ``keys`` what signs links, the
    newest first.
    """

    store: Store
    world: Callable[[], World | None]
    keys: Sequence[bytes]
    zone: ZoneInfo
    clock: Callable[[], datetime]

    def claim(self, token: str) -> AckClaim | TokenFault:
        """What a link stands for, or why it can't be used."""
        return read_token(self.keys, token, self.clock())

    def seal(self, token: str, level: Level | None) -> str:
        """What only the page for this link has, as it shows this level."""
        return page_seal(self.keys[0], token, level)

    def is_seal(self, token: str, level: Level | None, seal: str) -> bool:
        """Whether it came with that page."""
        return is_page_seal(self.keys, token, level, seal)

    def sheet(self, claim: AckClaim) -> AckSheet | None:
        """How the breach stands; None: the person, the rule or the area is not known any more.

        Raises:
            DeskAwayError: the database can't be reached, or there are no rules.
        """
        world = self._world_in_force()
        with _store_at_hand(), self.store.reading() as connection:
            claim = _by_names_now(connection, world, claim)
            return self._sheet(connection, world, claim)

    def acknowledge(
        self, claim: AckClaim, *, seen: Level | None, weeks: int | None, comment: str
    ) -> AckAnswer | None:
        """Notes the answer; ``weeks`` None: until it is over. None: as of :meth:`sheet`.

        Raises:
            DeskAwayError: as of :meth:`sheet`.
        """
        world = self._world_in_force()
        with _store_at_hand(), self.store.writing() as connection:
            claim = _by_names_now(connection, world, claim)
            if self._sheet(connection, world, claim) is None:
                return None
            result = self._written(connection, claim, seen, weeks, comment)
            sheet = self._sheet(connection, world, claim)
        if sheet is None:
            return None
        return AckAnswer(sheet, result.done, worsened=result.reason is AckReason.WORSENED)

    def withdraw(self, claim: AckClaim) -> AckAnswer | None:
        """Takes the reader's own answer back; pressing twice counts once. None: as of :meth:`sheet`.

        Raises:
            DeskAwayError: as of :meth:`sheet`.
        """
        world = self._world_in_force()
        with _store_at_hand(), self.store.writing() as connection:
            claim = _by_names_now(connection, world, claim)
            if self._sheet(connection, world, claim) is None:
                return None
            result = withdraw(
                connection,
                self.clock(),
                alert=(claim.rule, claim.area),
                author=claim.recipient,
                comment="",
                via=BY_MAIL,
                episode=claim.episode,
                only_own=True,
            )
            sheet = self._sheet(connection, world, claim)
        done = result.done or result.reason is AckReason.NOT_ACKNOWLEDGED
        return None if sheet is None else AckAnswer(sheet, done)

    def _written(
        self, connection: Connection, claim: AckClaim, seen: Level | None, weeks: int | None, comment: str
    ) -> AckResult:
        now = self.clock()
        return acknowledge(
            connection,
            now,
            alert=(claim.rule, claim.area),
            author=claim.recipient,
            comment=comment,
            until=None if weeks is None else self._morning_after(now, weeks),
            via=BY_MAIL,
            episode=claim.episode,
            seen=(seen,),
        )

    def _morning_after(self, now: datetime, weeks: int) -> datetime:
        """When offices open on the day so many weeks later: a form that is sent twice says the same.

        Days without an answer count from then, and reminders come at that hour where a route tells at once.
        """
        calendar = calendar_of(self.zone)
        return calendar.at(calendar.local_day(now) + timedelta(weeks=weeks), OFFICE_HOURS.opens)

    def _world_in_force(self) -> World:
        world = self.world()
        if world is None:
            raise DeskAwayError
        return world

    def _sheet(self, connection: Connection, world: World, claim: AckClaim) -> AckSheet | None:
        key = (claim.rule, claim.area)
        person = world.directory.people.get(claim.recipient)
        alert = alerts(connection, [key]).get(key)
        title = _title(world, claim.rule)
        if person is None or alert is None or title is None or alert.episode < claim.episode:
            return None
        standing = _standing(alert, claim)
        sheet = AckSheet(
            person=person.name,
            title=in_sentence(title),
            area=alert.area,
            tone=RECOVERED,
            level=alert.level,
            headline="",
            period="",
            since="",
            standing=standing,
            confirms=faulty_indicator(alert.rule) is not None,
        )
        if not sheet.can_be_acknowledged:
            return sheet
        return self._of_what_goes_on(connection, world, claim, alert, sheet)

    def _of_what_goes_on(
        self, connection: Connection, world: World, claim: AckClaim, alert: Alert, sheet: AckSheet
    ) -> AckSheet | None:
        now = self.clock()
        notice = notice_now(connection, world, alert, world.directory.people[claim.recipient], now)
        if notice is None:
            return None
        sheet = replace(
            sheet,
            tone=tone_of(notice.kind, notice.level),
            headline=headline(notice),
            period=notice.period_label,
            since=notice.since_label,
            reminds=notice.reminds,
            escalates=notice.escalates,
        )
        given = acknowledgement_of(connection, alert)
        if given is None or given.withdrawn:
            return sheet
        told = self._held_by(given, world, claim)
        if given.holds(alert.level, now):
            return replace(sheet, held_by=told)
        ran_out = given.until is not None and now >= given.until
        return replace(
            sheet, outdated=told, outdated_because="that time is over" if ran_out else "it has worsened since"
        )

    def _held_by(self, given: Acknowledgement, world: World, claim: AckClaim) -> HeldBy:
        known = world.directory.people.get(given.author)
        local = given.at.astimezone(self.zone)
        ends = "" if given.until is None else day(given.until.astimezone(self.zone).date())
        return HeldBy(
            name=known.name if known is not None else given.author,
            at=f"{day(local.date())} at {local:%H:%M}",
            until=f"until {ends or 'it is over'}",
            ends=ends,
            comment=given.comment,
            own=given.author == claim.recipient,
        )


def _by_names_now(connection: Connection, world: World, claim: AckClaim) -> AckClaim:
    """The claim of a link with its area as it is called now; mails have the name of their day."""
    area = names_now(connection).of(claim.area, claim.expires - LINK_LASTS)
    known = world.areas.find(area)
    return replace(claim, area=area if known is None else known.name)


def notice_now(
    connection: Connection, world: World, alert: Alert, person: Recipient, now: datetime
) -> Notice | None:
    """Returns what a mail to this person would say of an alert now, small numbers hidden.

    None: neither its rule nor any mail about it is known.
    """
    key = (alert.rule, alert.area)
    kind = NoticeKind.BREACH
    if late_indicator(alert.rule) is not None:
        kind = NoticeKind.LATE
    elif faulty_indicator(alert.rule) is not None:
        kind = NoticeKind.DOUBTFUL
    told = Decision(alert.rule, alert.area, alert.episode, kind, person, TellReason.ROUTE, None, None, None)
    change = change_since(alert, None, last_transitions(connection, [key]).get(key))
    candidate = Candidate(told, change, (), now)
    firing = firing_alerts(connection).keys()
    facts = facts_of(connection, world, [key], firing, told_before([candidate], world))
    found = notice_of(world, candidate, facts, None)
    return None if found is None else shown(found)


def _standing(alert: Alert, claim: AckClaim) -> AckStanding:
    if alert.episode != claim.episode:
        return AckStanding.ANOTHER if alert.state is AlertState.FIRING else AckStanding.OVER
    if alert.state is not AlertState.FIRING:
        return AckStanding.OVER
    told = -1 if claim.level is None else claim.level.rank
    now = -1 if alert.level is None else alert.level.rank
    return AckStanding.WORSENED if now > told else AckStanding.OPEN


def _title(world: World, rule: str) -> str | None:
    """What an alert is called; None: the rulebook does not know it any more."""
    known = world.rulebook.alerts.get(rule)
    if known is not None:
        return known.title
    indicator = world.rulebook.indicators.get(late_indicator(rule) or faulty_indicator(rule) or "")
    return None if indicator is None else indicator.title


@contextmanager
def _store_at_hand() -> Iterator[None]:
    try:
        yield
    except StoreError as fault:
        raise DeskAwayError from fault
