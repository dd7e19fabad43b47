"""Gathers what there is to say of a doubtful or missing figure, or of the end of the doubt, into a notice."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from monitor.core.alerts import AlertState, TransitionReason
from monitor.core.areas import Area
from monitor.core.data_faults import Look
from monitor.core.exact import format_scaled
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.notices import HISTORY_FIGURES, SeriesView, label, thread_of, told_because
from monitor.core.notifications import Decision, HistoryPoint, Notice, NoticeKind, TellReason
from monitor.core.observations import MICRO
from monitor.core.plausibility import Doubt, FaultKind, PublishedFigure
from monitor.core.routing import Change
from monitor.core.rulebook import Indicator, Rulebook
from monitor.core.sight import scaled_decimal

_PERCENTAGES = frozenset({"%", "percent", "per cent"})
_WITHHELD = "a figure too small to show"


@dataclass(frozen=True, slots=True)
class FaultView:
    """A series as a reader of a data fault may see it: how it looks, and its last figures as judged."""

    look: Look
    series: SeriesView


def doubt_in_words(indicator: Indicator, view: FaultView) -> str:
    """Says why the last figure may be wrong, or that it is missing; "" where nothing is in doubt.

    What is too small to show is not shown, and neither is a difference that would give it away.
    """
    doubt = view.look.doubt
    if doubt is not None:
        return _why(indicator, doubt, view)
    if view.look.missing is not None:
        label_of = label(indicator, view.look.missing)
        before = label(indicator, view.look.last)
        return (
            f"no figure for {label_of}: at least half of the areas of its kind have one, "
            f"and this one had one for {before}"
        )
    return ""


def _why(indicator: Indicator, doubt: Doubt, view: FaultView) -> str:
    protected = view.series.protected
    hidden = doubt.figure.period_end in protected or doubt.yardstick.period_end in protected
    now, before = (_shown(indicator, each, view) for each in (doubt.figure, doubt.yardstick))
    limits = indicator.plausibility
    if doubt.kind is FaultKind.FELL_TO_ZERO:
        least = None if limits is None else limits.falls_to_zero
        return f"{now} where it was {before}: it fell to zero from {_amount(least)} or more"
    more = f"more than {_amount(None if limits is None else limits.jump)}"
    if hidden:
        return f"{now} where it was {before}: a change of {more}"
    change = format_scaled(abs(doubt.figure.scaled - doubt.yardstick.scaled), indicator.decimals)
    return f"{now} where it was {before}: a change of {change}, {more}"


def _shown(indicator: Indicator, figure: PublishedFigure, view: FaultView) -> str:
    if figure.period_end in view.series.protected:
        return _WITHHELD
    percent = "%" if indicator.unit.strip().casefold() in _PERCENTAGES else ""
    return f"{format_scaled(figure.scaled, indicator.decimals)}{percent}"


def _amount(millionths: int | None) -> str:
    if millionths is None:
        return "what is usual"
    return f"{(Decimal(millionths) / MICRO).normalize():f}"


def fault_notice(
    decision: Decision,
    change: Change,
    *,
    indicator: Indicator,
    area: Area,
    view: FaultView,
    rulebook: Rulebook,
) -> Notice:
    """Builds the notice for one decision to tell of a fault of the data, or of its end.

    ``value`` is the doubtful figure, ``previous_value`` what it was held against; once it is over, the last
    figure and the one before. Of a missing one ``period_end`` is its period, ``value`` is None, and
    ``previous_label`` the last period that there is a figure for.

    Raises:
        ValueError: the decision is not to tell.
    """
    if decision.kind is None or decision.recipient is None:
        raise ValueError(f"nobody is told by {decision}")
    fires = change.after.state is AlertState.FIRING
    doubt, gap = view.look.doubt, view.look.missing if fires and view.look.doubt is None else None
    made = _figureless(decision, change, indicator=indicator, area=area, rulebook=rulebook)
    if gap is not None:
        made = replace(
            made,
            period_end=gap,
            period_label=label(indicator, gap),
            previous_label=label(indicator, view.look.last),
        )
    else:
        made = _with_figure(made, indicator, view)
        if doubt is not None:
            made = _with_yardstick(made, indicator, doubt, view)
    words = doubt_in_words(indicator, view) if decision.kind is NoticeKind.DOUBTFUL else ""
    return replace(made, doubt=words, history=_history(indicator, view.series))


def _with_figure(made: Notice, indicator: Indicator, view: FaultView) -> Notice:
    valued = [each for each in view.series.evaluations if each.value is not None]
    if not valued:
        return made
    last = valued[-1]
    hidden = last.period_end in view.series.protected
    before_hidden = last.previous_period_end in view.series.protected
    return replace(
        made,
        period_end=last.period_end,
        period_label=label(indicator, last.period_end),
        status=last.status,
        value=None if hidden else last.value,
        protected=hidden,
        rag=last.rag,
        target=last.target,
        target_reference=last.target_reference,
        direction=DirectionOfTravel.UNKNOWN if hidden else last.direction,
        previous_value=None if before_hidden else last.previous_value,
        previous_label=label(indicator, last.previous_period_end),
        neighbours=last.neighbours,
    )


def _with_yardstick(made: Notice, indicator: Indicator, doubt: Doubt, view: FaultView) -> Notice:
    end = doubt.yardstick.period_end
    hidden = end in view.series.protected
    value = None if hidden else scaled_decimal(doubt.yardstick.scaled, indicator.decimals)
    return replace(made, previous_value=value, previous_label=label(indicator, end))


def _figureless(
    decision: Decision, change: Change, *, indicator: Indicator, area: Area, rulebook: Rulebook
) -> Notice:
    since = change.after.breach_since or change.before.breach_since
    return Notice(
        rule=change.after.rule,
        area=area.name,
        area_type=area.type,
        kind=decision.kind or NoticeKind.DOUBTFUL,
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
        period_end=since,
        period_label=label(indicator, since),
        status=None,
        value=None,
        protected=False,
        rag=RagRating.NO_DATA,
        target=None,
        target_reference="",
        limit=None,
        limit_text=limits_in_words(indicator),
        limit_reference="",
        since=since,
        since_label=label(indicator, since),
        direction=DirectionOfTravel.UNKNOWN,
        previous_value=None,
        previous_label="",
        neighbours=None,
        history=(),
        action="",
        source=indicator.source,
        rule_position=str(indicator.position),
        rule_version=rulebook.revision or rulebook.version[:12],
        told_because=_told_because(decision),
        thread=thread_of(change.after),
        route=decision.route or "",
    )


def limits_in_words(indicator: Indicator) -> str:
    """The indicator's plausible limits, as one line of the rule file would say them."""
    limits = indicator.plausibility
    if limits is None:
        return ""
    parts = []
    if limits.jump is not None:
        parts.append(f"jump: {_amount(limits.jump)}")
    if limits.falls_to_zero is not None:
        parts.append(f"falls_to_zero_from: {_amount(limits.falls_to_zero)}")
    if limits.missing_areas:
        parts.append("missing_areas: true")
    return f"plausible: {{{', '.join(parts)}}}"


