"""The JSON Schema of test files, for completion and inline errors in editors."""

from typing import Final

from monitor.rule_tests.keys import TEST_FILE
from monitor.rulebook.schema import DRAFT, Schema, as_text, schema_of

FILE: Final = "limen-rule-tests.schema.json"
"""Its name in the folder ``schema`` of the shipped configuration."""


def rule_tests_schema() -> Schema:
    """Returns the schema, a new dictionary each time."""
    return {
        "$schema": DRAFT,
        "title": "limen test file",
        "description": "Tests of rules; see docs/test-rules.md.",
        **schema_of(TEST_FILE),
    }


def rule_tests_schema_text() -> str:
    """Returns the schema as text."""
    return as_text(rule_tests_schema())
