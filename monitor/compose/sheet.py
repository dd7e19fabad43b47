"""A mail's text as templates get it: every piece ready, in the order of reading. What is empty is left out.

Templates lay these values out and decide nothing. Operations staff write templates of their own against
these names, so a name once here stays.
"""

from dataclasses import dataclass

from monitor.compose.facts import Fact
from monitor.palette import Tone


@dataclass(frozen=True, slots=True)
class Box:
    """A few words that matter at once, under a title of their own; ``quiet`` ones do not stand out."""

    title: str
    text: str
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Side:
    """One of two figures side by side: the ``figure`` in large type, and what it means in a word.

    ``tone`` None: nothing was rated and no limit crossed, or it is not known.
    """

    label: str
    figure: str
    tone: Tone | None
    word: str
    detail: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure that was told, beside what it is now; ``rows`` are the same as a table for plain text."""

    title: str
    was: Side
    now: Side

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """Head first."""
        sides = (self.was, self.now)
        rows = (
            ("", *(side.label for side in sides)),
            ("Figure", *(side.figure for side in sides)),
            ("That is", *(_signed(side) for side in sides)),
            ("", *(side.detail for side in sides)),
        )
        return tuple(row for row in rows if any(row[1:]))


def _signed(side: Side) -> str:
    return side.word if side.tone is None else f"{side.tone.symbol} {side.word}"


@dataclass(frozen=True, slots=True)
class ChartView:
    """A chart in a mail; ``content_id`` is that of the picture, "" in a mail without pictures."""

    content_id: str
    alternative_text: str
    caption: str
    rows: tuple[tuple[str, ...], ...]
    periods: int


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One story's text.

    ``listing`` is a table with its head first; ``quoted`` are lines of a program's, to be shown as they are,
    and ``report`` lines for people, either under ``quoted_title``. ``asides`` are sentences that go with the
    headline, ``boxes`` what stands before what to do. ``acknowledge`` is the address of the page on which the
    reader says that they are dealing with it, None where there is none: a link called ``answer_label``, with
    ``answer_note`` on what follows; with ``answer_first`` it is what the mail is for and stands before what
    to do. ``link`` leads to the area's figures. ``label`` is the tone's
    word in a list, with what else makes this story different.
    """

    tone: Tone
    strip: str
    label: str
    heading: str
    news: str
    headline: str
    action: str
    facts: tuple[Fact, ...]
    told_because: str
    asides: tuple[str, ...] = ()
    boxes: tuple[Box, ...] = ()
    comparison: Comparison | None = None
    chart: ChartView | None = None
    definition: str = ""
    small_print: tuple[str, ...] = ()
    link: str | None = None
    acknowledge: str | None = None
    answer_label: str = "I am dealing with this"
    answer_note: str = "The performance team sees then that you are."
    answer_first: bool = False
    listing: tuple[tuple[str, ...], ...] = ()
    quoted: tuple[str, ...] = ()
    report: tuple[str, ...] = ()
    quoted_title: str = ""

    @property
    def big_figures(self) -> tuple[Fact, ...]:
        """At most three facts that stand at the top in large type: as many as a phone has room for."""
        if self.comparison is not None:
            return ()
        return tuple(fact for fact in self.facts if fact.short)[:3]


@dataclass(frozen=True, slots=True)
class Count:
    """How many stories are of one tone, and what that tone means."""

    tone: Tone
    number: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What stands before the stories of a mail that tells several: how many of which kind."""

    title: str
    intro: str
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Stories of one kind that are told in a line each: ``lines`` their news."""

    tone: Tone
    strip: str
    lines: tuple[str, ...]
    told_because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MailView:
    """A whole mail's text.

    ``detailed`` stories have charts and all details, ``further`` ones all details in small type, and those of
    ``groups`` a line each. ``deputy`` says in whose place the reader is told, "" where in nobody's.
    ``greeting_language`` is the tag of what the greeting is in, "" where that is the mail's own;
    ``greeting_direction`` is ``rtl`` where it runs from right to left, else "".
    """

    title: str
    preheader: str
    greeting: str
    detailed: tuple[NoticeView, ...]
    further: tuple[NoticeView, ...]
    contact: str | None
    overview: Overview | None = None
    groups: tuple[Group, ...] = ()
    deputy: str = ""
    greeting_language: str = ""
    greeting_direction: str = ""

    @property
    def several(self) -> bool:
        """Whether there is an overview before the stories."""
        return self.overview is not None

    @property
    def listed(self) -> int:
        """How many stories stand in the list at the end."""
        return len(self.further) + sum(len(group.lines) for group in self.groups)