def _reason(change: Change, indicator: Indicator, rulebook: Rulebook) -> str:
    if not change.transitions:
        return "it is still in doubt"
    last = change.transitions[-1].reason
    if indicator.retirement is None or last not in (TransitionReason.RETIRED, TransitionReason.SUPERSEDED):
        return str(last)
    successor = rulebook.indicators.get(indicator.retirement.superseded_by or "")
    return f"superseded by “{successor.title}”" if successor else "the indicator is no longer in use"


def _told_because(decision: Decision) -> str:
    """A sentence that tells the reader why they get this."""
    match decision.reason:
        case TellReason.DATA_OWNER:
            role = f"as {decision.role} for {decision.role_area}" if decision.role_area else "by name"
            return f"You are told {role}: doubtful figures are for those who own the data."
        case TellReason.WAS_TOLD_OF_BREACH:
            return "You were told that this figure looked wrong, so you are told what became of it."
        case _:
            return told_because(decision)


def _history(indicator: Indicator, series: SeriesView) -> tuple[HistoryPoint, ...]:
    return tuple(
        HistoryPoint(
            period_end=each.period_end,
            label=label(indicator, each.period_end),
            value=None if each.period_end in series.protected else each.value,
            protected=each.period_end in series.protected,
            status=each.status,
            rag=each.rag,
            target=each.target,
            lower=each.lower,
            upper=each.upper,
            limit=None,
        )
        for each in series.evaluations[-HISTORY_FIGURES:]
    )


def doubt_since(view: FaultView) -> date | None:
    """The end of the period from which the series is in doubt; None: it is not."""
    run = view.look.doubtful
    return run[0].figure.period_end if run else view.look.missing
