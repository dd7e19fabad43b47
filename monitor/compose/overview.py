"""What stands before the stories of a mail that tells several, and the short list after the worst of them."""

from collections.abc import Sequence
from itertools import groupby

from monitor.compose.sheet import Count, Group, NoticeView, Overview
from monitor.core.notifications import Occasion
from monitor.palette import Tone

MOST_DETAILED = 8
"""Stories with a chart and all details; mails that are longer than this are cut off by some readers."""

MOST_IN_FULL = 12
"""So many more are told with all their details in small type; where there are more, each has one line."""

_FEWER_DETAILED = 4
_FEW = 3  # kinds that a title has room for
_MEANINGS = {
    "red": "critical: act now",
    "amber": "warning: look at it soon",
    "notice": "for your information",
    "recovered": "back within limits",
    "pending": "beyond the limit, but no alert for now",
    "changed": "a figure that you were told has changed",
    "closed": "over because the rules changed",
    "late": "figures have not come in time",
    "arrived": "late figures have come",
    "doubtful": "a figure may be wrong",
    "settled": "a figure is no longer in doubt",
}


def most_detailed(stories: int) -> int:
    """How many of so many stories are told in detail: fewer where many lines follow.

    Gmail cuts a mail off after 102 KB of HTML, and each story in detail takes about 8.
    """
    return MOST_DETAILED if stories <= MOST_DETAILED + MOST_IN_FULL else _FEWER_DETAILED


def overview_of(views: Sequence[NoticeView], occasion: Occasion) -> Overview:
    """How many stories of which kind there are, the worst first, and why they come in one mail."""
    counts = _counts(views)
    number = len(views)
    things = f"{number:,} thing{'' if number == 1 else 's'} to know"
    match occasion:
        case Occasion.NEWS:
            return Overview(f"{things}: {in_words(counts)}", "", counts)
        case Occasion.DIGEST:
            intro = "This is your digest: what came since the last one, in one mail, the worst first."
            return Overview(f"Your digest: {_briefly(counts, things)}", intro, counts)
        case Occasion.SUMMARY:
            intro = (
                f"There is so much to tell at once that it comes in one mail instead of {number:,}. The "
                "worst is told in detail; nothing is left out."
            )
            title = f"Summary of {things}" + (f": {in_words(counts)}" if len(counts) <= _FEW else "")
            return Overview(title, intro if number > 1 else "", counts)


def _briefly(counts: Sequence[Count], things: str) -> str:
    return in_words(counts) if len(counts) <= _FEW else things


def in_words(counts: Sequence[Count]) -> str:
    """``3 red, 2 amber, 1 recovered``."""
    return ", ".join(f"{count.number:,} {count.tone.word}" for count in counts)


def _counts(views: Sequence[NoticeView]) -> tuple[Count, ...]:
    numbers: dict[Tone, int] = {}
    for view in views:
        numbers[view.tone] = numbers.get(view.tone, 0) + 1
    return tuple(Count(tone, number, _MEANINGS.get(tone.word, "")) for tone, number in numbers.items())


def grouped(views: Sequence[NoticeView]) -> tuple[Group, ...]:
    """The stories in a line each, those of one kind together, in their order."""
    groups = []
    for (tone, strip), alike in groupby(views, key=lambda view: (view.tone, view.strip)):
        members = list(alike)
        groups.append(
            Group(
                tone,
                strip,
                tuple(view.news for view in members),
                tuple(dict.fromkeys(view.told_because for view in members if view.told_because)),
            )
        )
    return tuple(groups)
