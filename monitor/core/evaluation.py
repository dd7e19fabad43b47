"""The one evaluation path: figures and rules in, ratings and rule evaluations out.

The daemon, the command line, rule tests and backtests all come through here, so what one says the others say.
Everything is computed for all series of an indicator at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.core.areas import Area
from monitor.core.conditions import Condition
from monitor.core.judgements import Evaluation, RuleEvaluation
from monitor.core.observations import Observation
from monitor.core.others import Others
from monitor.core.panel import Panel
from monitor.core.rulebook import AlertRule, Indicator
from monitor.core.runs import Built, BuiltVerdicts
from monitor.core.sight import Sight
from monitor.core.verdicts import Verdicts

RANKS = frozenset({"rank", "quartile"})
"""Names of conditions that need every area's figures."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What an evaluation of one indicator yields, each series in the order of its periods.

    The evaluations of all series stand one after the other, in the order in which the series were given.
    """

    evaluations: Sequence[Evaluation]
    rule_evaluations: Mapping[tuple[str, str], Sequence[RuleEvaluation]]


def evaluate(
    indicator: Indicator,
    rules: Iterable[AlertRule],
    series: Mapping[Area, Sequence[Observation]],
    *,
    since: Mapping[str, date] | None = None,
    others: Others | None = None,
    lazily: bool = False,
) -> Judged:
    """Rates the figures of ``indicator`` and judges them by ``rules``.

    Args:
        indicator: what is measured.
        rules: the alert rules that watch it.
        series: each area's figures, latest revisions only, in the order of their periods; with
            :func:`figures_needed` figures before the first that matters.
        others: every area's figures of this indicator, where the rulebook compares with neighbours, region or
            England by their figures, or by rank; None: those comparisons are unknown.
        since: for each area name the first period end whose results are wanted; None: all of them.
        lazily: build each result when it is looked at, for whoever looks at few of them; they are the same.
    """
    rules = tuple(rules)
    sight = Sight.of(Panel.of(indicator, series), others, ranked=looks_at_ranks(rules))
    wanted = [
        [column for column, figure in enumerate(figures) if _is_wanted(area, figure, since)]
        for area, figures in zip(sight.panel.areas, sight.panel.observations, strict=True)
    ]
    places = [(row, column) for row, columns in enumerate(wanted) for column in columns]
    evaluations = Built(len(places), lambda number: sight.evaluation(*places[number]))
    judged: dict[tuple[str, str], Sequence[RuleEvaluation]] = {}
    for rule in rules:
        verdicts = Verdicts(rule, sight)
        for row, area in enumerate(sight.panel.areas):
            if rule.covers(area):
                found = _verdicts(verdicts, sight, row, wanted[row])
                judged[rule.id, area.name] = found if lazily else tuple(found)
    return Judged(evaluations if lazily else tuple(evaluations), judged)


def _verdicts(verdicts: Verdicts, sight: Sight, row: int, columns: Sequence[int]) -> BuiltVerdicts:
    """A series' verdicts. The wanted figures are its last ones, for they stand in the order of periods."""
    figures = sight.panel.observations[row]
    before = len(figures) - len(columns)
    breaches = [place - before for place in verdicts.breaches(row) if before <= place < len(figures)]
    period_ends = [figure.period_end for figure in figures[before:]]
    return BuiltVerdicts(period_ends, breaches, lambda place: verdicts.of(row, place + before))


def figures_needed(indicator: Indicator, rules: Iterable[AlertRule]) -> int:
    """How many figures before the first wanted one a judgement of it looks back on.

    A rule may look at ratings, which look back themselves; a rating is shown beside the one before it.
    Figures without a value are no figures to look back on, so callers that load a limited run should allow
    for them.
    """
    bands = [
        condition
        for dated in indicator.rag
        for condition in (dated.value.green, dated.value.amber, dated.value.red)
    ]
    rated = _deepest(bands)
    ruled = _deepest(condition for rule in rules for condition in _conditions(rule))
    learnt = max((entry.value.learnt.figures for entry in indicator.limits if entry.value.learnt), default=0)
    return max(ruled + rated + learnt, rated + learnt + 1, indicator.direction.figures - 1)


def looks_at_ranks(rules: Iterable[AlertRule]) -> bool:
    """Says whether any of the rules asks for a rank or quartile, for which all areas' figures are needed."""
    conditions = (condition for rule in rules for condition in _conditions(rule))
    return any(not RANKS.isdisjoint(condition.names) for condition in conditions if condition is not None)


def _conditions(rule: AlertRule) -> Iterable[Condition | None]:
    for thresholds in (rule.thresholds, *rule.overrides.values()):
        yield from (level.condition for level in thresholds.levels)
        yield thresholds.recover


def _deepest(conditions: Iterable[Condition | None]) -> int:
    return max((condition.lookback for condition in conditions if condition is not None), default=0)


def _is_wanted(area: Area, figure: Observation, since: Mapping[str, date] | None) -> bool:
    return since is None or figure.period_end >= since.get(area.name, date.max)
