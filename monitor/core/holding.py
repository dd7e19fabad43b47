"""What keeps news from people for now, although somebody is to be told it; and until when.

The order is that of the reasons' weight: a figure that may be wrong, another alert that says it already,
planned work, a silence, an acknowledgement, and last the hour. The first that holds is named.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from monitor.core.alerts import Alert, AlertKey, EpisodeKey
from monitor.core.areas import Area, AreaTree
from monitor.core.freshness import late_indicator, lateness_of
from monitor.core.notifications import Decision, NoticeKind, TellReason
from monitor.core.plausibility import fault_of, faulty_indicator
from monitor.core.routing import Change, matches
from monitor.core.rulebook import Indicator, Inhibition, Level, Route, RouteMatch, Rulebook, Same
from monitor.core.suppressions import Acknowledgement, Silence
from monitor.core.windows import Calendar, Digest, told_at

UNSENT_AGAIN = timedelta(hours=1)
"""How long to wait before looking again whether a person's earlier mail has gone out."""

DOUBT_OVER_AT = time(8)
"""When managers are told at last, on the day until which they wait for a doubtful figure."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something to be told to somebody, if nothing keeps it from them.

    ``decision`` is the one to tell; ``routes`` all that name the person. ``since`` is when it could have been
    told first, ``held_for`` what has kept it from them until now, if something has, and ``held_until`` until
    when. ``step`` counts the reminders or escalations, this one included.
    """

    decision: Decision
    change: Change
    routes: tuple[str, ...]
    since: datetime
    held_for: TellReason | None = None
    step: int = 0
    held_until: datetime | None = None

    @property
    def person(self) -> str:
        """The id of whoever is to be told.

        Raises:
            ValueError: the decision is about nobody.
        """
        if self.decision.recipient is None:
            raise ValueError(f"nobody is told by {self.decision}")
        return self.decision.recipient.id

    @property
    def level(self) -> Level | None:
        """The alert's level; of one that is over, that which it had."""
        return self.change.after.level or self.change.before.level

    @property
    def asks_again(self) -> bool:
        """Whether it says nothing new, but asks for an answer."""
        return self.decision.kind in (NoticeKind.REMINDER, NoticeKind.ESCALATED)


@dataclass(frozen=True, slots=True)
class Hold:
    """Why it is not told now. ``until`` is when to look again; None: once what holds it has ended."""

    reason: TellReason
    until: datetime | None
    note: str = ""


