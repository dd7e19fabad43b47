"""What the comparison of one expectation has found so far."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from monitor.rule_tests.coverage import CoverageItem
from monitor.rule_tests.model import Field, Setting
from monitor.rule_tests.moments import Moment
from monitor.rule_tests.results import Difference
from monitor.rule_tests.scene import Scene
from monitor.rulebook.problems import Span
from monitor.world import World

_NAMES: Final = {
    "rag": "rating",
    "previous_rag": "previous rating",
    "previous_value": "previous value",
    "since": "first breach",
    "fired": "day of firing",
    "direction": "direction of travel",
    "england": "figure of England",
    "region": "figure of the region",
    "neighbours": "neighbours' figure",
    "lower": "lower limit",
    "upper": "upper limit",
}


@dataclass
class Findings:
    """The differences of one expectation, and what of the rulebook it reached."""

    at: Moment
    scene: Scene
    setting: Setting
    differences: list[Difference] = field(default_factory=list)
    reached: set[CoverageItem] = field(default_factory=set)

    @property
    def world(self) -> World:
        """Rules, areas and people."""
        return self.setting.world

    def differ(self, span: Span, message: str, context: Iterable[str] = ()) -> None:
        """Notes a difference."""
        self.differences.append(Difference(self.at, span, message, tuple(context)))

    def compare(
        self,
        fields: Mapping[str, Field],
        got: Mapping[str, object],
        what: str,
        context: Callable[[], Iterable[str]],
    ) -> bool:
        """Compares each field with what there is; says whether all are as expected.

        The context, which is the same for all, is given with the first difference only.
        """
        wrong = [(key, wanted) for key, wanted in fields.items() if wanted.value != got[key]]
        for place, (key, wanted) in enumerate(wrong):
            name = _NAMES.get(key, key)
            message = f"the {name} of {what} is {said(got[key])}, not {wanted.text}"
            self.differ(wanted.span, message, context() if place == 0 else ())
        return not wrong


def said(value: object) -> str:
    """A value as people read it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.value if isinstance(value, StrEnum) else str(value)
