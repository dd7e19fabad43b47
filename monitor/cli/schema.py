"""``limen schema``: the JSON Schemas of rule files and of their tests."""

from monitor.cli import exit_codes
from monitor.rule_tests.schema import rule_tests_schema_text
from monitor.rulebook.schema import schema_text
from monitor.terminal import write_plainly


def print_schema(*, of_tests: bool = False) -> int:
    """Prints it as it is shipped."""
    write_plainly(rule_tests_schema_text() if of_tests else schema_text())
    return exit_codes.OK
