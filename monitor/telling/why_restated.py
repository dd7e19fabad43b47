"""Why a figure that somebody was told is not what it was: the differences themselves, in words.

Nothing is guessed: each sentence names what differs between the revision that was told and the one that
there is now, or between what the figure was judged by then and what it is judged by now.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from monitor.core.disclosure import is_small
from monitor.core.notifications import ToldFigure, Yardstick
from monitor.core.observations import MICRO, Observation, Status
from monitor.core.rulebook import Indicator, Level
from monitor.palette import LEVEL_TONES
from monitor.wording import FigureFormat

Revisions = Mapping[int, Observation]
"""The revisions of one figure, by number."""

_SIMPLE: Final = re.compile(r"value (<|<=|>|>=) (-?\d+(?:\.\d+)?)")
_COMPARED: Final = (
    ("target", "the target"),
    ("neighbours", "the figure of the neighbours that it is compared with"),
    ("region", "the region’s figure that it is compared with"),
    ("england", "England’s figure that it is compared with"),
)


def why_restated(
    was: ToldFigure,
    now: ToldFigure,
    indicator: Indicator,
    revisions: Revisions,
    *,
    redefined: bool = False,
) -> str:
    """Returns why a figure, its rating or its level is another than was told; several reasons are joined.

    ``redefined``: the indicator has been made of others in another way since, or is so no more.

    Numbers are left out wherever one of the two figures must not be shown, for a small number could be told
    from a limit that it is said to have crossed.
    """
    hidden = was.protected or now.protected
    reasons = []
    if was.revision != now.revision and redefined:
        gone = now.value is None and not now.protected
        what = "the way in which this indicator is calculated was changed"
        reasons.append(f"{what}, and it has no figure for that period any more" if gone else what)
    elif was.revision != now.revision:
        reasons.append(_of_source(was, now, indicator, revisions, hidden=hidden))
    reasons += _of_rules(was, now, indicator, hidden=hidden)
    if not reasons:
        reasons.append("other figures that it is judged together with were changed")
    return "; ".join(reasons)


def _of_source(
    was: ToldFigure, now: ToldFigure, indicator: Indicator, revisions: Revisions, *, hidden: bool
) -> str:
    """What differs between the two revisions of the figure."""
    if now.value is None and not now.protected:
        return "the figure was withdrawn, and there is none in its place"
    if indicator.derivation is not None:
        return "the figures that it is calculated from were changed"
    before, after = revisions.get(was.revision), revisions.get(now.revision)
    if before is None or after is None:
        return "the source sent a corrected figure"
    found = [_of_status(before.status, after.status)]
    if not hidden and indicator.scale is not None:
        found.append(_of_counts(before, after, indicator))
    said = [each for each in found if each]
    if said:
        return "; ".join(said)
    if after.status is Status.PROVISIONAL:
        return "the source sent another provisional figure"
    return "the source sent a corrected figure"


def _of_status(before: Status, after: Status) -> str:
    if before is after:
        return ""
    if after is Status.VALIDATED:
        return "it was provisional then and is validated now"
    return "it was validated then and is provisional again"


def _of_counts(before: Observation, after: Observation, indicator: Indicator) -> str:
    """What differs in the counts that a ratio is made of, as in: 8 more cases are counted.

    Counts of people that are small, or that differ by so few, are not said: a difference can give a small
    group away as well as a count can.
    """
    top, bottom = (before.numerator, after.numerator), (before.denominator, after.denominator)
    if top[0] is None or top[1] is None or bottom[0] is None or bottom[1] is None:
        return ""
    more, wider = top[1] - top[0], bottom[1] - bottom[0]
    if not more and not wider:
        return ""
    if indicator.counts_people and any(
        is_small(each) for each in (*top, *bottom, more, wider, bottom[0] - top[0], bottom[1] - top[1])
    ):
        return _what_changed(more, wider)
    both = f"{_count(top[1])} of {_count(bottom[1])}, was {_count(top[0])} of {_count(bottom[0])}"
    if not more:
        return f"the denominator is {_count(bottom[1])} now, was {_count(bottom[0])}: {both}"
    if wider:
        return f"the numerator and the denominator were changed: {both}"
    words = "more" if more > 0 else "fewer"
    cases = "case is" if abs(more) == MICRO else "cases are"
    return f"{_count(abs(more))} {words} {cases} counted: {both}"


def _what_changed(more: int, wider: int) -> str:
    if more and wider:
        return "the numerator and the denominator were changed"
    return "other cases are counted in the numerator" if more else "the denominator was changed"


def _count(amount: int) -> str:
    """``1,282`` of an amount in millionths; with its decimals where it has any."""
    value = Decimal(amount) / MICRO
    return f"{value:,.0f}" if value == value.to_integral_value() else f"{value.normalize():,f}"


def _of_rules(was: ToldFigure, now: ToldFigure, indicator: Indicator, *, hidden: bool) -> list[str]:
    """What differs in what the figure is made and judged by."""
    then, today = was.against, now.against
    if then is None or today is None:
        return ["the rules were changed, or other figures that it is judged with"] * (
            was.revision == now.revision
        )
    if hidden:
        return _of_rules_unsaid(then, today)
    figures = FigureFormat(indicator.unit, indicator.decimals)
    found = _of_definition(then, today)
    if not found and was.revision == now.revision and was.value != now.value:
        found.append("the definition of the indicator was changed")
    found += _of_limits(then, today, figures)
    for name, words in _COMPARED:
        before, after = getattr(then, name), getattr(today, name)
        if before != after:
            found.append(_became(words, _shown(after, figures), _shown(before, figures)))
    if (then.lower, then.upper) != (today.lower, today.upper):
        expected, earlier = _range(today, figures), _range(then, figures)
        found.append(_became("the range that is expected", expected, earlier))
    if then.bands != today.bands:
        found.append("the bands of its rating were changed")
    return found


def _of_rules_unsaid(then: Yardstick, today: Yardstick) -> list[str]:
    """The same of a figure that must not be shown, without any number."""
    rules = [(each.scale, each.decimals, each.limits, each.bands, each.target) for each in (then, today)]
    others = [(each.lower, each.upper, each.neighbours, each.region, each.england) for each in (then, today)]
    found = ["the rules were changed"] if rules[0] != rules[1] else []
    return found + (["what it is compared with was changed"] if others[0] != others[1] else [])


def _of_definition(then: Yardstick, today: Yardstick) -> list[str]:
    found = []
    if then.scale != today.scale:
        scales = [("not a ratio" if each is None else f"per {each:,}") for each in (today.scale, then.scale)]
        found.append(f"the definition was changed: the figure is {scales[0]} now, was {scales[1]}")
    if then.decimals != today.decimals:
        places = f"{today.decimals} decimal{'' if today.decimals == 1 else 's'}"
        found.append(f"the figure is rounded to {places} now, was to {then.decimals}")
    return found


def _of_limits(then: Yardstick, today: Yardstick, figures: FigureFormat) -> list[str]:
    """The limits of the rule, level by level, as written: an edit of one, one more, or one that is gone."""
    before, after = dict(then.limits), dict(today.limits)
    found = []
    for level in Level:
        old, new = before.get(level), after.get(level)
        if old == new:
            continue
        colour = LEVEL_TONES[level].word
        if old is None or new is None:
            found.append(f"the rule has a limit for {colour} now" if new else f"it has none for {colour} now")
        else:
            found.append(_became(f"the limit for {colour}", *_limits(new, old, figures)))
    return found


def _limits(new: str, old: str, figures: FigureFormat) -> tuple[str, str]:
    """Both limits: as numbers if that is all that differs, else as they are written."""
    numbers = _SIMPLE.fullmatch(new), _SIMPLE.fullmatch(old)
    if numbers[0] is None or numbers[1] is None or numbers[0][1] != numbers[1][1]:
        return f"“{new}”", f"“{old}”"
    limit, earlier = (figures.short(Decimal(each[2])) for each in numbers if each is not None)
    return (limit, earlier) if limit != earlier else (numbers[0][2], numbers[1][2])


def _range(of: Yardstick, figures: FigureFormat) -> str | None:
    if of.lower is None and of.upper is None:
        return None
    if of.lower is None or of.upper is None:
        words = "at most" if of.lower is None else "at least"
        return f"{words} {figures.short(of.upper if of.lower is None else of.lower)}"
    return f"{figures.short(of.lower)} to {figures.short(of.upper)}"


def _shown(value: Decimal | None, figures: FigureFormat) -> str | None:
    return None if value is None else figures.short(value)


def _became(what: str, now: str | None, was: str | None) -> str:
    if now is None:
        return f"{what} is gone, was {was}"
    return f"{what} is {now} now, was {was}" if was is not None else f"{what} is {now} now, and was not known"