@dataclass(frozen=True)
class Circumstances:
    """All that may keep news from people at an instant.

    ``firing`` are the alerts that fire, those of data among them. ``acknowledged`` are the newest
    acknowledgements, also those that hold no more. ``unsent`` are people with mails that have not gone out.
    ``doubted_since`` is when limen found each figure doubtful that it still doubts.
    """

    now: datetime
    calendar: Calendar
    rulebook: Rulebook
    areas: AreaTree
    firing: Mapping[AlertKey, Alert]
    silences: Sequence[Silence] = ()
    acknowledged: Mapping[EpisodeKey, Acknowledgement] = field(default_factory=dict)
    unsent: frozenset[str] = frozenset()
    doubted_since: Mapping[AlertKey, datetime] = field(default_factory=dict)

    def hold_of(self, candidate: Candidate) -> Hold | None:
        """Returns what keeps a candidate from its reader now, None when it may be told."""
        subject = _subject(self.rulebook, self.areas, candidate)
        if subject is not None:
            found = (
                self._data_fault(subject)
                or self._late(candidate, subject)
                or self._inhibited(subject)
                or self._maintained(subject)
                or self._silenced(subject)
            )
            if found is not None:
                return found
        if candidate.asks_again:
            found = self._acknowledged(candidate) or self._unsent(candidate)
            if found is not None:
                return found
        return self._untimely(candidate)

    def _data_fault(self, subject: "Subject") -> Hold | None:
        """A figure in doubt holds what is told of it, until it is confirmed or the wait is over.

        Of a derived figure that goes for each of those that it is made from.
        """
        if subject.of_data:
            return None
        holds = (self._doubt(each, subject.area) for each in made_from(self.rulebook, subject.indicator.id))
        found = [each for each in holds if each is not None]
        return max(found, key=lambda each: (each.until or self.now, each.note), default=None)

    def _doubt(self, name: str, area: Area) -> Hold | None:
        rule, indicator = fault_of(name), self.rulebook.indicators.get(name)
        fault, found_at = self.firing.get((rule, area.name)), self.doubted_since.get((rule, area.name))
        limits = None if indicator is None else indicator.plausibility
        if fault is None or found_at is None or limits is None or self.acknowledgement(fault) is not None:
            return None
        found_on = self.calendar.local_day(found_at)
        until = self.calendar.at(self._working_days_after(found_on, limits.wait), DOUBT_OVER_AT)
        return None if self.now >= until else Hold(TellReason.DATA_FAULT, until, f"{rule} in {fault.area}")

    def _working_days_after(self, day: date, count: int) -> date:
        later = self.calendar.working_days_from(day + timedelta(days=1))
        found = day
        for _ in range(count):
            found = next(later)
        return found

    def _late(self, candidate: Candidate, subject: "Subject") -> Hold | None:
        """A late feed holds what would only say a stale figure again."""
        if not candidate.asks_again or subject.of_data:
            return None
        late = self._late_input(subject)
        return None if late is None else Hold(TellReason.LATE_FEED, None, f"{late} in {subject.area.name}")

    def _inhibited(self, subject: "Subject") -> Hold | None:
        for inhibition in self.rulebook.inhibitions:
            source = self._inhibitor(inhibition, subject)
            if source is not None:
                note = f"{source.rule} in {source.area} {inhibition_note(inhibition.id)}"
                return Hold(TellReason.INHIBITED, None, note)
        return None

    def _late_input(self, subject: "Subject") -> str | None:
        late = (lateness_of(each) for each in made_from(self.rulebook, subject.indicator.id))
        return next((rule for rule in late if (rule, subject.area.name) in self.firing), None)

    def _inhibitor(self, inhibition: Inhibition, subject: "Subject") -> Alert | None:
        """The firing alert that inhibits; one that could be inhibited in turn inhibits nothing."""
        if not subject.is_meant_by(inhibition.target):
            return None
        for alert in self.firing.values():
            source = _subject_of(self.rulebook, self.areas, alert.rule, alert.area, alert.level)
            if (
                source is not None
                and source.key != subject.key
                and source.is_meant_by(inhibition.source)
                and not (source.is_meant_by(inhibition.target) and subject.is_meant_by(inhibition.source))
                and all(source.has_same(subject, same) for same in inhibition.same)
                and (not inhibition.within or self._lies_within(subject.area, source.area))
            ):
                return alert
        return None

    def _lies_within(self, area: Area, other: Area) -> bool:
        return any(each.name == other.name for each in self.areas.ancestors(area.name))

    def _maintained(self, subject: "Subject") -> Hold | None:
        for planned in self.rulebook.maintenance:
            start, until = (
                self.calendar.at(wall.date(), wall.time()) for wall in (planned.start, planned.end)
            )
            if start <= self.now < until and subject.is_meant_by(planned.match):
                return Hold(TellReason.MAINTENANCE, until, maintenance_note(planned.id))
        return None

    def _silenced(self, subject: "Subject") -> Hold | None:
        active = [
            each for each in self.silences if each.is_active(self.now) and subject.is_meant_by(each.match)
        ]
        if not active:
            return None
        last = max(active, key=lambda each: (each.ends_at, each.id))
        return Hold(TellReason.SILENCED, last.ends_at, silence_note(last.id))

    def acknowledgement(self, alert: Alert) -> Acknowledgement | None:
        """Returns the acknowledgement that holds for an alert now."""
        given = self.acknowledged.get((alert.rule, alert.area, alert.episode))
        return given if given is not None and given.holds(alert.level, self.now) else None

    def _acknowledged(self, candidate: Candidate) -> Hold | None:
        given = self.acknowledgement(candidate.change.after)
        if given is None:
            return None
        said = f": {given.comment}" if given.comment else ""
        return Hold(TellReason.ACKNOWLEDGED, given.until, f"by {given.author}{said}")

    def _unsent(self, candidate: Candidate) -> Hold | None:
        if candidate.person not in self.unsent:
            return None
        return Hold(TellReason.UNSENT, self.now + UNSENT_AGAIN)

    def _untimely(self, candidate: Candidate) -> Hold | None:
        """The hour: of several routes the one that may tell first counts."""
        found = (_route(self.rulebook, each) for each in candidate.routes)
        routes = [each for each in found if each is not None]
        if not routes:
            return None
        until, route = min(
            ((self._told_at(each, candidate), each) for each in routes), key=lambda each: each[0]
        )
        if until <= self.now:
            return None
        kind = TellReason.DIGEST if isinstance(route.timing, Digest) else TellReason.WINDOW
        return Hold(kind, until.astimezone(UTC), timing_note(route.id))

    def _told_at(self, route: Route, candidate: Candidate) -> datetime:
        """When a route may tell. What waited for a digest is told in it, though its minute has passed.

        So is what was due in it, and was then one mail too many.
        """
        due = candidate.held_until
        if (
            isinstance(route.timing, Digest)
            and candidate.held_for in (TellReason.DIGEST, TellReason.STORM)
            and due is not None
        ):
            return max(due, self.now)
        return told_at(route.timing, self.now, self.calendar)


