"""What stands under ``neighbour_sets:``."""

from typing import Final

from monitor.rulebook.vocabulary.common import REFERENCE, RULE_ID
from monitor.rulebook.vocabulary.values import Key, Name, Shape, Table

FILE: Final = Name("table")
"""The path of a CSV file, from the folder of the rule file that names it."""

NEIGHBOUR_SET: Final = Shape(
    (
        Key("file", FILE, "A CSV file beside the rule file, with columns area and neighbour.", needed=True),
        REFERENCE,
    )
)

NEIGHBOUR_SETS: Final = Table(RULE_ID, NEIGHBOUR_SET)
