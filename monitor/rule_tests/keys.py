"""The keys of a test file, mapping by mapping. ``docs/test-rules.md`` explains each."""

from typing import Final

FILE_KEYS: Final = ("rulebook", "config", "people", "roles", "operations", "tests")
PEOPLE_KEYS: Final = ("people", "roles", "operations")
TEST_KEYS: Final = ("name", "about", "figures", "expect")
ABOUT_KEYS: Final = ("indicator", "alert", "area")
PART_KEYS: Final = ("values", "numerator", "denominator")
FIGURES_KEYS: Final = ("indicator", "area", "from", *PART_KEYS, "status", "known", "revise")
REVISE_KEYS: Final = ("period", "value", "numerator", "denominator", "status", "on")
EXPECT_KEYS: Final = ("at", "ratings", "alerts", "told", "not_told", "partial")
AMOUNT_KEYS: Final = (
    "value",
    "previous_value",
    "target",
    "lower",
    "upper",
    "neighbours",
    "region",
    "england",
)
RATING_KEYS: Final = (
    "indicator",
    "area",
    "period",
    *AMOUNT_KEYS,
    "rag",
    "previous_rag",
    "direction",
    "status",
)
ALERT_KEYS: Final = ("alert", "area", "state", "level", "since", "fired", "health", "flapping")
TOLD_KEYS: Final = ("who", "alert", "area", "kind", "because", "on")
NOT_TOLD_KEYS: Final = ("who", "alert", "area", "because")
