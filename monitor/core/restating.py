"""Whether a figure that somebody was told has changed in a way that they have to be told."""

from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.core.judgements import Evaluation, RuleEvaluation
from monitor.core.notifications import RestatedFigure, ToldFigure
from monitor.core.observations import Status
from monitor.core.rulebook import Indicator


def told_figure(evaluation: Evaluation, verdict: RuleEvaluation | None, *, protected: bool) -> ToldFigure:
    """Returns a figure as a reader is told it; what is ``protected`` is left out."""
    return ToldFigure(
        period_end=evaluation.period_end,
        value=None if protected else evaluation.value,
        protected=protected,
        rag=evaluation.rag,
        level=verdict.level if verdict is not None else None,
        revision=evaluation.revision,
    )


def is_restated(was: ToldFigure, now: ToldFigure) -> bool:
    """Says whether a figure was changed, and its rating or the level that holds with it.

    A figure that changed within its colour and its level is not told: it would have been told the same.
    """
    return was.revision != now.revision and (was.rag, was.level) != (now.rag, now.level)


def restated_figure(
    was: ToldFigure,
    now: ToldFigure,
    *,
    indicator: Indicator,
    evaluation: Evaluation,
    told_at: datetime,
    zone: ZoneInfo,
    label: str,
) -> RestatedFigure:
    """Puts both figures side by side. ``evaluation`` is that of the figure as it is now."""
    withdrawn = evaluation.value is None
    return RestatedFigure(
        period_label=label,
        was=was,
        now=now,
        withdrawn=withdrawn,
        told_on=told_at.astimezone(zone).date(),
        because=_because(indicator, evaluation, withdrawn=withdrawn),
    )


def _because(indicator: Indicator, evaluation: Evaluation, *, withdrawn: bool) -> str:
    if withdrawn:
        return "the figure was withdrawn, and there is none in its place"
    if indicator.derivation is not None:
        return "the figures that it is calculated from were changed"
    if evaluation.status is Status.PROVISIONAL:
        return "the source sent another provisional figure"
    return "the source sent a corrected figure"
