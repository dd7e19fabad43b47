"""docs/problems.md has an entry for every code, says what the program says, and its examples are faulty."""

import re
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from monitor.compose.bounded import BoundedRendering
from monitor.compose.template_checks import check_templates
from monitor.directory import ConfigurationProblems, load_areas
from monitor.directory.contacts import read_contacts
from monitor.directory.roles import check_roles
from monitor.rulebook.problems import PROBLEMS, Problem, ProblemLog, Severity
from tests.support.repository import ROOT
from tests.support.rule_benches import bench
from tests.support.rule_texts import alert, areas, directory, indicator, loaded, route, rule_file, source

NEEDS_FIGURES = {"LIM421", "LIM422", "LIM423", "LIM424"}
NEEDS_A_DAY = {"LIM513", "LIM519"}
NEEDS_MORE_THAN_A_FEW_LINES = {
    "LIM101", "LIM103", "LIM107", "LIM120", "LIM121", "LIM306", "LIM307", *NEEDS_FIGURES, *NEEDS_A_DAY,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    title: str
    words: str
    examples: dict[str, str]


@cache
def entries() -> dict[str, Entry]:
    text = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
    found = {}
    for section in re.split(r"^### ", text, flags=re.MULTILINE)[1:]:
        heading, _, body = section.partition("\n")
        code, _, title = heading.partition(": ")
        body = re.split(r"^## ", body, flags=re.MULTILINE)[0]
        examples = dict(re.findall(r"^```(.+?)\n(.*?)^```", body, re.MULTILINE | re.DOTALL))
        words = " ".join(re.sub(r"^```.*?^```", "", body, flags=re.MULTILINE | re.DOTALL).split())
        assert code not in found
        found[code] = Entry(title, words, examples)
    return found


def test_every_code_has_an_entry_and_no_entry_is_without_its_code() -> None:
    assert list(entries()) == list(PROBLEMS)


@pytest.mark.parametrize("code", PROBLEMS)
def test_an_entry_says_what_the_program_says(code: str) -> None:
    known, entry = PROBLEMS[code], entries()[code]
    severity = "Error" if known.severity is Severity.ERROR else "Warning"
    assert entry.title == known.title
    assert entry.words == f"{severity}. {known.explanation} What to do: {known.advice}"
    assert entry.examples


@pytest.mark.parametrize("code", [code for code in PROBLEMS if code not in NEEDS_MORE_THAN_A_FEW_LINES])
def test_an_example_shows_the_fault_that_it_is_an_example_of(code: str, tmp_path: Path) -> None:
    assert code in {problem.code for problem in faults(entries()[code].examples, tmp_path)}


@pytest.mark.parametrize("code", sorted(NEEDS_MORE_THAN_A_FEW_LINES))
def test_what_a_few_lines_cannot_show_is_described(code: str) -> None:
    assert list(entries()[code].examples) == ["text"]


def faults(examples: dict[str, str], folder: Path) -> tuple[Problem, ...]:
    for kind, text in examples.items():
        if kind.startswith("jinja "):
            return of_template(folder / "templates", kind.removeprefix("jinja "), text)
    if "csv" in examples:
        return refused(folder, "areas.csv", examples["csv"])
    if "yaml test" in examples:
        return bench(folder).run(examples["yaml test"]).problems
    if "yaml contacts" in examples:
        return of_contacts(folder, examples["yaml contacts"])
    tables = {kind.split()[1]: text for kind, text in examples.items() if kind.startswith("csv ")}
    if "yaml file" in examples:
        return loaded({"rules.yaml": examples["yaml file"], **tables}).problems
    text = rule_file(
        indicator(examples.get("yaml indicator", "")),
        alert(examples.get("yaml alert", "")),
        route(examples.get("yaml route", "")),
        source(examples["yaml source"]) if "yaml source" in examples else "",
    ) + examples.get("yaml sections", "")
    return loaded({"rules.yaml": text, **tables}, people=directory()).problems


def of_template(folder: Path, name: str, text: str) -> tuple[Problem, ...]:
    path = folder / name
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with closing(BoundedRendering(longest=1.0)) as rendering:
        return check_templates(folder, rendering).problems


def of_contacts(folder: Path, text: str) -> tuple[Problem, ...]:
    path = folder / "contacts.yaml"
    path.write_text(text, encoding="utf-8")
    log = ProblemLog()
    contacts = read_contacts(path, areas(), log, {}, channels={"email"})
    if contacts is not None:
        check_roles(contacts, (), log)
    return log.sorted()


def refused(folder: Path, name: str, text: str) -> tuple[Problem, ...]:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationProblems) as caught:
        load_areas(path)
    return caught.value.problems
