"""The colours of mails, pages and reports, and the word and the symbol that always go with them.

Colour is never the only sign: a :class:`Tone` has a word and a symbol too. Text reaches a contrast of 4.5
to 1 on its background, and lines of charts 3 to 1 (WCAG 2.1, success criteria 1.4.3 and 1.4.11); tests
compute both.
"""

from dataclasses import dataclass

from monitor.core.notifications import NoticeKind
from monitor.core.rulebook import Level


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of a surface, light or dark, as ``#rrggbb``.

    ``ink``, ``muted`` and ``link`` are text on ``page``, ``card`` and ``action``; ``line`` only separates.
    """

    page: str
    card: str
    action: str
    ink: str
    muted: str
    link: str
    line: str


LIGHT = Theme(
    page="#eef1f4",
    card="#ffffff",
    action="#e8f1fb",
    ink="#17212b",
    muted="#4a5763",
    link="#0b559f",
    line="#c5ced6",
)
DARK = Theme(
    page="#10161b",
    card="#1b232b",
    action="#17324d",
    ink="#f0f4f7",
    muted="#b9c4ce",
    link="#90caff",
    line="#4a5763",
)


@dataclass(frozen=True, slots=True)
class Tone:
    """What an alert's strip looks like: ``word`` and ``symbol`` in ``text`` colour on ``fill``.

    The symbols differ in shape, are in the fonts of common systems, and have no emoji form.
    """

    word: str
    symbol: str
    fill: str
    text: str


RED = Tone("red", "■", "#b3261e", "#ffffff")
AMBER = Tone("amber", "◆", "#ffb833", "#1a1300")
GREEN = Tone("green", "●", "#00703c", "#ffffff")
NOTICE = Tone("notice", "○", "#0b559f", "#ffffff")
RECOVERED = Tone("recovered", "✓", "#00703c", "#ffffff")
PENDING = Tone("pending", "◐", "#4a5763", "#ffffff")
CLOSED = Tone("closed", "□", "#4a5763", "#ffffff")
LATE = Tone("late", "▲", "#6b3a87", "#ffffff")
ARRIVED = Tone("arrived", "△", "#00703c", "#ffffff")
DOUBTFUL = Tone("doubtful", "?", "#6b3a87", "#ffffff")
CONFIRMED = Tone("settled", "◉", "#00703c", "#ffffff")
RESTATED = Tone("changed", "↻", "#0f5c66", "#ffffff")
REFUSED = Tone("refused", "✕", "#7d2b0b", "#ffffff")
ENDED = Tone("ended", "◇", "#4a5763", "#ffffff")
FAILING = Tone("failing", "▽", "#7d2b0b", "#ffffff")
STORM = Tone("storm", "≡", "#6b4a00", "#ffffff")

LEVEL_TONES = {Level.CRITICAL: RED, Level.WARNING: AMBER, Level.INFO: NOTICE}
TONES = (
    *(RED, AMBER, GREEN, NOTICE, RECOVERED, PENDING, CLOSED, LATE, ARRIVED),
    *(DOUBTFUL, CONFIRMED, RESTATED, REFUSED, ENDED, FAILING, STORM),
)
"""Every tone there is."""


_OF_KIND = {
    NoticeKind.RECOVERED: RECOVERED,
    NoticeKind.PENDING: PENDING,
    NoticeKind.CLOSED: CLOSED,
    NoticeKind.LATE: LATE,
    NoticeKind.ARRIVED: ARRIVED,
    NoticeKind.CONFIRMED: CONFIRMED,
    NoticeKind.DOUBTFUL: DOUBTFUL,
    NoticeKind.RESTATED: RESTATED,
}
_OF_LEVEL = frozenset({NoticeKind.BREACH, NoticeKind.WORSENED, NoticeKind.REMINDER, NoticeKind.ESCALATED})


def tone_of(kind: NoticeKind, level: Level | None) -> Tone:
    """How a piece of news is coloured: a limit that is crossed by its level, anything else by itself."""
    if kind in _OF_LEVEL:
        return NOTICE if level is None else LEVEL_TONES[level]
    return _OF_KIND[kind]


@dataclass(frozen=True, slots=True)
class Shade:
    """The ``fill`` of a cell that counts ``least`` or more, and the ``text`` of the number in it."""

    least: int
    fill: str
    text: str


SHADES = (
    Shade(1, "#dcebf9", "#17212b"),
    Shade(2, "#b3d3ee", "#17212b"),
    Shade(4, "#7fb2dd", "#17212b"),
    Shade(8, "#0b559f", "#ffffff"),
    Shade(16, "#083a6b", "#ffffff"),
)
"""From few to many: steps of one blue, each darker than the one before."""


@dataclass(frozen=True, slots=True)
class ChartColours:
    """Colours of a chart.

    Blue, vermilion, green and purple after Okabe and Ito's set, which colour-blind people can tell apart
    (https://jfly.uni-koeln.de/color/), darkened until they reach 4.5 to 1 as text. Lines also differ in
    dashes and carry their name.
    """

    ground: str = "#ffffff"
    grid: str = "#dfe4e8"
    ink: str = "#17212b"
    series: str = "#0b559f"
    limit: str = "#b3401a"
    target: str = "#00704f"
    neighbours: str = "#7a3a78"
    expected: str = "#dbe7f3"
    withheld: str = "#c9ced3"
    told: str = "#4a5763"


CHART = ChartColours()
