"""`limen help`, and how `--help` looks."""

import re

import pytest
from typer.main import get_command

from monitor.cli import exit_codes
from monitor.cli.commands import application
from monitor.cli.help_screen import ORDER
from monitor.rulebook.problems import PROBLEMS
from tests.support.command import Command
from tests.support.repository import ROOT

DOCS = ROOT / "docs"


def test_without_a_topic_it_lists_every_page_by_its_title_and_says_where_they_lie(limen: Command) -> None:
    said = limen("help")

    assert said.code == exit_codes.OK
    assert {line.split()[0] for line in said.out.split("\n\n")[0].splitlines()} == {
        path.relative_to(DOCS).with_suffix("").as_posix() for path in DOCS.rglob("*.md")
    }
    assert re.search(r"^run-it +Run limen as a service$", said.out, re.MULTILINE)
    assert f"They lie in {DOCS}." in said.out


@pytest.mark.parametrize("topic", ["settings", "Settings", "settings.md", "docs/settings.md"])
def test_a_page_is_printed_as_it_is_for_another_program(topic: str, limen: Command) -> None:
    said = limen("help", topic)

    assert (said.code, said.out) == (0, (DOCS / "settings.md").read_text(encoding="utf-8"))


@pytest.mark.parametrize("code", PROBLEMS)
def test_every_code_is_explained_by_its_entry_alone(code: str, limen: Command) -> None:
    said = limen("help", code.lower())

    assert said.code == 0
    assert said.out.startswith(f"### {code}: {PROBLEMS[code].title}\n")
    assert re.findall(r"^#+ LIM\d{3}", said.out, re.MULTILINE) == [f"### {code}"]


@pytest.mark.parametrize(
    ("topic", "begins"), [("silence", "## limen silence"), ("limen ack", "## limen ack")]
)
def test_a_command_is_explained_by_its_section(topic: str, begins: str, limen: Command) -> None:
    said = limen("help", topic)

    assert said.code == 0
    assert said.out.startswith(f"{begins}\n\n")
    assert len(re.findall(r"^## ", said.out, re.MULTILINE)) == 1


@pytest.mark.parametrize(
    ("topic", "told"),
    [
        ("setings", "There is no topic “setings”: did you mean “settings”?"),
        ("xyzzy", "There is no topic “xyzzy”: “limen help” alone lists the pages."),
        ("LIM999", "There is no code LIM999: “limen help problems” lists those that there are."),
    ],
)
def test_a_topic_that_there_is_not_is_answered_with_what_to_do(topic: str, told: str, limen: Command) -> None:
    said = limen("help", topic)

    assert (said.code, said.out, said.err) == (exit_codes.USAGE, "", f"{told}\n")


def test_it_helps_where_the_settings_can_not_be_used(limen: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMEN_HTTP__PORT", "many")

    assert limen("help", "settings").code == 0


def test_the_help_lists_commands_by_how_often_they_are_needed_and_flags_without_a_type(
    limen: Command,
) -> None:
    screen = limen("--help").out
    named = re.findall(r"^│ ([a-z]+)  ", screen, re.MULTILINE)

    assert named == list(ORDER)
    assert set(named) == set(getattr(get_command(application), "commands", {}))
    for arguments in ([], ["run"], ["silence", "list"], ["audit"]):
        assert "<bool>" not in limen(*arguments, "--help").out
