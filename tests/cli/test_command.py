"""The real command: how it starts and how it ends, whatever is wrong."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.cli import exit_codes
from monitor.cli.faults import ending_of
from tests.support.command import LIMEN, Played, environment, limen
from tests.support.repository import ROOT, project_file

DOCUMENT = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
COMMANDS = (
    "run",
    "once",
    "check",
    "fmt",
    "schema",
    "ingest",
    "ratings",
    "alerts",
    "outbox list",
    "outbox show",
    "outbox retry",
    "explain",
    "demo",
    "status",
    "test",
    "db upgrade",
    "preview",
    "help",
)


def test_the_version_is_that_of_the_project() -> None:
    said = limen("--version")

    assert (said.returncode, said.stdout) == (0, f"limen {project_file()['project']['version']}\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_is_documented_with_every_option(command: str) -> None:
    said = limen(*command.split(), "--help")
    options = set(re.findall(r"--[a-z][a-z-]+", said.stdout)) - {"--help"}

    assert said.returncode == 0
    assert f"limen {command}" in DOCUMENT
    assert {option for option in options if f"`{option}" not in DOCUMENT} == set()


def test_every_exit_code_is_documented() -> None:
    codes = {value for name, value in vars(exit_codes).items() if name.isupper()}
    table = {int(row) for row in re.findall(r"^\| (\d+) \|", DOCUMENT, re.MULTILINE)}

    assert table == codes


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [
        (["--help"], {"numpy", "sqlalchemy", "pydantic_settings", "monitor.core", "yaml"}),
        (["check"], {"sqlalchemy", "matplotlib", "uvicorn", "apscheduler", "starlette", "css_inline"}),
    ],
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], spared: set[str]) -> None:
    said = subprocess.run(
        [sys.executable, "-X", "importtime", LIMEN, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(re.findall(r"\|\s+([\w.]+)$", said.stderr, re.MULTILINE))

    assert "monitor.cli.commands" in loaded
    assert loaded & spared == set()


@pytest.mark.parametrize(
    ("arguments", "settings", "code", "told"),
    [
        (["ratings", "--colour"], {}, 2, "No such option"),
        (["explain", "leaving_care_adopted"], {}, 2, "--area"),
        (["outbox", "retry"], {}, 2, "--all-dead"),
        (["outbox", "show", "1", "--eml", "--html"], {}, 2, "not both"),
        (["ratings"], {"LIMEN_HTTP__PORT": "many"}, 78, "http.port"),
        (["ratings"], {"LIMEN_INBOX": "x"}, 78, "LIMEN_INBOX: no such setting"),
        (["--settings", "nowhere.toml", "check"], {}, 78, "nowhere.toml"),
        (["once"], {"LIMEN_SMTP__HOST": "mail.example", "LIMEN_SMTP__SECURITY": "none"}, 78, "unencrypted"),
        (
            ["ratings"],
            {"LIMEN_RULES_DIR": "no-rules"},
            78,
            "there is no folder no-rules (set by LIMEN_RULES_DIR)",
        ),
        (["check"], {"LIMEN_CONFIG_DIR": "none"}, 78, "there is no folder none (set by LIMEN_CONFIG_DIR)"),
        (["check", "no-rules"], {}, 1, "There is no folder no-rules."),
        (["check", "--config", "none", "--format", "json"], {}, 1, "There is no folder none."),
        (["ratings"], {}, 3, "Run: limen db upgrade"),
        (["once"], {"LIMEN_DATABASE_URL": "sqlite:////nope/x.db"}, 3, "the folder /nope does not exist"),
        (["db", "upgrade"], {"LIMEN_DATABASE_URL": "sqlite:////nope/x.db"}, 3, "set by LIMEN_DATABASE_URL"),
        (["ratings"], {"LIMEN_DATABASE_URL": "sqlite:///nope/x.db"}, 3, "the folder nope does not exist"),
        (["ratings"], {"LIMEN_DATABASE_URL": "mysql://limen:geheim@host/db"}, 3, "postgresql://"),
        (["ratings", "--area", "Swail"], {}, 2, "did you mean “Swale”?"),
        (["ratings", "--indicator", "leaving_care_adoptd"], {}, 2, "did you mean “leaving_care_adopted”?"),
        (["ratings", "--as-of", "31.2.2013"], {}, 2, "2013-11-30"),
        (["explain", "core-assessments-out-of-timescal", "-a", "Kent"], {}, 2, "did you mean"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_and_an_exit_code(
    arguments: list[str], settings: dict[str, str], code: int, told: str, tmp_path: Path
) -> None:
    said = limen(*arguments, settings={"LIMEN_STATE_DIR": str(tmp_path)} | settings, cwd=tmp_path)

    assert said.returncode == code, said.stderr
    assert told in said.stdout + said.stderr
    assert "Traceback" not in said.stderr
    assert "geheim" not in said.stderr


def test_a_folder_that_is_only_named_in_an_address_is_not_made(tmp_path: Path) -> None:
    named = {"LIMEN_DATABASE_URL": f"sqlite:///{tmp_path / 'mistyped' / 'x.db'}"}

    for command in (["once"], ["db", "upgrade"], ["ratings"], ["run"]):
        said = limen(*command, settings=named | {"LIMEN_STATE_DIR": str(tmp_path / "state")})
        assert (said.returncode, "does not exist" in said.stderr) == (3, True)

    assert not (tmp_path / "mistyped").exists()


def test_the_settings_file_is_named_if_it_has_the_database_that_can_not_be_used(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('database_url = "sqlite:////nope/x.db"\n', encoding="utf-8")

    said = limen("--settings", str(file), "ratings")

    assert said.returncode == 3
    assert f"(The database's address is set by database_url in {file}.)" in said.stderr


def test_a_state_folder_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    said = limen("once", settings={"LIMEN_STATE_DIR": str(tmp_path / "file" / "state")})

    assert said.returncode == 1
    assert str(tmp_path / "file") in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize("style", ["csv", "table"])
def test_a_reader_who_has_read_enough_ends_it_quietly(style: str, played: Played) -> None:
    command = f'"$0" --settings "$1" ratings --history --format {style} | head -1; echo "${{PIPESTATUS[0]}}"'

    said = subprocess.run(
        ["bash", "-c", command, LIMEN, str(played.folder / "limen.toml")],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.splitlines()[-1] == str(exit_codes.READER_GONE)
    assert said.stderr == ""


def raised(text: str) -> Exception:
    """A fault with its traceback."""
    try:
        int(text)
    except ValueError as fault:
        return fault
    raise AssertionError(text)


def test_an_unexpected_fault_is_told_without_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    ending = ending_of(raised("password=geheim"), debug=False)

    (kept,) = tmp_path.glob("limen-fault-*.log")
    assert ending.code == exit_codes.FAULT
    assert ending.text.startswith("limen met an unexpected fault: ValueError")
    assert str(kept) in ending.text
    assert "Traceback" in kept.read_text(encoding="utf-8")
    assert "geheim" not in ending.text + kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o077 == 0


def test_debug_shows_the_traceback() -> None:
    assert "Traceback" in ending_of(raised("oh"), debug=True).text


def test_the_database_is_set_up_once(tmp_path: Path) -> None:
    settings = {"LIMEN_STATE_DIR": str(tmp_path / "new")}

    first, second = (limen("db", "upgrade", settings=settings) for _ in range(2))

    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.startswith("Set up the SQLite file")
    assert second.stdout.startswith("Nothing to do")
    assert (tmp_path / "new" / "limen.db").stat().st_size