@dataclass(frozen=True, slots=True)
class Subject:
    """What an alert is about, to hold it against a match. ``of_data``: it says nothing of a service."""

    rule: str
    indicator: Indicator
    area: Area
    level: Level | None

    @property
    def key(self) -> AlertKey:
        """(rule, area)."""
        return self.rule, self.area.name

    @property
    def of_data(self) -> bool:
        """Whether the alert is about whether figures came, and are right."""
        return is_about_data(self.rule)

    def is_meant_by(self, match: RouteMatch) -> bool:
        """Says whether a match is for it."""
        return matches(match, self.rule, self.indicator, self.area, self.level)

    def has_same(self, other: "Subject", what: Same) -> bool:
        """Says whether both have this in common."""
        match what:
            case Same.INDICATOR:
                return self.indicator.id == other.indicator.id
            case Same.THEME:
                return self.indicator.theme == other.indicator.theme
            case Same.AREA:
                return self.area.name == other.area.name


def made_from(rulebook: Rulebook, indicator: str) -> tuple[str, ...]:
    """Returns the indicator's id and those of all whose figures it is calculated from, in a steady order."""
    found = [indicator]
    for name in found:
        known = rulebook.indicators.get(name)
        if known is not None and known.derivation is not None:
            found += sorted(known.derivation.inputs - set(found))
    return tuple(found)


def is_about_data(rule: str) -> bool:
    """Says whether an alert is about whether figures came and are right, and not about what they say."""
    return late_indicator(rule) is not None or faulty_indicator(rule) is not None


def silence_note(number: int) -> str:
    """How a decision names the silence that keeps news from people."""
    return f"silence {number}"


def timing_note(route: str) -> str:
    """How a decision names the route whose hours keep news from people."""
    return f"route “{route}”"


def inhibition_note(inhibition: str) -> str:
    """How a decision names the inhibition that keeps news from people, after the alert that fires."""
    return f"(inhibition “{inhibition}”)"


def maintenance_note(planned: str) -> str:
    """How a decision names the maintenance that keeps news from people."""
    return f"maintenance “{planned}”"


def _subject(rulebook: Rulebook, areas: AreaTree, candidate: Candidate) -> Subject | None:
    after = candidate.change.after
    return _subject_of(rulebook, areas, after.rule, after.area, candidate.level)


def _subject_of(
    rulebook: Rulebook, areas: AreaTree, rule: str, area: str, level: Level | None
) -> Subject | None:
    """None: the rulebook does not know it any more, so nothing in it can hold it."""
    known = rulebook.alerts.get(rule)
    name = known.indicator if known is not None else late_indicator(rule) or faulty_indicator(rule)
    indicator, place = rulebook.indicators.get(name or ""), areas.find(area)
    return None if indicator is None or place is None else Subject(rule, indicator, place, level)


def _route(rulebook: Rulebook, name: str) -> Route | None:
    return next((each for each in rulebook.routes if each.id == name), None)
