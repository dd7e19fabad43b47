"""What stands under ``routes:``."""

from typing import Final

from monitor.core.rulebook import Level
from monitor.rulebook.vocabulary.common import AREAS, INDICATOR_ID, RULE_ID
from monitor.rulebook.vocabulary.timing import ESCALATION_AFTER, REMIND, WHEN
from monitor.rulebook.vocabulary.values import (
    Either,
    Key,
    ListOf,
    Name,
    OneOrMore,
    Shape,
    Table,
    Text,
    Word,
    YesOrNo,
)

MATCHED_AREAS: Final = Key("areas", AREAS, "Alerts of these areas; one that is named takes in all within it.")
MATCHED: Final = (
    Key("indicators", OneOrMore(INDICATOR_ID), "Alerts on these indicators."),
    Key("themes", OneOrMore(Name("theme")), "Alerts on indicators of these themes."),
    Key("alerts", OneOrMore(RULE_ID), "Alerts of these rules."),
    Key("levels", OneOrMore(Word(Level)), "Alerts of these levels."),
)
MATCH: Final = Shape(
    (
        MATCHED_AREAS,
        Key(
            "areas_themselves",
            YesOrNo(),
            "Whether the areas that are named are meant alone, without what lies within. Without it: false.",
        ),
        *MATCHED,
    ),
    requires=(("areas_themselves", "areas"),),
)
PERSON: Final = Shape((Key("person", Name("person"), "The id of a person of contacts.yaml.", needed=True),))
TARGETS: Final = OneOrMore(Either(Text(), PERSON))

ESCALATION: Final = Shape(
    (
        ESCALATION_AFTER,
        Key("to", TARGETS, "Whom else to tell: roles, operations, or people as {person: id}.", needed=True),
    )
)

ROUTE: Final = Shape(
    (
        Key("match", MATCH, "Which alerts; all that is given has to fit. Without it: every alert."),
        Key("to", TARGETS, "Whom to tell: roles, operations, or people as {person: id}.", needed=True),
        Key("when", WHEN, "When they may be told. Without it: at once."),
        Key(
            "remind", REMIND, "How often they are told again until somebody acknowledges. Without it: never."
        ),
        Key(
            "escalate",
            ListOf(ESCALATION),
            "Whom to tell as well when nobody has acknowledged. Without it: nobody.",
        ),
    )
)

ROUTES: Final = Table(RULE_ID, ROUTE)
