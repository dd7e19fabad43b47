"""Every text reaches WCAG AA on its background, light and dark; every line of a chart can be told."""

from dataclasses import asdict

import pytest

from monitor.core.notifications import NoticeKind
from monitor.core.rulebook import Level
from monitor.palette import (
    AMBER,
    ARRIVED,
    CHART,
    CLOSED,
    CONFIRMED,
    DARK,
    DOUBTFUL,
    LATE,
    LEVEL_TONES,
    LIGHT,
    NOTICE,
    RECOVERED,
    RED,
    RESTATED,
    SHADES,
    TONES,
    Theme,
    Tone,
    tone_of,
)


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, definitions of contrast ratio and relative luminance (sRGB)."""

    def luminance(colour: str) -> float:
        channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("ground", ["page", "card", "action"])
@pytest.mark.parametrize("text", ["ink", "muted", "link"])
def test_text_can_be_read_on_every_surface(theme: Theme, ground: str, text: str) -> None:
    colours = asdict(theme)

    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("tone", TONES, ids=lambda tone: tone.word)
def test_a_strip_can_be_read(tone: Tone) -> None:
    assert contrast(tone.text, tone.fill) >= 4.5


@pytest.mark.parametrize("line", ["ink", "series", "limit", "target", "neighbours"])
def test_a_chart_and_its_labels_can_be_read(line: str) -> None:
    colour = asdict(CHART)[line]

    assert contrast(colour, CHART.ground) >= 4.5
    assert contrast(colour, CHART.expected) >= 3


def test_no_two_tones_share_a_word_or_a_symbol_but_where_they_mean_the_same() -> None:
    assert len({tone.word for tone in TONES}) == len(TONES)
    assert len({tone.symbol for tone in TONES}) == len(TONES)


@pytest.mark.parametrize(
    ("kind", "level", "tone"),
    [
        (NoticeKind.BREACH, Level.CRITICAL, RED),
        (NoticeKind.BREACH, Level.WARNING, AMBER),
        (NoticeKind.WORSENED, Level.INFO, NOTICE),
        (NoticeKind.BREACH, None, NOTICE),
        (NoticeKind.RECOVERED, Level.CRITICAL, RECOVERED),
        (NoticeKind.CLOSED, Level.CRITICAL, CLOSED),
        (NoticeKind.LATE, None, LATE),
        (NoticeKind.ARRIVED, None, ARRIVED),
        (NoticeKind.REMINDER, Level.CRITICAL, RED),
        (NoticeKind.ESCALATED, Level.WARNING, AMBER),
        (NoticeKind.RESTATED, Level.CRITICAL, RESTATED),
        (NoticeKind.DOUBTFUL, None, DOUBTFUL),
        (NoticeKind.CONFIRMED, Level.WARNING, CONFIRMED),
    ],
)
def test_news_is_coloured_by_its_level_and_what_is_over_by_itself(
    kind: NoticeKind, level: Level | None, tone: Tone
) -> None:
    assert tone_of(kind, level) == tone
    assert set(LEVEL_TONES) == set(Level)


def test_each_shade_is_darker_than_the_one_before_and_its_number_can_be_read() -> None:
    lights = [contrast(each.fill, "#000000") for each in SHADES]

    assert lights == sorted(lights, reverse=True)
    assert all(contrast(each.fill, each.text) >= 4.5 for each in SHADES)
