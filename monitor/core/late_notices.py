"""Gathers what there is to say of a figure that is late, or has come after all, into a notice for one reader.

No figure's value is part of it: it is for those who bring the data, whoever may see the figures.
"""

from datetime import date

from monitor.core.alerts import TransitionReason
from monitor.core.areas import Area
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.notices import label, thread_of, told_because
from monitor.core.notifications import Decision, Notice
from monitor.core.routing import Change
from monitor.core.rulebook import Indicator, Rulebook


def late_notice(
    decision: Decision,
    change: Change,
    *,
    indicator: Indicator,
    area: Area,
    latest: date | None,
    rulebook: Rulebook,
) -> Notice:
    """Builds the notice for one decision to tell of lateness, or of its end.

    ``latest`` is the end of the last period that the area has a figure for.

    Raises:
        ValueError: the decision is not to tell.
    """
    if decision.kind is None or decision.recipient is None:
        raise ValueError(f"nobody is told by {decision}")
    begins = change.after.breach_since is not None
    alert = change.after if begins else change.before
    days = indicator.expected_within
    return Notice(
        rule=alert.rule,
        area=area.name,
        area_type=area.type,
        kind=decision.kind,
        reason=_reason(change, indicator, rulebook),
        level=None,
        previous_level=None,
        title=indicator.title,
        indicator=indicator.id,
        indicator_title=indicator.title,
        definition=indicator.definition,
        unit=indicator.unit,
        decimals=indicator.decimals,
        polarity=indicator.polarity,
        period_end=alert.breach_since,
        period_label=label(indicator, alert.breach_since),
        status=None,
        value=None,
        protected=False,
        rag=RagRating.NO_DATA,
        target=None,
        target_reference="",
        limit=None,
        limit_text="" if days is None else f"expected_within: {days} working day{'' if days == 1 else 's'}",
        limit_reference="",
        since=None,
        since_label="",
        direction=DirectionOfTravel.UNKNOWN,
        previous_value=None,
        previous_label=label(indicator, latest),
        neighbours=None,
        history=(),
        action="",
        source=indicator.source,
        rule_position=str(indicator.position),
        rule_version=rulebook.revision or rulebook.version[:12],
        told_because=told_because(decision),
        thread=thread_of(change.after),
        route=decision.route or "",
        due=alert.fired_on,
    )


def _reason(change: Change, indicator: Indicator, rulebook: Rulebook) -> str:
    last = change.transitions[-1].reason
    if indicator.retirement is None or last not in (TransitionReason.RETIRED, TransitionReason.SUPERSEDED):
        return str(last)
    successor = rulebook.indicators.get(indicator.retirement.superseded_by or "")
    return f"superseded by “{successor.title}”" if successor else "the indicator is no longer in use"
