"""``limen schema``: the JSON Schema of rule files."""

from monitor.cli import exit_codes
from monitor.rulebook.schema import schema_text
from monitor.terminal import write_plainly


def print_schema() -> int:
    """Prints it as it is shipped."""
    write_plainly(schema_text())
    return exit_codes.OK
