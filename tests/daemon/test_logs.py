"""What is logged, and what is never logged."""

import io
import json
import logging
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from monitor.logs import configure_logs, is_journal, log_format, redact
from monitor.settings import LogSettings
from tests.support.repository import ROOT


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Gives the process's logging back as it was."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def _logged(form: str, event: str, level: str = "info", **facts: object) -> str:
    stream = io.StringIO()
    configure_logs(LogSettings(level="debug", format=form), stream=stream)  # type: ignore[arg-type]  # one of its words
    getattr(structlog.get_logger("monitor.test"), level)(event, **facts)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("level", "priority"),
    [("debug", "<7>"), ("info", "<6>"), ("warning", "<4>"), ("error", "<3>"), ("critical", "<2>")],
)
def test_the_journal_gets_priorities(level: str, priority: str) -> None:
    assert (
        _logged("journal", "Cycle finished", level, evaluated=3) == f"{priority}Cycle finished evaluated=3\n"
    )


@given(st.text(), st.text(), st.sampled_from(["journal", "console", "json"]))
def test_an_entry_is_one_line_whatever_is_in_it(event: str, fact: str, form: str) -> None:
    lines = _logged(form, event, fact=fact, other='say "a b"')
    assert lines.count("\n") == 1
    assert lines.endswith("\n")
    assert len(lines.splitlines()) == 1


def test_json_keeps_letters_and_signs_readable_and_escapes_what_cannot_be_seen() -> None:
    event = "Swale’s file, “Müller”\u2028\x85\U000e0001\ud800"
    line = _logged("json", event)

    assert "Swale’s file, “Müller”" in line
    assert json.loads(line)["event"] == event
    line.encode()


def test_a_traceback_is_a_field_of_the_one_line_and_never_on_a_terminal() -> None:
    fault = ValueError("no such thing")
    journal = _logged("journal", "A job has failed", "error", exc_info=fault)
    assert journal.count("\n") == 1
    assert "exception=" in journal
    assert "ValueError: no such thing" in json.loads(_logged("json", "x", exc_info=fault))["exception"]
    assert "ValueError" not in _logged("console", "A job has failed", "error", exc_info=fault)


def test_what_libraries_log_goes_the_same_way() -> None:
    stream = io.StringIO()
    configure_logs(LogSettings(format="journal"), stream=stream)
    logging.getLogger("sqlalchemy").warning("to %s", "postgresql://limen:pa55@db/limen")
    logging.getLogger("apscheduler.scheduler").warning("skipped: maximum number of running instances")
    logging.getLogger("uvicorn.error").info("Started server process")
    logging.getLogger("py.warnings").warning("soon gone")

    lines = stream.getvalue().splitlines()
    assert lines[0] == "<4>to postgresql://limen:[redacted]@db/limen"
    assert len(lines) == 2
    assert "soon gone" in lines[1]


@pytest.mark.parametrize(
    ("given", "logged"),
    [
        ({"password": "s3cret"}, {"password": "[redacted]"}),
        ({"smtp__password": "s3cret", "user": "limen"}, {"smtp__password": "[redacted]", "user": "limen"}),
        ({"outer": {"apiKey": "s3cret", "n": 1}}, {"outer": {"apiKey": "[redacted]", "n": 1}}),
        (
            ["Authorization: x", {"Authorization": "Basic s3cret"}],
            ["Authorization: x", {"Authorization": "[redacted]"}],
        ),
        (
            "postgresql+psycopg://limen:s3cret@db:5432/limen",
            "postgresql+psycopg://limen:[redacted]@db:5432/limen",
        ),
        ("smtp://limen:s3@cr:et@mail/x", "smtp://limen:[redacted]@mail/x"),
        ("login with password=s3cret failed", "login with password=[redacted] failed"),
        ("token: 's3cret', then", "token: [redacted], then"),
        ("https://limen.example/ at 10:30", "https://limen.example/ at 10:30"),
        ({"password": None}, {"password": None}),
        (Path("/x"), "/x"),
        (3, 3),
    ],
)
def test_secrets_are_taken_out_at_any_depth(given: object, logged: object) -> None:
    assert redact(given) == logged


@pytest.mark.parametrize("form", ["journal", "console", "json"])
def test_no_secret_reaches_the_log(form: str) -> None:
    fault = RuntimeError("can't connect to postgresql://limen:s3cret@db/limen")
    lines = _logged(
        form, "to smtp://u:s3cret@mail", password="s3cret", settings={"token": "s3cret"}, exc_info=fault
    )

    assert "s3cret" not in lines
    assert "[redacted]" in lines


def test_the_journal_is_recognised_by_its_stream_not_by_the_variable_alone(tmp_path: Path) -> None:
    with (tmp_path / "journal").open("w") as journal, (tmp_path / "other").open("w") as other:
        facts = os.fstat(journal.fileno())
        environ = {"JOURNAL_STREAM": f"{facts.st_dev}:{facts.st_ino}"}

        assert is_journal(journal, environ)
        assert not is_journal(other, environ)
        assert not is_journal(journal, {})
        assert not is_journal(journal, {"JOURNAL_STREAM": "a:b"})
        assert not is_journal(io.StringIO(), environ)
        assert log_format(LogSettings(), journal, environ) == "journal"
        assert log_format(LogSettings(), other, environ) == "json"
        assert log_format(LogSettings(format="console"), journal, environ) == "console"


def test_a_terminal_gets_the_format_for_people() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(ours), os.fdopen(theirs, "w") as terminal:
        assert log_format(LogSettings(), terminal, {}) == "console"


def test_importing_it_configures_nothing() -> None:
    code = "import logging, monitor.logs; print(logging.getLogger().handlers)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"
