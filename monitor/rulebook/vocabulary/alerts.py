"""What stands under ``alerts:``."""

from enum import StrEnum
from typing import Final

from monitor.core.rulebook import LEVELS as SEVERITIES
from monitor.core.rulebook import Level
from monitor.rulebook.vocabulary.common import AREAS, INDICATOR_ID, REFERENCE, RULE_ID
from monitor.rulebook.vocabulary.values import (
    ConditionText,
    Day,
    Either,
    Key,
    Name,
    Periods,
    Shape,
    Table,
    Text,
    WholeNumber,
    Word,
)

_MEANINGS: Final = {
    Level.INFO: "Worth knowing.",
    Level.WARNING: "Worth acting on.",
    Level.CRITICAL: "To be acted on now.",
}
LEVELS: Final = Shape(
    tuple(
        Key(level, ConditionText(), f"{_MEANINGS[level]} Holds while the condition does.")
        for level in SEVERITIES
    ),
    fewest=1,
)
_LEVELS: Final = "Conditions by severity; the most severe that holds counts."
_RECOVER: Final = Key("recover", ConditionText(), "When it is over. Without it: as soon as no level holds.")
_FOR: Final = Key("for", Periods(), "How many figures in a row must breach. Without it: 1 period.")

EFFECTIVE: Final = Shape(
    (
        Key("from", Day(), "The first day on which figures are judged by it."),
        Key("until", Day(), "The first day on which they are no longer."),
        Key("superseded_by", RULE_ID, "The id of the rule that takes its place."),
    ),
    requires=(("superseded_by", "until"),),
)
OVERRIDE: Final = Shape((Key("levels", LEVELS, _LEVELS), _RECOVER, _FOR), fewest=1)


class UsualFlapping(StrEnum):
    """The word for flapping as it is usually found."""

    USUAL = "usual"


PLACES_OF_FLAPPING: Final = (5, 60)
PERCENT_OF_FLAPPING: Final = (1, 99)
FLAPPING: Final = Shape(
    (
        Key("figures", WholeNumber(*PLACES_OF_FLAPPING), "Over how many figures. Without it: 20."),
        Key(
            "high",
            WholeNumber(*PERCENT_OF_FLAPPING),
            "Above so many percent of changes it begins. Without it: 30.",
        ),
        Key(
            "low",
            WholeNumber(*PERCENT_OF_FLAPPING),
            "Below so many percent of changes it ends. Without it: 25.",
        ),
    ),
    fewest=1,
)

ALERT: Final = Shape(
    (
        Key("title", Text(), "The subject of the mail.", needed=True),
        Key("indicator", INDICATOR_ID, "The id of the indicator that it watches.", needed=True),
        Key(
            "areas", AREAS, "In which areas: a kind of area, a name, a GSS code, a list, or all.", needed=True
        ),
        Key("effective", EFFECTIVE, "When figures are judged by it, and what follows."),
        Key("levels", LEVELS, _LEVELS, needed=True),
        _RECOVER,
        _FOR,
        Key(
            "flapping",
            Either(Word(UsualFlapping), FLAPPING),
            "How an alert that begins and ends too often is found: usual, or by these limits.",
        ),
        Key("overrides", Table(Name("area"), OVERRIDE), "What is different in single areas."),
        Key("action", Text(), "What the reader of the mail should do.", needed=True),
        REFERENCE,
    )
)

ALERTS: Final = Table(RULE_ID, ALERT)
