"""What stands under ``sources:``."""

from typing import Final

from monitor.core.observations import Status
from monitor.core.sources import PeriodForm, Split
from monitor.rulebook.vocabulary.common import INDICATOR_ID, REFERENCE
from monitor.rulebook.vocabulary.values import Either, Key, ListOf, Name, OneOrMore, Shape, Table, Text, Word

_COLUMN: Final = Name("column")
_COLUMNS: Final = OneOrMore(_COLUMN)
_FILTERS: Final = Table(_COLUMN, OneOrMore(Name("word")), fewest=1)
_KEEP: Final = Key("keep", _FILTERS, "Only rows that have one of these words in the column.")

AMOUNT: Final = Shape(
    (
        Key("sum", _COLUMNS, "The columns that are added.", needed=True),
        Key("less", _COLUMNS, "The columns that are taken away."),
    )
)
_WAYS: Final = OneOrMore(Either(_COLUMN, AMOUNT))
FIGURE: Final = (
    Key("value", _WAYS, "The column of the figure; of several ways the first that is known counts."),
    Key("numerator", _WAYS, "The column of what is above the line."),
    Key("denominator", _WAYS, "The column of what is below the line."),
)
SPLIT: Final = tuple(
    Key(split, ListOf(_COLUMN), f"The {split.parts} columns of the file's year, one for each of its {split}.")
    for split in Split
)
MAPPED: Final = Shape((*FIGURE, *SPLIT, _KEEP))
AREA: Final = Shape(
    (
        Key("by", _COLUMN, "The column whose word says which columns name the area.", needed=True),
        Key("columns", Table(Name("word"), _COLUMNS, fewest=1), "Word to columns.", needed=True),
    )
)
PERIOD: Final = Shape(
    (
        Key("column", _COLUMN, "The column that names the period.", needed=True),
        Key("form", Word(PeriodForm), "What it names.", needed=True),
    )
)
STATUS: Final = Shape((Key("column", _COLUMN, "The column that says it for each row.", needed=True),))

SOURCE: Final = Shape(
    (
        Key("title", Text(), "What is published.", needed=True),
        Key("files", OneOrMore(Name("pattern")), "Patterns of file names, with * and ?.", needed=True),
        Key("publisher", Text(), "Who publishes it.", needed=True),
        REFERENCE,
        _KEEP,
        Key(
            "area",
            OneOrMore(_COLUMN, AREA),
            "The columns that name the area, the first that names one counting; or a choice by word.",
            needed=True,
        ),
        Key("period", PERIOD, "Which column names the period, and how.", needed=True),
        Key(
            "status", Either(Word(Status), STATUS), "Validated or provisional, or the column that says which."
        ),
        Key("rounded", _FILTERS, "Rows whose counts are rounded, so that a ratio is not what they give."),
        Key("indicators", Table(INDICATOR_ID, MAPPED, fewest=1), "Indicator to its columns.", needed=True),
    )
)

SOURCES: Final = Table(INDICATOR_ID, SOURCE)
