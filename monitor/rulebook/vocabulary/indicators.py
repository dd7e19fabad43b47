"""What stands under ``indicators:``."""

from typing import Final

from monitor.core.periods import Basis, Frequency
from monitor.core.rulebook import DirectionMethod, Polarity
from monitor.rulebook.vocabulary.common import INDICATOR_ID, dated
from monitor.rulebook.vocabulary.values import (
    Amount,
    ConditionText,
    Day,
    Key,
    Shape,
    Table,
    Text,
    WholeNumber,
    Word,
    YesOrNo,
)

MOST_DECIMALS: Final = 5
"""Figures are kept as millionths, which round exactly to five decimals or fewer."""

LARGEST_SCALE: Final = 10_000_000
FIGURES_OF_A_TREND: Final = (3, 60)

VALUE: Final = (Key("value", Amount(), "The target.", needed=True),)
LIMITS: Final = (
    Key("lower", Amount(), "The lower end of the expected range."),
    Key("upper", Amount(), "The upper end of the expected range."),
)
BENCHMARKS: Final = (
    Key("neighbours", Amount(), "The published figure of the statistical neighbours."),
    Key("region", Amount(), "The published figure of the region."),
    Key("england", Amount(), "The published figure of England."),
)
BANDS: Final = (
    Key("green", ConditionText(), "The condition for green; tried first.", needed=True),
    Key("amber", ConditionText(), "The condition for amber. Without it there is no amber band."),
    Key(
        "red",
        ConditionText(),
        "The condition for red. Without it red is whatever is neither green nor amber.",
    ),
)
DIRECTION: Final = Shape(
    (
        Key("method", Word(DirectionMethod), "From the last figure, or from a trend.", needed=True),
        Key("figures", WholeNumber(2, FIGURES_OF_A_TREND[1]), "Through how many figures the trend is drawn."),
    )
)
RETIRED: Final = Shape(
    (
        Key("on", Day(), "From this day on it is not used.", needed=True),
        Key("superseded_by", INDICATOR_ID, "The id of the indicator that takes its place."),
    )
)

INDICATOR: Final = Shape(
    (
        Key("title", Text(), "Its name in mails and reports.", needed=True),
        Key("theme", Text(), "One word or a few, free; routes can match it.", needed=True),
        Key("definition", Text(), "What is counted, in words that a manager reads.", needed=True),
        Key("numerator", Text(), "What is above the line, in words."),
        Key("denominator", Text(), "What is below the line, in words."),
        Key("unit", Text(), "percent, per 10,000 aged 0-17, or the noun of what is counted.", needed=True),
        Key(
            "scale",
            WholeNumber(1, LARGEST_SCALE),
            "What a ratio is multiplied by. Without it 100 for percent, 10000 for per 10,000 …, else none.",
        ),
        Key(
            "decimals",
            WholeNumber(0, MOST_DECIMALS),
            "The published precision: figures are rated as published.",
            needed=True,
        ),
        Key("basis", Word(Basis), "The time that a figure covers.", needed=True),
        Key("frequency", Word(Frequency), "How often there is a figure.", needed=True),
        Key("polarity", Word(Polarity), "Which way is good.", needed=True),
        Key("source", Text(), "The system that the figure comes from.", needed=True),
        Key("counts_people", YesOrNo(), "Whether small counts are protected. Without it: true."),
        Key("direction", DIRECTION, "How direction of travel is found. Without it: from the last figure."),
        Key("targets", dated(*VALUE), "What the figure should be, with dates."),
        Key("limits", dated(*LIMITS, one_of=("lower", "upper")), "The expected range, with dates."),
        Key(
            "benchmarks",
            dated(*BENCHMARKS, one_of=("neighbours", "region", "england")),
            "What others have published, with dates.",
        ),
        Key("rag", dated(*BANDS), "When a figure is green, amber or red, with dates."),
        Key("retired", RETIRED, "When the indicator ends, and what takes its place."),
    )
)

INDICATORS: Final = Table(INDICATOR_ID, INDICATOR)
