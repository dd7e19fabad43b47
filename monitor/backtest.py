"""What the rules would have told of the figures that there are: every alert's life and every mail.

The whole history is judged by one rulebook, on the figures as they are known now; each counts as known
from noon of the last day of its period on. Derived figures are made anew, by the rulebook's own derivations.
"""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Connection

from monitor.core.areas import Area
from monitor.core.derivation import derive
from monitor.core.disclosure import protected_on
from monitor.core.evaluation import Judged, evaluate
from monitor.core.judgements import Evaluation
from monitor.core.notifications import Decision, NoticeKind, Occasion, TellReason
from monitor.core.observations import Observation
from monitor.core.others import Others
from monitor.core.panel import Panel
from monitor.core.recipients import Recipient
from monitor.core.replay import Episode, Replay, replay
from monitor.core.rulebook import AlertRule, Indicator
from monitor.core.wall_calendar import Calendar
from monitor.deriving import in_order
from monitor.retelling import Retold, retell
from monitor.standings import by_area
from monitor.store.figures import figures
from monitor.world import World

Series = dict[Area, list[Observation]]
Place = tuple[str, str, date]
"""(indicator, area, period end)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the alerts of which rules and areas (None: all), from one day to another.

    ``acknowledged_after``: so many working days after each is told somebody acknowledges it; None: nobody
    ever does.
    """

    start: date
    until: date
    rule: str | None = None
    area: str | None = None
    acknowledged_after: int | None = None

    def asks_for(self, rule: str, area: str) -> bool:
        """Whether an alert is among those asked for."""
        return self.rule in (None, rule) and self.area in (None, area)


