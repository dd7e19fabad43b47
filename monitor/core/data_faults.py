"""The life of the alert that says that a figure is doubtful or missing: a fault of the data.

Its identity stands beside those of the alert rules, (``fault:<indicator>``, area). ``streak`` counts the
doubtful figures in a row, and is 0 while a figure is missing; ``breach_since`` is the period end of the first
doubtful figure or of the missing one; ``judged_to`` the period up to which the series is settled or looked
at. Only a figure with a value, somebody's word or a change of the rules ends what a figure began: one that
is withdrawn, or that comes without a value, settles nothing.
"""

from dataclasses import dataclass, replace
from datetime import date

from monitor.core.alerts import Alert, AlertState, Transition, TransitionReason
from monitor.core.freshness import is_retired
from monitor.core.plausibility import Doubt, Opinion, Trust, looks_for_gaps, says_anything
from monitor.core.routing import Change
from monitor.core.rulebook import Indicator

_ENDED_BY = {
    Trust.PLAUSIBLE: TransitionReason.FIGURES_PLAUSIBLE,
    Trust.CONFIRMED: TransitionReason.FIGURE_CONFIRMED,
    Trust.AGREED: TransitionReason.FIGURES_AGREE,
}


@dataclass(frozen=True, slots=True)
class Look:
    """How the last figures of a series look.

    ``opinions`` are those of its figures with a value, in order. ``last`` is the end of the last period that
    there is any figure for, ``missing`` of the one that others of its kind have and it has not, if that is
    a fault. ``vouched_for``: somebody has acknowledged the fault that is open. ``redefined``: what is
    doubtful was defined anew.
    """

    opinions: tuple[Opinion, ...] = ()
    last: date | None = None
    missing: date | None = None
    vouched_for: bool = False
    redefined: bool = False

    @property
    def doubt(self) -> Doubt | None:
        """What speaks against the last figure that has a value; None: it is believed."""
        if not self.opinions or self.opinions[-1].trust is not Trust.DOUBTFUL:
            return None
        return self.opinions[-1].doubt

    @property
    def ever_in_doubt(self) -> bool:
        """Whether anything speaks against any of the figures, or one is missing."""
        return self.missing is not None or any(each.doubt is not None for each in self.opinions)

    @property
    def doubtful(self) -> tuple[Opinion, ...]:
        """The doubtful figures in a row at the series' end, the earliest first."""
        count = 0
        for opinion in reversed(self.opinions):
            if opinion.trust is not Trust.DOUBTFUL:
                break
            count += 1
        return self.opinions[len(self.opinions) - count :]


def next_step(alert: Alert, look: Look) -> Change:
    """Returns what becomes of the alert; one that goes on as it was has no transition."""
    if alert.state is not AlertState.FIRING:
        after, steps = _begun(alert, look)
        return Change(alert, after, steps)
    reason = _ending_of_gap(alert, look) if alert.streak == 0 else _ending_of_doubt(alert, look)
    if reason is None:
        return Change(alert, _moved(alert, look), ())
    over = _ended(alert, look, reason)
    again, steps = _begun(over, look)
    return Change(alert, again, (_transition(alert, over, alert.breach_since, reason), *steps))


def closed(alert: Alert, reason: TransitionReason) -> Change:
    """Ends an alert whose indicator is not watched any more."""
    after = replace(alert, state=AlertState.RESOLVED, streak=0, breach_since=None, fired_on=None)
    return Change(alert, after, (_transition(alert, after, None, reason),))


def why_closed(indicator: Indicator | None, today: date) -> TransitionReason | None:
    """Says why nobody need look at a fault any more; None: it still matters.

    ``indicator`` None: it has left the rulebook, or the area the tree.
    """
    if indicator is None or not says_anything(indicator.plausibility):
        return TransitionReason.WITHDRAWN
    if not is_retired(indicator, today):
        return None
    superseded = indicator.retirement is not None and indicator.retirement.superseded_by
    return TransitionReason.SUPERSEDED if superseded else TransitionReason.RETIRED


def is_a_gap(indicator: Indicator, period_end: date) -> bool:
    """Says whether a figure that others of its kind have for that period is missing by a fault."""
    retirement = indicator.retirement
    return looks_for_gaps(indicator) and (retirement is None or period_end < retirement.on)


def _begun(alert: Alert, look: Look) -> tuple[Alert, tuple[Transition, ...]]:
    """Lets an alert that is quiet fire, where the series gives it cause."""
    run, missing = look.doubtful, look.missing
    if run:
        since, reason = run[0].figure.period_end, TransitionReason.FIGURE_DOUBTFUL
    elif missing is not None and (alert.judged_to is None or missing > alert.judged_to):
        since, reason = missing, TransitionReason.FIGURE_MISSING
    else:
        return alert, ()
    after = replace(
        alert,
        state=AlertState.FIRING,
        episode=alert.episode + 1,
        streak=len(run),
        breach_since=since,
        fired_on=run[-1].figure.period_end if run else since,
        judged_to=_later(alert.judged_to, look.last),
    )
    return after, (_transition(alert, after, after.fired_on, reason),)


def _ending_of_gap(alert: Alert, look: Look) -> TransitionReason | None:
    """Why a figure is not missing any more; None: it is."""
    if alert.breach_since is not None and look.last is not None and look.last >= alert.breach_since:
        return TransitionReason.FIGURE_CAME
    if look.vouched_for:
        return TransitionReason.FIGURE_CONFIRMED
    return TransitionReason.RULE_CHANGED if look.redefined and look.missing is None else None


def _ending_of_doubt(alert: Alert, look: Look) -> TransitionReason | None:
    """Why the doubt that the alert stands for is over; None: it is not."""
    # Where nothing is left that it could be held against, that does not clear the figure.
    compared = look.opinions[1:] if _begins_with(look, alert.breach_since) else look.opinions
    since = [each for each in compared if _is_since(each, alert.breach_since)]
    trusted = next((each for each in since if each.trust is not Trust.DOUBTFUL), None)
    if trusted is None:
        return None
    if trusted.trust is Trust.PLAUSIBLE and trusted.figure.period_end == alert.breach_since:
        return TransitionReason.RULE_CHANGED if look.redefined else TransitionReason.FIGURE_CORRECTED
    return _ENDED_BY[trusted.trust]


def _begins_with(look: Look, day: date | None) -> bool:
    return bool(look.opinions) and look.opinions[0].figure.period_end == day


def _is_since(opinion: Opinion, day: date | None) -> bool:
    return day is None or opinion.figure.period_end >= day


def _moved(alert: Alert, look: Look) -> Alert:
    run = look.doubtful
    if alert.streak == 0 or not run:
        return alert
    since = min(run[0].figure.period_end, alert.breach_since or date.max)
    return replace(alert, streak=len(run), breach_since=since, judged_to=_later(alert.judged_to, look.last))


def _ended(alert: Alert, look: Look, reason: TransitionReason) -> Alert:
    reached = _later(alert.judged_to, look.last)
    if alert.streak == 0 and reason is TransitionReason.FIGURE_CONFIRMED:
        reached = _later(reached, alert.breach_since)
    return replace(
        alert, state=AlertState.RESOLVED, streak=0, breach_since=None, fired_on=None, judged_to=reached
    )


def _later(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day is not None), default=None)


def _transition(before: Alert, after: Alert, period_end: date | None, reason: TransitionReason) -> Transition:
    return Transition(
        rule=after.rule,
        area=after.area,
        period_end=period_end,
        from_state=before.state,
        from_level=None,
        to_state=after.state,
        to_level=None,
        episode=after.episode,
        reason=reason,
    )
