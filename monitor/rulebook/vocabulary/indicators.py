"""What stands under ``indicators:``."""

from typing import Final

from monitor.core.peer_statistic import PeerStatistic
from monitor.core.periods import Basis, Frequency
from monitor.core.rulebook import DirectionMethod, Given, Polarity
from monitor.core.statistics.xmr import FEWEST_FIGURES
from monitor.rulebook.vocabulary.common import INDICATOR_ID, RULE_ID, dated
from monitor.rulebook.vocabulary.derivations import DERIVED
from monitor.rulebook.vocabulary.neighbours import FILE
from monitor.rulebook.vocabulary.values import (
    Amount,
    AmountOrWord,
    Calculation,
    ConditionText,
    Day,
    Either,
    Key,
    Shape,
    Table,
    Text,
    WholeNumber,
    Word,
    WorkingDays,
    YesOrNo,
)

MOST_DECIMALS: Final = 5
"""Figures are kept as millionths, which round exactly to five decimals or fewer."""

LARGEST_SCALE: Final = 10_000_000
FIGURES_OF_A_TREND: Final = (3, 60)

FIGURES_LEARNT_FROM: Final = (FEWEST_FIGURES, 400)
MOST_NEIGHBOURS: Final = 100

CALCULATED_WITH: Final = ("neighbours", "region", "england", "abs", "min", "max")
"""The names and functions that the calculation of a target can use."""

TARGETS: Final = (
    Key(
        "value",
        Calculation(CALCULATED_WITH),
        "The target: a number, or a calculation such as neighbours * 0.95.",
    ),
    Key("profile", FILE, "A CSV file beside the rule file, with a target for each period."),
)
LEARNT: Final = Shape(
    (
        Key(
            "figures",
            WholeNumber(*FIGURES_LEARNT_FROM),
            "How many figures before it the range is learnt from.",
            needed=True,
        ),
    )
)
LIMITS: Final = (
    Key("lower", Amount(), "The lower end of the expected range."),
    Key("upper", Amount(), "The upper end of the expected range."),
    Key("learnt", LEARNT, "In place of both: the range that the figures before it lead one to expect."),
)
NEIGHBOURS: Final = Shape(
    (
        Key("set", RULE_ID, "The id of a set under neighbour_sets.", needed=True),
        Key("statistic", Word(PeerStatistic), "What is made of the neighbours' figures.", needed=True),
        Key(
            "minimum",
            WholeNumber(1, MOST_NEIGHBOURS),
            "With fewer neighbours' figures than this there is none. Without it: 1.",
        ),
    )
)
BENCHMARKS: Final = (
    Key(
        "neighbours",
        Either(Amount(), NEIGHBOURS),
        "The published figure of the statistical neighbours, or how it is made of theirs.",
    ),
    Key(
        "region", AmountOrWord(Given), "The published figure of the region, or figures: the one that came in."
    ),
    Key("england", AmountOrWord(Given), "The published figure of England, or figures: the one that came in."),
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
LONGEST_WAIT: Final = 20
PLAUSIBLE: Final = Shape(
    (
        Key("jump", Amount(), "A figure that differs from the one before by more than this is doubtful."),
        Key("falls_to_zero_from", Amount(), "A zero is doubtful where the figure before was at least this."),
        Key(
            "missing_areas",
            YesOrNo(),
            "Whether a figure that one area lacks and most have makes doubt. Without it: false.",
        ),
        Key("wait", WorkingDays(), "How long managers wait for the data owner. Without it: 2 working days."),
    ),
    one_of=("jump", "falls_to_zero_from", "missing_areas"),
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
        Key("derived", DERIVED, "How the figure is made of other indicators'. Without it: it comes in."),
        Key("expected_within", WorkingDays(), "When a figure should be there, after its period's end."),
        Key("plausible", PLAUSIBLE, "When a figure is doubtful: to be confirmed before managers are told."),
        Key("counts_people", YesOrNo(), "Whether small counts are protected. Without it: true."),
        Key("direction", DIRECTION, "How direction of travel is found. Without it: from the last figure."),
        Key(
            "targets", dated(*TARGETS, one_of=("value", "profile")), "What the figure should be, with dates."
        ),
        Key("limits", dated(*LIMITS, one_of=("lower", "upper", "learnt")), "The expected range, with dates."),
        Key(
            "benchmarks",
            dated(*BENCHMARKS, one_of=("neighbours", "region", "england")),
            "What others have published, with dates.",
        ),
        Key("rebases", dated(), "From when on control charts and learnt ranges begin anew, with dates."),
        Key("rag", dated(*BANDS), "When a figure is green, amber or red, with dates."),
        Key("retired", RETIRED, "When the indicator ends, and what takes its place."),
    )
)

INDICATORS: Final = Table(INDICATOR_ID, INDICATOR)
