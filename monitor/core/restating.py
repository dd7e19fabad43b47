"""Whether a figure that somebody was told has changed in a way that they have to be told.

What counts is what was told: the rating and the level of a period's figure. Whatever makes them other than
they were is a restatement: a new revision of the figure, an edit of the rules that holds for its period, or
other figures that it is judged with. What holds only from a later day on leaves earlier periods as they are.
"""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.core.areas import Area
from monitor.core.dated import in_force
from monitor.core.judgements import Evaluation, RagRating, RuleEvaluation, RuleHealth
from monitor.core.notifications import RestatedFigure, ToldFigure, Yardstick
from monitor.core.rulebook import AlertRule, Indicator


def yardstick(
    rule: AlertRule,
    indicator: Indicator,
    area: Area,
    evaluation: Evaluation,
    verdict: RuleEvaluation | None,
) -> Yardstick:
    """Returns what a figure of ``area`` is made and judged by."""
    bands = in_force(indicator.rag, evaluation.period_end, area)
    conditions = (bands.value.green, bands.value.amber, bands.value.red) if bands else ()
    green, amber, red = (each.text if each else "" for each in conditions or (None, None, None))
    return Yardstick(
        indicator=indicator.id,
        scale=indicator.scale,
        decimals=indicator.decimals,
        limits=tuple((each.level, each.condition.text) for each in rule.thresholds_for(area).levels),
        limit=verdict.limit if verdict is not None else None,
        bands=(green, amber, red) if bands else None,
        target=evaluation.target,
        lower=evaluation.lower,
        upper=evaluation.upper,
        neighbours=evaluation.neighbours,
        region=evaluation.region,
        england=evaluation.england,
    )


def told_figure(
    evaluation: Evaluation,
    verdict: RuleEvaluation | None,
    *,
    protected: bool,
    against: Yardstick | None = None,
) -> ToldFigure:
    """Returns a figure as a reader is told it; what is ``protected`` is left out."""
    return ToldFigure(
        period_end=evaluation.period_end,
        value=None if protected else evaluation.value,
        protected=protected,
        rag=evaluation.rag,
        level=verdict.level if verdict is not None else None,
        revision=evaluation.revision,
        against=against,
    )


def as_it_stands(was: ToldFigure, now: ToldFigure, verdict: RuleEvaluation | None) -> ToldFigure:
    """Returns ``now`` with the level that was told where the rule does not say another.

    A rule that cannot be judged (a figure that it compares with is missing), or that does not cover the area
    any more, says nothing: what was told of the level stands. A figure that was withdrawn has no level.
    """
    silent = verdict is None or verdict.health is not RuleHealth.OK
    return replace(now, level=was.level) if silent and now.rag is not RagRating.NO_DATA else now


def is_restated(was: ToldFigure, now: ToldFigure) -> bool:
    """Says whether the rating of a figure that was told, or the level that holds with it, is another now.

    A figure that changed within its colour and its level is not told: it would have been told the same. Nor
    is a rating that is merely added to a figure that is the same, such as once its neighbours' have come; nor
    the figure of another indicator, which the rule was made to watch since.
    """
    if (was.rag, was.level) == (now.rag, now.level):
        return False
    if was.against is not None and now.against is not None and was.against.indicator != now.against.indicator:
        return False
    same = (was.level, was.value, was.protected) == (now.level, now.value, now.protected)
    return not (same and was.rag is RagRating.NOT_RATED)


def restated_figure(
    was: ToldFigure,
    now: ToldFigure,
    *,
    withdrawn: bool,
    because: str,
    told_at: datetime,
    zone: ZoneInfo,
    label: str,
) -> RestatedFigure:
    """Puts both figures side by side."""
    return RestatedFigure(
        period_label=label,
        was=was,
        now=now,
        withdrawn=withdrawn,
        told_on=told_at.astimezone(zone).date(),
        because=because,
    )
