"""A figure that somebody was told and that has changed since: both side by side, and what that means now."""

from datetime import date

from monitor.compose.facts import is_over
from monitor.compose.sheet import Box, Comparison, Side
from monitor.core.judgements import RagRating
from monitor.core.notifications import Notice, RestatedFigure, ToldFigure
from monitor.palette import AMBER, CLOSED, GREEN, LEVEL_TONES, RECOVERED, RED, Tone
from monitor.wording import FigureFormat, day, lapsed, sentence, standing, what_is_awaited
from notifiers.mime import one_line

WITHDRAWN = "withdrawn"
_RATINGS = {RagRating.RED: RED, RagRating.AMBER: AMBER, RagRating.GREEN: GREEN}


def standing_of(figure: ToldFigure, beside: ToldFigure) -> tuple[Tone | None, str]:
    """What a figure is in a word: the level of the limit it crosses, else its rating.

    Both sides use one measure: beside a figure that crosses a limit, one that crosses none is within limits.
    """
    if figure.level is not None:
        tone = LEVEL_TONES[figure.level]
        return tone, tone.word
    if beside.level is not None:
        return (
            (GREEN, "green, within limits") if figure.rag is RagRating.GREEN else (RECOVERED, "within limits")
        )
    rated = _RATINGS.get(figure.rag)
    return (None, "") if rated is None else (rated, f"rated {rated.word}")


def now_standing(restated: RestatedFigure) -> tuple[Tone | None, str]:
    """The same of what the figure is now; a withdrawn one is nothing any more."""
    if restated.withdrawn:
        return CLOSED, WITHDRAWN
    return standing_of(restated.now, restated.was)


def outcome(restated: RestatedFigure) -> str:
    """What has come of it in a few words, for the strip and the subject."""
    was, now = restated.was.level, restated.now.level
    if restated.withdrawn:
        return "the figure was withdrawn"
    if now is None and was is not None:
        return "no longer beyond the limit"
    if now is not None and was is None:
        return f"beyond the limit, now {LEVEL_TONES[now].word}"
    if now is not None and was is not None:
        word = LEVEL_TONES[now].word
        return f"still {word}" if now is was else f"{word}, was {LEVEL_TONES[was].word}"
    word, before = now_standing(restated)[1], standing_of(restated.was, restated.now)[1]
    return f"{word}, was {before.removeprefix('rated ')}" if word and before and word != before else ""


def came_to(notice: Notice, restated: RestatedFigure) -> str:
    """The same; also that it is no alert any more, where a figure is beyond its limit all the same."""
    if notice.lapse is None:
        return outcome(restated)
    level = restated.now.level
    figure = "the latest is beyond its limit" if level is None else LEVEL_TONES[level].word
    return f"{figure}, but no alert for now"


def restated_headline(notice: Notice, restated: RestatedFigure, on: date) -> str:
    """Both figures in a sentence: ``On 3 October you were told 46 (red); it is now 38``."""
    figures = FigureFormat(one_line(notice.unit), notice.decimals)
    was = _as_told(notice, restated.was).full(restated.was.value, protected=restated.was.protected)
    word, now_word = standing_of(restated.was, restated.now)[1], now_standing(restated)[1]
    told = f"On {day(restated.told_on, on)} you were told {_with(was, word)}"
    if restated.withdrawn:
        return f"{told}. That figure has been withdrawn; there is none in its place yet."
    if is_same_figure(restated) and now_word:
        return f"{told}; the figure is the same, but it is now {now_word}."
    now = figures.short(restated.now.value, protected=restated.now.protected)
    return f"{told}; it is now {_with(now, now_word)}."


def is_same_figure(restated: RestatedFigure) -> bool:
    """Whether the figure is what was told, and only what is made of it has changed."""
    was, now = restated.was, restated.now
    return not (was.protected or now.protected) and was.value is not None and was.value == now.value


def _as_told(notice: Notice, figure: ToldFigure) -> FigureFormat:
    """How a figure that was told is written: to as many places as it was then."""
    places = notice.decimals if figure.against is None else figure.against.decimals
    return FigureFormat(one_line(notice.unit), places)


