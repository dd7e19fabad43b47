"""All that a judgement depends on beside the figures: areas, people and rules, swapped together."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.core.areas import AreaTree
from monitor.core.recipients import Directory, Recipient
from monitor.core.rulebook import AlertRule, Indicator, Rulebook


@dataclass(frozen=True)
class World:
    """Rules and configuration, whole and sound. ``operations`` are told when nobody else can be."""

    areas: AreaTree
    directory: Directory
    operations: tuple[Recipient, ...]
    rulebook: Rulebook

    def fingerprints(self) -> Mapping[str, str]:
        """Returns each alert rule's fingerprint, which changes with all that its judgement depends on.

        The areas are part of it: which areas a rule covers depends on what they are.
        """
        tree = hashlib.sha256(repr(sorted(self.areas.by_name.items())).encode()).hexdigest()
        known = self.rulebook.fingerprints
        return {
            rule: hashlib.sha256(f"{known[rule]} {tree}".encode()).hexdigest()
            for rule in self.rulebook.alerts
        }

    def indicator_of(self, rule: AlertRule) -> Indicator:
        """Returns the indicator that a rule watches."""
        return self.rulebook.indicators[rule.indicator]
