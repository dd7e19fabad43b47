"""Why a figure is rated as it is, what the alerts made of it, and who was told: gathered for people.

Everything here is fit to be shown: what is withheld is None. Positions are ``file:line:col`` in the rules
folder.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from monitor.charts import reveals_a_small_number
from monitor.cli.scorecard import Rated, shielded
from monitor.cli.told import Telling, tellings
from monitor.core.alerts import Alert
from monitor.core.areas import Area
from monitor.core.dated import Dated, in_force
from monitor.core.disclosure import protected_figures
from monitor.core.evaluation import Judged, evaluate
from monitor.core.judgements import RuleHealth
from monitor.core.observations import Observation
from monitor.core.panel import Panel
from monitor.core.periods import Period
from monitor.core.rulebook import AlertRule, Indicator, Level, LevelCondition, RagBands
from monitor.core.sight import Sight, scaled_decimal
from monitor.standings import by_area
from monitor.store.alerts import RecordedTransition, alerts, transitions_of
from monitor.store.evaluations import evaluations_of
from monitor.store.figures import figures, revisions
from monitor.wording import WITHHELD, FigureFormat
from monitor.world import World


@dataclass(frozen=True, slots=True)
class RevisionTold:
    """One revision of the figure, and the file that brought it."""

    revision: int
    value: Decimal | None
    protected: bool
    missing: str | None
    status: str
    recorded_at: datetime
    file: str
    batch: int


@dataclass(frozen=True, slots=True)
class LineTold:
    """A target, an expected range or bands: what is in force for the figure, since when, and why."""

    what: str
    text: str
    start: date
    until: date | None
    reference: str
    position: str


@dataclass(frozen=True, slots=True)
class JudgementTold:
    """How a cycle has judged the figure; ``restated``: the figure has changed since."""

    cycle: int
    at: datetime
    rulebook: str
    revision: str | None
    rag: str
    restated: bool


@dataclass(frozen=True, slots=True)
class LevelTold:
    """One level of a rule: ``holds`` None: it could not be judged, or saying so would give a number away."""

    level: str
    condition: str
    limits: tuple[Decimal, ...]
    holds: bool | None
    position: str


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step of the alert."""

    at: datetime
    cycle: int
    period_end: date | None
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class RuleTold:
    """What one rule says of the figure, how its alert fared, and who was told or not.

    ``applies`` is "" where the rule judges the figure, else why it doesn't.
    """

    rule: str
    title: str
    position: str
    reference: str
    action: str
    start: date | None
    retired_on: date | None
    superseded_by: str | None
    applies: str
    levels: tuple[LevelTold, ...]
    recover: str | None
    periods: int
    health: str
    state: str
    level: str | None
    since: date | None
    judged_to: date | None
    steps: tuple[StepTold, ...]
    tellings: tuple[Telling, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """All of it. ``figure`` None: there is none on or before the day asked for."""

    indicator: Indicator
    area: Area
    figure: Rated | None
    period: str
    revisions: tuple[RevisionTold, ...]
    lines: tuple[LineTold, ...]
    judgement: JudgementTold | None
    rulebook: str
    revision: str | None
    rules: tuple[RuleTold, ...]


def explanation(
    connection: Connection, world: World, subject: AlertRule | Indicator, area: Area, at: date | None
) -> Explanation:
    """Gathers everything about the last figure that ends on or before ``at`` (None: the last of all)."""
    if isinstance(subject, AlertRule):
        indicator, rules = world.indicator_of(subject), [subject]
    else:
        indicator = subject
        rules = [each for each in world.rulebook.rules_of(indicator.id) if each.covers(area)]
    series = by_area(figures(connection, indicator.id, until=at), world.areas)
    view = _View.of(world, indicator, area, series)
    return Explanation(
        indicator=indicator,
        area=area,
        figure=view.figure,
        period=Period(view.figure.evaluation.period_end, indicator.basis).label if view.figure else "",
        revisions=_revisions(connection, world, view),
        lines=tuple(_lines(view)),
        judgement=_judgement(connection, view),
        rulebook=world.rulebook.version,
        revision=world.rulebook.revision,
        rules=tuple(_rule(connection, each, view) for each in rules),
    )


@dataclass(frozen=True)
class _View:
    """The last figure of one area, within everything that rules look at. ``figure`` None: there is none."""

    indicator: Indicator
    area: Area
    figure: Rated | None
    sight: Sight
    judged: Judged

    @classmethod
    def of(
        cls, world: World, indicator: Indicator, area: Area, series: Mapping[Area, Sequence[Observation]]
    ) -> "_View":
        judged = evaluate(indicator, world.rulebook.rules_of(indicator.id), series)
        protected = protected_figures(indicator, judged.evaluations, world.areas)
        own = [each for each in judged.evaluations if each.area == area.name]
        figure = shielded(own[-1], indicator, protected) if own else None
        return cls(indicator, area, figure, Sight.of(Panel.of(indicator, series)), judged)

    @property
    def place(self) -> tuple[int, int]:
        """Row and column of the figure."""
        row = self.sight.panel.areas.index(self.area)
        return row, len(self.sight.panel.observations[row]) - 1

    @property
    def period_end(self) -> date:
        """The last day of the figure's period; long past where there is no figure."""
        return self.figure.evaluation.period_end if self.figure else date.min

    def conceals(self, line: Decimal) -> bool:
        """Whether a line must not be shown beside the figure, since that is withheld."""
        hidden = self.figure is not None and self.figure.protected
        own_format = FigureFormat(self.indicator.unit, self.indicator.decimals)
        return hidden and reveals_a_small_number(line, own_format)


def _revisions(connection: Connection, world: World, view: _View) -> tuple[RevisionTold, ...]:
    """Every revision; those of a withheld figure are withheld, and any that was too small in its day."""
    if view.figure is None:
        return ()
    told = []
    for found in revisions(connection, view.indicator.id, view.area.name, view.period_end):
        known = figures(connection, view.indicator.id, until=view.period_end, known_at=found.recorded_at)
        then = _View.of(world, view.indicator, view.area, by_area(known, world.areas)).figure
        hidden = view.figure.protected or (then is not None and then.protected)
        missing = found.observation.missing
        told.append(
            RevisionTold(
                revision=found.observation.revision,
                value=None if hidden or then is None else then.evaluation.value,
                protected=hidden,
                missing=None if missing is None else missing.value,
                status=found.observation.status.value,
                recorded_at=found.recorded_at,
                file=found.batch_name,
                batch=found.batch_id,
            )
        )
    return tuple(told)


def _lines(view: _View) -> Iterator[LineTold]:
    """What is in force for the figure: target, expected range, bands."""
    if view.figure is None:
        return
    indicator, figure, write = view.indicator, view.figure.evaluation, view.figure.figures.short
    target = in_force(indicator.targets, view.period_end, view.area)
    if target is not None and figure.target is not None:
        yield _line("target", write(figure.target), target)
    limits = in_force(indicator.limits, view.period_end, view.area)
    if limits is not None and (figure.lower is not None or figure.upper is not None):
        ends = (
            f"from {write(figure.lower)}" if figure.lower is not None else "",
            f"up to {write(figure.upper)}" if figure.upper is not None else "",
        )
        yield _line("expected range", " ".join(filter(None, ends)), limits)
    bands = in_force(indicator.rag, view.period_end, view.area)
    if bands is not None:
        yield _line("rating", _bands(bands.value), bands)


def _bands(bands: RagBands) -> str:
    conditions = (("green", bands.green), ("amber", bands.amber), ("red", bands.red))
    parts = [f"{colour} if {condition.text}" for colour, condition in conditions if condition is not None]
    return "; ".join(parts) + ("" if bands.red else "; else red")


def _line(what: str, text: str, entry: Dated[Any]) -> LineTold:
    return LineTold(what, text, entry.start, entry.until, entry.reference, str(entry.position))


def _judgement(connection: Connection, view: _View) -> JudgementTold | None:
    """How the last cycle that judged the figure rated it."""
    if view.figure is None:
        return None
    found = evaluations_of(connection, view.indicator.id, view.area.name, period_end=view.period_end)
    if not found:
        return None
    last = found[-1]
    return JudgementTold(
        cycle=last.judged.cycle_id,
        at=last.judged.at,
        rulebook=last.judged.rulebook_version,
        revision=last.judged.revision,
        rag=last.evaluation.rag.value,
        restated=last.evaluation.revision != view.figure.evaluation.revision,
    )


def _rule(connection: Connection, rule: AlertRule, view: _View) -> RuleTold:
    key = (rule.id, view.area.name)
    alert = alerts(connection, [key]).get(key, Alert(*key))
    thresholds = rule.thresholds_for(view.area)
    verdicts = [
        each for each in view.judged.rule_evaluations.get(key, ()) if each.period_end == view.period_end
    ]
    applies = _why_not(rule, view)
    health = verdicts[0].health if verdicts else RuleHealth.NO_DATA
    judge = not applies and health is not RuleHealth.ERROR
    return RuleTold(
        rule=rule.id,
        title=rule.title,
        position=str(rule.position),
        reference=rule.reference,
        action=rule.action,
        start=rule.start,
        retired_on=rule.retirement.on if rule.retirement else None,
        superseded_by=rule.retirement.superseded_by if rule.retirement else None,
        applies=applies,
        levels=tuple(_level(each, view, judge=judge) for each in reversed(thresholds.levels)),
        recover=thresholds.recover.text if thresholds.recover else None,
        periods=thresholds.periods,
        health=health.value,
        state=alert.state.value,
        level=alert.level.value if alert.level else None,
        since=alert.breach_since,
        judged_to=alert.judged_to,
        steps=tuple(_step(each) for each in transitions_of(connection, *key)),
        tellings=tellings(connection, *key),
    )


def _why_not(rule: AlertRule, view: _View) -> str:
    """Why the rule doesn't judge the figure; "" where it does."""
    if not rule.covers(view.area):
        return f"It is for {rule.scope}; {view.area.name} is not among them."
    if view.figure is None:
        return "There is no figure to judge."
    if rule.start is not None and view.period_end < rule.start:
        return f"It judges periods that end on {rule.start} or later."
    if rule.retirement is not None and view.period_end >= rule.retirement.on:
        successor = rule.retirement.superseded_by
        instead = f"; “{successor}” has taken its place" if successor else ""
        return f"It judges periods that ended before {rule.retirement.on}{instead}."
    return ""


def _level(level: LevelCondition, view: _View, *, judge: bool) -> LevelTold:
    """A level with the limits that it compares with. One that would give a number away is left unsaid."""
    limits: tuple[Decimal, ...] = ()
    holds: bool | None = None
    text = level.condition.text
    if judge:
        row, column = view.place
        limits = tuple(
            scaled_decimal(scaled, found.decimals)
            for found in view.sight.limits_of(level.condition)
            if (scaled := found.scaled[row][column]) is not None
        )
        truth = view.sight.truth(level.condition)
        holds = truth.true[row][column] if truth.known[row][column] else None
    if any(view.conceals(limit) for limit in limits):
        limits, holds, text = (), None, WITHHELD
    return LevelTold(level.level.value, text, limits, holds, str(level.position))


def _step(recorded: RecordedTransition) -> StepTold:
    step = recorded.transition
    return StepTold(
        at=recorded.at,
        cycle=recorded.cycle_id,
        period_end=step.period_end,
        before=_standing(step.from_state.value, step.from_level),
        after=_standing(step.to_state.value, step.to_level),
        reason=step.reason.value,
    )


def _standing(state: str, level: Level | None) -> str:
    return state if level is None else f"{state} ({level.value})"