class MailKind(StrEnum):
    """What a mail is sent for: the weightiest that it tells."""

    NEWS = "news"
    DIGEST = "digest"
    SUMMARY = "summary"
    ESCALATION = "escalation"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that somebody would have had: when, on which day where they are, and of how many alerts."""

    at: datetime
    on: date
    recipient: Recipient
    kind: MailKind
    alerts: int


@dataclass(frozen=True, slots=True)
class MonthOfMails:
    """The mails that a person would have had in a month: how many of each kind, and of how many alerts.

    ``most_in_a_mail`` is how many alerts the longest of them tells of.
    """

    recipient: Recipient
    month: date
    kinds: Mapping[MailKind, int]
    alerts: int
    most_in_a_mail: int

    @property
    def mails(self) -> int:
        """How many mails."""
        return sum(self.kinds.values())


@dataclass(frozen=True)
class Backtest:
    """What would have happened. ``episodes`` are those asked for; mails are those that tell of them.

    ``figures`` are the judged figures that the breaches began with; those in ``protected`` must not be shown.
    """

    question: Question
    rules: Mapping[str, AlertRule]
    replay: Replay
    episodes: tuple[Episode, ...]
    figures: Mapping[Place, Evaluation]
    protected: frozenset[Place]
    mails: tuple[Mail, ...]
    untold: tuple[Decision, ...]

    def months(self) -> tuple[MonthOfMails, ...]:
        """The mails of each person and month that had any, by name and month."""
        found: dict[tuple[str, date], list[Mail]] = {}
        for mail in self.mails:
            found.setdefault((mail.recipient.id, mail.on.replace(day=1)), []).append(mail)
        counted = (
            MonthOfMails(
                own[-1].recipient,
                month,
                Counter(mail.kind for mail in own),
                sum(mail.alerts for mail in own),
                max(mail.alerts for mail in own),
            )
            for (_, month), own in found.items()
        )
        return tuple(sorted(counted, key=lambda each: (each.recipient.name, each.recipient.id, each.month)))

    def kinds(self) -> dict[MailKind, int]:
        """How many mails of each kind that there are any of."""
        counted = Counter(mail.kind for mail in self.mails)
        return {kind: counted[kind] for kind in MailKind if counted[kind]}

    def breaches_by_rule(self) -> dict[str, int]:
        """How many breaches each rule would have found; rules without any too."""
        counted = Counter(episode.rule for episode in self.episodes)
        return {rule: counted[rule] for rule in self.rules}

    def not_told(self) -> dict[TellReason, int]:
        """How often somebody was not told, or not yet, by reason."""
        return dict(Counter(made.reason for made in self.untold))


def backtest(connection: Connection, world: World, question: Question, *, calendar: Calendar) -> Backtest:
    """Replays the history of every indicator that the rules asked for watch, and tells it again.

    All areas are judged, for what one area's figure gives away depends on the others. Where alerts can
    inhibit others, all are replayed, whatever is asked for.

    Raises:
        OSError: there is no room for a temporary file.
    """
    book = world.rulebook
    rules = {rule.id: rule for rule in book.alerts.values() if question.rule in (None, rule.id)}
    everything = bool(book.inhibitions)
    replayed_rules = dict(book.alerts) if everything else rules
    watched = {rule.indicator for rule in replayed_rules.values()}
    loaded = _loaded(connection, world, watched, question.until)
    histories = {
        each.id: _history(
            world, each, [rule for rule in replayed_rules.values() if rule.indicator == each.id], loaded
        )
        for each in book.indicators.values()
        if each.id in watched
    }
    asked = [
        _narrowed(history.judged, None if everything else question.area) for history in histories.values()
    ]
    whole = replay(replayed_rules, asked, start=question.start, until=question.until)
    retold = retell(
        world,
        whole.days,
        until=question.until,
        calendar=calendar,
        acknowledged_after=question.acknowledged_after,
    )
    replayed = whole.narrowed(question.asks_for)
    episodes = replayed.episodes()
    shown: dict[Place, Evaluation] = {}
    protected: set[Place] = set()
    for each in histories.values():
        began = {(e.area, e.began) for e in episodes if rules[e.rule].indicator == each.indicator.id}
        shown |= {each.place(found): found for found in each.evaluations(began)}
        protected |= each.protected(world, {day for _, day in began})
    return Backtest(
        question=question,
        rules=rules,
        replay=replayed,
        episodes=episodes,
        figures=shown,
        protected=frozenset(protected),
        mails=tuple(_mails(retold, question, calendar)),
        untold=tuple(_untold(retold, question, calendar)),
    )


def _mails(retold: Retold, question: Question, calendar: Calendar) -> Iterator[Mail]:
    """The mails, since the day asked for, that tell of an alert asked for."""
    for each in retold.mails:
        told = [made for made in each.mail.decisions if question.asks_for(made.rule, made.area)]
        on = calendar.local_day(each.at)
        if told and on >= question.start:
            kind = _kind(each.mail.occasion, told)
            alerts = len({(made.rule, made.area) for made in told})
            yield Mail(each.at, on, each.mail.recipient, kind, alerts)


def _kind(occasion: Occasion, told: Iterable[Decision]) -> MailKind:
    kinds = {made.kind for made in told}
    if kinds <= {NoticeKind.REMINDER}:
        return MailKind.REMINDER
    if kinds <= {NoticeKind.REMINDER, NoticeKind.ESCALATED}:
        return MailKind.ESCALATION
    return MailKind(occasion.value)


def _untold(retold: Retold, question: Question, calendar: Calendar) -> Iterator[Decision]:
    for at, made in retold.untold:
        if question.asks_for(made.rule, made.area) and calendar.local_day(at) >= question.start:
            yield made


@dataclass(frozen=True)
class _History:
    """All figures of an indicator, judged but for what nobody has looked at."""

    indicator: Indicator
    series: Series
    judged: Judged

    def place(self, evaluation: Evaluation) -> Place:
        return self.indicator.id, evaluation.area, evaluation.period_end

    def evaluations(self, wanted: Container[tuple[str, date]]) -> list[Evaluation]:
        """The judged figures of these areas and period ends."""
        figures = (figure for own in self.series.values() for figure in own)
        return [
            self.judged.evaluations[number]
            for number, figure in enumerate(figures)
            if (figure.area, figure.period_end) in wanted
        ]

    def protected(self, world: World, days: Iterable[date]) -> frozenset[Place]:
        """What must not be shown of the figures of these days."""
        hidden = protected_on(Panel.of(self.indicator, self.series), set(days), world.areas)
        return frozenset((self.indicator.id, area, day) for area, day in hidden)


def _history(
    world: World, indicator: Indicator, rules: list[AlertRule], loaded: Mapping[str, Series]
) -> _History:
    series = loaded[indicator.id]
    beside = Others(world.areas, series, world.rulebook.neighbour_sets) if indicator.benchmarks else None
    return _History(indicator, series, evaluate(indicator, rules, series, others=beside, lazily=True))


def _loaded(connection: Connection, world: World, wanted: Iterable[str], until: date) -> dict[str, Series]:
    """Every figure of these indicators, and of those that they are made from."""
    needed, derived = set(wanted), in_order(world.rulebook)
    for indicator in reversed(derived):
        if indicator.id in needed and indicator.derivation is not None:
            needed |= indicator.derivation.inputs
    made = {indicator.id for indicator in derived}
    loaded = {name: by_area(figures(connection, name, until=until), world.areas) for name in needed - made}
    for indicator in derived:
        if indicator.id in needed:
            loaded[indicator.id] = _derived(indicator, loaded, world)
    return loaded


def _derived(indicator: Indicator, loaded: Mapping[str, Series], world: World) -> Series:
    derivation = indicator.derivation
    found: Series = {}
    if derivation is None:
        return found
    for area in world.areas:
        inputs = {name: loaded[name].get(area, []) for name in derivation.inputs}
        made = [
            Observation(
                0,
                indicator.id,
                area.name,
                each.period_end,
                1,
                each.value,
                each.numerator,
                each.denominator,
                each.status,
                each.missing,
            )
            for each in derive(derivation, area, inputs)
        ]
        if made:
            found[area] = made
    return found


def _narrowed(judged: Judged, area: str | None) -> Judged:
    if area is None:
        return judged
    own = {key: verdicts for key, verdicts in judged.rule_evaluations.items() if key[1] == area}
    return Judged(judged.evaluations, own)
