"""What a whole rule file may hold."""

from typing import Final

from monitor.rulebook.vocabulary.alerts import ALERTS
from monitor.rulebook.vocabulary.holding_back import INHIBITIONS, MAINTENANCES
from monitor.rulebook.vocabulary.indicators import INDICATORS
from monitor.rulebook.vocabulary.neighbours import NEIGHBOUR_SETS
from monitor.rulebook.vocabulary.routes import ROUTES
from monitor.rulebook.vocabulary.sources import SOURCES
from monitor.rulebook.vocabulary.values import Key, Shape

RULE_FILE: Final = Shape(
    (
        Key("indicators", INDICATORS, "What is measured, and what it should be."),
        Key("alerts", ALERTS, "When somebody has to be told."),
        Key("routes", ROUTES, "Who is told."),
        Key("inhibitions", INHIBITIONS, "Which alerts hold back news of which others."),
        Key("maintenance", MAINTENANCES, "Planned times in which nobody is told."),
        Key("neighbour_sets", NEIGHBOUR_SETS, "Which areas an area is compared with."),
        Key("sources", SOURCES, "How published files say figures."),
    )
)
