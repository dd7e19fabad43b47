"""What stands under ``routes:``."""

from typing import Final

from monitor.core.rulebook import Level
from monitor.rulebook.vocabulary.common import AREAS, INDICATOR_ID, RULE_ID
from monitor.rulebook.vocabulary.values import Either, Key, Name, OneOrMore, Shape, Table, Text, Word

MATCH: Final = Shape(
    (
        Key("areas", AREAS, "Alerts of these areas."),
        Key("indicators", OneOrMore(INDICATOR_ID), "Alerts on these indicators."),
        Key("themes", OneOrMore(Name("theme")), "Alerts on indicators of these themes."),
        Key("alerts", OneOrMore(RULE_ID), "Alerts of these rules."),
        Key("levels", OneOrMore(Word(Level)), "Alerts of these levels."),
    )
)
PERSON: Final = Shape((Key("person", Name("person"), "The id of a person of contacts.yaml.", needed=True),))

ROUTE: Final = Shape(
    (
        Key("match", MATCH, "Which alerts; all that is given has to fit. Without it: every alert."),
        Key(
            "to",
            OneOrMore(Either(Text(), PERSON)),
            "Whom to tell: roles, or people as {person: id}.",
            needed=True,
        ),
    )
)

ROUTES: Final = Table(RULE_ID, ROUTE)
