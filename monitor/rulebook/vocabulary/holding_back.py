"""What stands under ``inhibitions:`` and ``maintenance:``."""

from typing import Final

from monitor.core.rulebook import Same
from monitor.rulebook.vocabulary.common import REFERENCE, RULE_ID
from monitor.rulebook.vocabulary.routes import MATCH
from monitor.rulebook.vocabulary.values import Key, OneOrMore, Shape, Table, WallTime, Word, YesOrNo

INHIBITION: Final = Shape(
    (
        Key("while", MATCH, "While an alert fires that fits this.", needed=True),
        Key("hold", MATCH, "News of alerts that fit this is held.", needed=True),
        Key("same", OneOrMore(Word(Same)), "What both have in common. Without it: nothing need be."),
        Key("within", YesOrNo(), "Whether the held one's area lies in the other's. Without it: false."),
        REFERENCE,
    )
)
INHIBITIONS: Final = Table(RULE_ID, INHIBITION)

MAINTENANCE: Final = Shape(
    (
        Key("match", MATCH, "Which alerts; all that is given has to fit. Without it: every alert."),
        Key("from", WallTime(), 'When it begins, on the wall: "2013-11-15 18:00".', needed=True),
        Key("until", WallTime(), 'When it ends; that minute is not in it: "2013-11-18 08:00".', needed=True),
        REFERENCE,
    )
)
MAINTENANCES: Final = Table(RULE_ID, MAINTENANCE)
