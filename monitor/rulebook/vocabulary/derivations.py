"""What stands under ``derived:`` of an indicator."""

from enum import StrEnum
from typing import Final

from monitor.core.derivation import DerivationMethod
from monitor.rulebook.vocabulary.common import INDICATOR_ID, dated
from monitor.rulebook.vocabulary.values import Either, Key, ListOf, Shape, WholeNumber, Word

FIGURES_OF_A_TOTAL: Final = (2, 400)


class DenominatorFigure(StrEnum):
    """Which figure of the denominator a ratio takes."""

    LATEST = "latest"
    SAME_PERIOD = "same period"


_FIGURE: Final = Key(
    "figure",
    Word(DenominatorFigure),
    "The latest figure up to then, or (the default) that of the same period.",
)
DENOMINATOR: Final = (
    Key("indicator", INDICATOR_ID, "The id of the indicator to divide by.", needed=True),
    _FIGURE,
)
RATIO: Final = Shape(
    (
        Key("of", INDICATOR_ID, "The id of the indicator above the line.", needed=True),
        Key(
            "to",
            Either(INDICATOR_ID, dated(*DENOMINATOR)),
            "The id of the indicator below the line; or several with dates.",
            needed=True,
        ),
        _FIGURE,
    )
)
ROLLING: Final = Shape(
    (
        Key("of", INDICATOR_ID, "The id of the indicator whose figures are added.", needed=True),
        Key("figures", WholeNumber(*FIGURES_OF_A_TOTAL), "How many figures are added.", needed=True),
    )
)
DERIVED: Final = Shape(
    (
        Key(DerivationMethod.RATIO, RATIO, "One indicator divided by another, times the scale."),
        Key(DerivationMethod.SUM, ListOf(INDICATOR_ID), "Two or more indicators added."),
        Key(DerivationMethod.DIFFERENCE, ListOf(INDICATOR_ID), "The first less the second."),
        Key(DerivationMethod.YEAR_TO_DATE, INDICATOR_ID, "The figures since 1 April added."),
        Key(DerivationMethod.ROLLING, ROLLING, "The last so many figures added."),
    ),
    fewest=1,
    most=1,
)
