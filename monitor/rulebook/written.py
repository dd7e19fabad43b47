"""All that the rule files of a folder say, with where they say it: what the checks look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from monitor.core.areas import Area, AreaTree
from monitor.core.recipients import Directory
from monitor.core.rulebook import NeighbourSet
from monitor.rulebook.alerts import WrittenAlert
from monitor.rulebook.holding_back import WrittenInhibition, WrittenMaintenance
from monitor.rulebook.identifiers import Definition
from monitor.rulebook.indicators import WrittenIndicator
from monitor.rulebook.routes import WrittenRoute
from monitor.rulebook.sources import WrittenSource


@dataclass(frozen=True, slots=True)
class WrittenRulebook:
    """What was read. The definitions include those of which nothing could be read.

    ``complete`` is False where a file could not be read: then what seems to be missing may stand there.
    ``sound`` is False where anything could not be read as it stands. With ``today`` what was and what will
    be can be told apart; None: it is not looked at.
    """

    areas: AreaTree
    directory: Directory | None
    indicator_definitions: Mapping[str, Definition]
    alert_definitions: Mapping[str, Definition]
    indicators: Mapping[str, WrittenIndicator]
    alerts: Mapping[str, WrittenAlert]
    routes: Mapping[str, WrittenRoute]
    complete: bool
    sound: bool
    neighbour_set_definitions: Mapping[str, Definition] = field(default_factory=dict)
    neighbour_sets: Mapping[str, NeighbourSet] = field(default_factory=dict)
    sources: Mapping[str, WrittenSource] = field(default_factory=dict)
    inhibitions: Mapping[str, WrittenInhibition] = field(default_factory=dict)
    maintenance: Mapping[str, WrittenMaintenance] = field(default_factory=dict)
    today: date | None = None

    def covered(self, alert: WrittenAlert) -> tuple[Area, ...]:
        """Returns the areas that an alert rule is checked for."""
        return tuple(area for area in self.areas if alert.rule.covers(area))
