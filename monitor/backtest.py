"""What the rules would have told of the figures that there are: every alert's life and every mail.

The whole history is judged by one rulebook, on the figures as they are known now; each counts as known
from the end of its period on. Derived figures are made anew, by the rulebook's own derivations.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from monitor.core.areas import Area
from monitor.core.derivation import derive
from monitor.core.disclosure import protected_on
from monitor.core.evaluation import Judged, evaluate
from monitor.core.judgements import Evaluation
from monitor.core.notifications import TellReason
from monitor.core.observations import Observation
from monitor.core.others import Others
from monitor.core.panel import Panel
from monitor.core.recipients import Recipient
from monitor.core.replay import Episode, Replay, Setting, replay
from monitor.core.rulebook import AlertRule, Indicator
from monitor.deriving import in_order
from monitor.standings import by_area
from monitor.store.figures import figures
from monitor.world import World

Series = dict[Area, list[Observation]]
Place = tuple[str, str, date]
"""(indicator, area, period end)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the alerts of which rules and areas (None: all), from one day to another."""

    start: date
    until: date
    rule: str | None = None
    area: str | None = None


@dataclass(frozen=True, slots=True)
class MonthOfMails:
    """How many mails a person would have had in a month, and on the busiest day of it."""

    recipient: Recipient
    month: date
    mails: int
    alerts: int
    most_in_a_mail: int


@dataclass(frozen=True)
class Backtest:
    """What would have happened. ``episodes`` are those asked for; mails tell of nothing else.

    ``figures`` are the judged figures that the breaches began with; those in ``protected`` must not be shown.
    """

    question: Question
    rules: Mapping[str, AlertRule]
    replay: Replay
    episodes: tuple[Episode, ...]
    figures: Mapping[Place, Evaluation]
    protected: frozenset[Place]

    def months(self) -> tuple[MonthOfMails, ...]:
        """The mails of each person and month that had any, by name and month."""
        found: dict[tuple[str, date], list[int]] = {}
        people: dict[str, Recipient] = {}
        for mail in self.replay.mails:
            people[mail.recipient.id] = mail.recipient
            found.setdefault((mail.recipient.id, mail.on.replace(day=1)), []).append(len(mail.decisions))
        counted = (
            MonthOfMails(people[person], month, len(sizes), sum(sizes), max(sizes))
            for (person, month), sizes in found.items()
        )
        return tuple(sorted(counted, key=lambda each: (each.recipient.name, each.recipient.id, each.month)))

    def breaches_by_rule(self) -> dict[str, int]:
        """How many breaches each rule would have found; rules without any too."""
        counted = Counter(episode.rule for episode in self.episodes)
        return {rule: counted[rule] for rule in self.rules}

    def not_told(self) -> dict[TellReason, int]:
        """How often nobody was told, by reason."""
        return dict(Counter(made.reason for _, made in self.replay.decisions if not made.reason.told))


def backtest(connection: Connection, world: World, question: Question) -> Backtest:
    """Replays the history of every indicator that the rules asked for watch.

    All areas are judged, for what one area's figure gives away depends on the others; those asked for are
    replayed.
    """
    book = world.rulebook
    rules = {rule.id: rule for rule in book.alerts.values() if question.rule in (None, rule.id)}
    watched = {rule.indicator for rule in rules.values()}
    loaded = _loaded(connection, world, watched, question.until)
    histories = {
        each.id: _history(world, each, [rule for rule in rules.values() if rule.indicator == each.id], loaded)
        for each in book.indicators.values()
        if each.id in watched
    }
    setting = Setting(book, world.areas, world.directory, world.operations)
    asked = [_narrowed(history.judged, question.area) for history in histories.values()]
    replayed = replay(setting, asked, start=question.start, until=question.until)
    episodes = replayed.episodes()
    shown: dict[Place, Evaluation] = {}
    protected: set[Place] = set()
    for each in histories.values():
        began = {(e.area, e.began) for e in episodes if rules[e.rule].indicator == each.indicator.id}
        shown |= {each.place(found): found for found in each.evaluations(began)}
        protected |= each.protected(world, {day for _, day in began})
    return Backtest(question, rules, replayed, episodes, shown, frozenset(protected))


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