def _with(figure: str, word: str) -> str:
    return f"{figure} ({word})" if word else figure


def comparison(notice: Notice, restated: RestatedFigure, on: date) -> Comparison:
    """The two figures as they stand side by side."""
    figures = FigureFormat(one_line(notice.unit), notice.decimals)
    was_tone, was_word = standing_of(restated.was, restated.now)
    now_tone, now_word = now_standing(restated)
    unshown = restated.withdrawn
    told_on = f"on {day(restated.told_on, on)}"
    limit_then = None if restated.was.against is None else restated.was.against.limit
    limit_now = notice.limit if restated.now.against is None else restated.now.against.limit
    return Comparison(
        title=f"The figure for {one_line(restated.period_label)}",
        was=Side(
            "You were told",
            _as_told(notice, restated.was).short(restated.was.value, protected=restated.was.protected),
            was_tone,
            was_word,
            told_on if limit_then is None else f"{told_on}, limit {figures.short(limit_then)}",
        ),
        now=Side(
            "It is now",
            "–" if unshown else figures.short(restated.now.value, protected=restated.now.protected),
            now_tone,
            now_word,
            "" if unshown or limit_now is None else f"limit {figures.short(limit_now)}",
        ),
    )


def restated_boxes(notice: Notice, restated: RestatedFigure) -> tuple[Box, ...]:
    """What it means now, and why it changed."""
    boxes = (
        Box("What that means now", _meaning(notice, restated)),
        Box("Why it changed", sentence(one_line(restated.because)), quiet=True),
    )
    return tuple(box for box in boxes if box.text)


def _meaning(notice: Notice, restated: RestatedFigure) -> str:
    parts = (_of_the_limit(notice, restated), _of_the_alert(notice, restated))
    return " ".join(part for part in parts if part)


def _of_the_limit(notice: Notice, restated: RestatedFigure) -> str:
    figures = FigureFormat(one_line(notice.unit), notice.decimals)
    against = restated.now.against
    crossed = notice.limit if against is None else against.limit
    limit = "the limit" if crossed is None else f"the limit of {figures.short(crossed)}"
    was, now = restated.was.level, restated.now.level
    if restated.withdrawn:
        return "What you were told does not stand any more."
    if now is None:
        if was is not None:
            return f"The figure is not beyond {limit}."
        return "It has another rating than you were told. No limit is crossed."
    colour = LEVEL_TONES[now].word
    if was is None:
        return f"The figure is beyond {limit} after all: that is {colour}."
    if now is was:
        return f"The figure is still beyond {limit}, and still {colour}.{_other_rating(restated)}"
    worse = "a more serious" if now.rank > was.rank else "a milder"
    return (
        f"The figure is beyond {worse} limit than you were told: {colour} instead of {LEVEL_TONES[was].word}."
    )


def _other_rating(restated: RestatedFigure) -> str:
    was, now = (_RATINGS.get(figure.rag) for figure in (restated.was, restated.now))
    if was is None or now is None or was is now:
        return ""
    return f" Its rating is {now.word} instead of {was.word}."


def _of_the_alert(notice: Notice, restated: RestatedFigure) -> str:
    if notice.lapse is not None:
        same = notice.period_end == restated.now.period_end
        latest = "" if same else f"{_latest(notice)} "
        return f"{latest}{lapsed(notice)} {what_is_awaited(notice)} Until then it needs no answer."
    if is_over(notice):
        crossed = restated.was.level is not None
        return "The alert is over, and there is nothing left to do about it." if crossed else ""
    later = notice.period_end is not None and notice.period_end > restated.now.period_end
    if not later:
        return "The alert goes on." if restated.withdrawn or restated.now.level is None else ""
    label = f" for {one_line(notice.period_label)}" if notice.period_label else ""
    return f"The alert goes on with the latest figure{label}: {_first_small(standing(notice))}"


def _latest(notice: Notice) -> str:
    label = f", for {one_line(notice.period_label)}" if notice.period_label else ""
    return f"The latest figure{label}, is beyond its limit: {_first_small(standing(notice))}"


def _first_small(text: str) -> str:
    return text[:1].lower() + text[1:]
