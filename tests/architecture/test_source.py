"""What no line of the source may do, found by reading its syntax trees."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.repository import PACKAGES, ROOT, modules, project_file

LONGEST_MODULE = 450  # lines

# Time is passed in: only the outermost floors read a clock. Monotonic clocks tell durations, not the time.
OUTERMOST = (
    "monitor/cli/",
    "monitor/cli.py",
    "monitor/daemon/",
    "monitor/daemon.py",
    "monitor/demo/",
    "monitor/demo.py",
)
CLOCKS = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "email.utils.localtime",
    "email.utils.make_msgid",
    "sqlalchemy.func.current_date",
    "sqlalchemy.func.current_timestamp",
    "sqlalchemy.func.now",
    "time.ctime",
    "time.gmtime",
    "time.localtime",
    "time.time",
    "time.time_ns",
}
RUNNERS_OF_TEXT = {
    "eval",
    "exec",
    "compile",
    "__import__",
    "builtins.eval",
    "builtins.exec",
    "builtins.compile",
}


def _imported_names(tree: ast.AST) -> dict[str, str]:
    """Local name -> dotted name, for every import anywhere in a module."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _dotted(node: ast.AST, imported: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return imported.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value, imported)
        return owner and f"{owner}.{node.attr}"
    return None


def uses(source: str, forbidden: set[str]) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of each mention of a forbidden name, called or handed on."""
    tree = ast.parse(source)
    imported = _imported_names(tree)
    for node in ast.walk(tree):
        name = _dotted(node, imported)
        if name in forbidden:
            yield getattr(node, "lineno", 0), name


def _mentions(paths: list[Path], forbidden: set[str]) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for path in paths
        for line, name in uses(path.read_text(encoding="utf-8"), forbidden)
    ]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import datetime\nx = datetime.datetime.now()", [(2, "datetime.datetime.now")]),
        ("import datetime as dt\ndt.date.today()", [(2, "datetime.date.today")]),
        (
            "from datetime import datetime\nf = field(default_factory=datetime.now)",
            [(2, "datetime.datetime.now")],
        ),
        ("from time import time as clock\nclock()", [(2, "time.time")]),
        ("def f():\n    import time\n    time.time()", [(3, "time.time")]),
        ("from sqlalchemy import func\nfunc.now()", [(2, "sqlalchemy.func.now")]),
        ("import time\ntime.monotonic()", []),
        ("from datetime import date\ndate.fromisoformat('2013-03-31')", []),
        ("alert.now()", []),
    ],
)
def test_a_clock_is_recognised_under_any_name(source: str, found: list[tuple[int, str]]) -> None:
    assert list(uses(source, CLOCKS)) == found


def test_only_the_outermost_floors_read_a_clock() -> None:
    below = [
        path for path in modules(*PACKAGES) if not path.relative_to(ROOT).as_posix().startswith(OUTERMOST)
    ]

    assert below
    assert _mentions(below, CLOCKS) == []


def test_no_text_is_run_as_code() -> None:
    assert list(uses("import re\nre.compile('a')\neval('1')", RUNNERS_OF_TEXT)) == [(3, "eval")]
    assert _mentions(modules(*PACKAGES), RUNNERS_OF_TEXT) == []


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for path in modules(*PACKAGES, "tests", "benchmarks")
    }

    assert {name: length for name, length in lengths.items() if length >= LONGEST_MODULE} == {}


def test_nothing_is_left_out_of_coverage() -> None:
    coverage = project_file()["tool"]["coverage"]
    excluded = [
        str(path.relative_to(ROOT))
        for path in modules(*PACKAGES)
        if "pragma: no " in path.read_text(encoding="utf-8")
    ]

    assert excluded == []
    assert not {"omit", "include"} & coverage["run"].keys()
    assert not {"omit", "include", "exclude_lines", "exclude_also"} & coverage["report"].keys()
    assert coverage["run"]["branch"]
    assert "subprocess" in coverage["run"]["patch"]
