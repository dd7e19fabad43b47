"""What people see on a terminal: consoles, tables, and colours that always come with a word and a sign."""

import os
import sys
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from monitor.core.alerts import Alert, AlertState
from monitor.core.judgements import DirectionOfTravel, RagRating
from monitor.core.rulebook import Level
from monitor.palette import LEVEL_TONES, RECOVERED, Tone
from monitor.web.status_page import RATING_TONES

UNFOLDED: Final = 1_000
"""Columns where nobody looks on: what goes into a file or another program is not folded."""

NOTHING: Final = "–"
_PIECE: Final = 1_000
"""Characters that are at most PIPE_BUF bytes, which a pipe takes whole or not at all (write(2), pipe(7))."""


class ReaderGoneError(Exception):
    """Whoever read the output (``| head``) has read enough; there is nobody left to write to."""


class _Console(Console):
    def print(self, *objects: Any, **options: Any) -> None:
        """Prints; the lines of a table end with their last word where no terminal is to be filled."""
        if self.is_terminal or not any(isinstance(each, Table) for each in objects):
            super().print(*objects, **options)
            return
        with self.capture() as kept:
            super().print(*objects, **options)
        lines = (line.rstrip() for line in kept.get().splitlines())
        super().print(Text("\n".join(lines)), soft_wrap=True)

    def on_broken_pipe(self) -> None:
        """Leaves it to the command line how to end."""
        self.quiet = True
        raise ReaderGoneError


def console(stream: TextIO | None = None) -> Console:
    """A console on ``stream`` (None: standard output). Text is shown as it is: no markup, no emoji names."""
    target = sys.stdout if stream is None else stream
    is_folded = target.isatty() or "COLUMNS" in os.environ
    return _Console(
        file=target,
        width=None if is_folded else UNFOLDED,
        markup=False,
        emoji=False,
        highlight=False,
    )


def write_plainly(text: str) -> None:
    """Writes to standard output for another program to read.

    Raises:
        ReaderGoneError: nobody reads.
    """
    try:
        # In pieces: with PYTHONUNBUFFERED, Python takes a write that was cut short for a whole one.
        for start in range(0, len(text), _PIECE):
            sys.stdout.write(text[start : start + _PIECE])
        sys.stdout.flush()
    except BrokenPipeError as gone:
        raise ReaderGoneError from gone


def table(*headings: str, right: Iterable[str] = (), title: str = "") -> Table:
    """An empty table; the columns in ``right`` hold figures and are set to the right."""
    made = Table(
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
        header_style="bold",
        title=Text(title, "bold") if title else None,
        title_justify="left",
    )
    for heading in headings:
        made.add_column(Text(heading), justify="right" if heading in set(right) else "left")
    return made


def rating(rag: RagRating | None) -> Text:
    """A rating: its colour, its sign and its word."""
    if rag is None:
        return Text(NOTHING, "dim")
    tone = RATING_TONES[rag]
    if rag in (RagRating.NOT_RATED, RagRating.NO_DATA):
        return Text(rag.value, "dim")
    return Text(f"{tone.symbol} {tone.word}", _style(tone))


def level(of: Level | None) -> Text:
    """An alert's level: its colour, its sign and its word."""
    if of is None:
        return Text(NOTHING, "dim")
    tone = LEVEL_TONES[of]
    return Text(f"{tone.symbol} {of.value}", _style(tone))


def level_style(of: Level) -> str:
    """The colour of a level, for who shows its letter or sign beside."""
    return _style(LEVEL_TONES[of])


def state(alert: Alert) -> Text:
    """An alert's state, in the colour of its level while it fires."""
    if alert.state is AlertState.FIRING and alert.level is not None:
        return Text(alert.state.value, _style(LEVEL_TONES[alert.level]))
    if alert.state is AlertState.RESOLVED:
        return Text(f"{RECOVERED.symbol} {alert.state.value}", _style(RECOVERED))
    return Text(alert.state.value, "dim")


def _style(tone: Tone) -> str:
    return f"bold {_ON_ANY_GROUND.get(tone.word, 'white')}"


_ON_ANY_GROUND: Final = {
    "red": "bright_red",
    "amber": "yellow",
    "green": "green",
    "notice": "cyan",
    "recovered": "green",
}
"""Terminals have light or dark grounds; these are the users' own colours, which suit theirs."""


def travel(direction: DirectionOfTravel, value: Decimal | None, previous: Decimal | None) -> Text:
    """Direction of travel: the arrow says which way the figure moves, the word whether that is good."""
    if direction is DirectionOfTravel.UNKNOWN:
        return Text(NOTHING, "dim")
    arrow = ""
    if value is not None and previous is not None:
        arrow = "↑" if value > previous else "↓" if value < previous else "→"
    style = {"improving": "green", "worsening": "bright_red"}.get(direction.value, "")
    return Text(f"{direction.value} {arrow}".rstrip(), style)


def short_day(when: date) -> str:
    """A day for people: ``31 Mar 2014``."""
    return f"{when.day} {when:%b %Y}"


def counted(number: int, thing: str, many: str = "") -> str:
    """``1 file``, ``1,282 files``."""
    return f"{number:,} {thing if number == 1 else many or thing + 's'}"
