"""Every alert that the rules can raise, so that what matches, holds or tells can be tried on all of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.core.areas import Area
from monitor.core.routing import matches
from monitor.core.rulebook import AlertRule, Indicator, Level, RouteMatch
from monitor.rulebook.written import WrittenRulebook

_MOST_AREAS: Final = 3


Identity = tuple[str, str, Level]
"""What stands for an alert at a level: the rule's id, the area's name, the level."""


@dataclass(frozen=True, slots=True)
class Instance:
    """An alert that a rule can raise, at one of its levels."""

    rule: AlertRule
    indicator: Indicator
    area: Area
    level: Level

    @property
    def alert(self) -> tuple[str, str]:
        """The alert's identity: its rule and area."""
        return self.rule.id, self.area.name

    @property
    def identity(self) -> Identity:
        """What stands for the alert at this level."""
        return (*self.alert, self.level)

    def __str__(self) -> str:
        return f"{self.level} {self.rule.id} in {self.area.name}"


def instances(rulebook: WrittenRulebook) -> tuple[Instance, ...] | None:
    """Returns every alert that can be; None while a definition has an error."""
    if not rulebook.sound or any(each.faulty for each in rulebook.alerts.values()):
        return None
    if any(each.rule.indicator not in rulebook.indicators for each in rulebook.alerts.values()):
        return None
    return tuple(
        Instance(alert.rule, rulebook.indicators[alert.rule.indicator].indicator, area, each.level)
        for alert in rulebook.alerts.values()
        for area in rulebook.covered(alert)
        for each in alert.rule.thresholds_for(area).levels
    )


def matched(match: RouteMatch, among: Iterable[Instance]) -> tuple[Instance, ...]:
    """Returns those that match."""
    return tuple(
        each for each in among if matches(match, each.rule.id, each.indicator, each.area, each.level)
    )


def names_what_is_there(match: RouteMatch, rulebook: WrittenRulebook) -> bool:
    """Says whether some file defines all that is named; what it does not has a code of its own."""
    themes = {each.indicator.theme for each in rulebook.indicators.values()}
    return (
        match.alerts <= rulebook.alerts.keys()
        and match.indicators <= rulebook.indicators.keys()
        and match.themes <= themes
    )


def some_of(names: Sequence[str]) -> str:
    """Returns the first few names, and how many more there are."""
    rest = len(names) - _MOST_AREAS
    return ", ".join(names[:_MOST_AREAS]) + (f" and {rest} more" if rest > 0 else "")
