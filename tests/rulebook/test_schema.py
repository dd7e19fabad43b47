"""The JSON Schema takes what limen takes, and underlines what a single file can show to be wrong."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from monitor.core.conditions import FUNCTIONS
from monitor.rulebook.schema import FILE, rule_file_schema, schema_text
from monitor.rulebook.targets import OTHERS
from monitor.rulebook.vocabulary.indicators import CALCULATED_WITH
from monitor.rulebook.vocabulary.rule_file import RULE_FILE
from monitor.rulebook.vocabulary.values import Either, ListOf, OneOrMore, Shape, Table, Value
from tests.rulebook.test_structure_problems import ROWS as STRUCTURE
from tests.support.editor import as_an_editor_reads
from tests.support.repository import ROOT
from tests.support.rule_texts import alert, indicator, loaded, route, rule_file, unmarked

SCHEMA = rule_file_schema()
VALIDATOR = Draft7Validator(SCHEMA, format_checker=FormatChecker())
RULE_FILES = sorted(
    path
    for path in [*(ROOT / "rules").rglob("*.yaml"), *(ROOT / "config" / "examples").rglob("rules/*.yaml")]
    if "tests" not in path.parts
)

# What limen sees and JSON values do not show: how a number or text is written, and what YAML itself refuses.
BEYOND_A_SCHEMA = {
    "LIM103", "LIM104", "LIM105", "LIM106", "LIM107", "LIM109", "LIM111",
    "LIM114 digits joined by a line", "LIM114 a hexadecimal number", "LIM114 an octal number",
    "LIM114 an exponent", "LIM114 infinity",
    "LIM108 a mapping as a key",
    "LIM119 a number of seven decimals", "LIM119 a number beyond all", "LIM119 a trend of two figures",
    "LIM123 an area named twice, once by its old name", "LIM123 all areas and one more",
}  # fmt: skip


def faults(text: str) -> list[str]:
    content = as_an_editor_reads(text)
    return [error.message for error in VALIDATOR.iter_errors({} if content is None else content)]


def test_it_is_a_schema_of_the_draft_that_editors_read() -> None:
    Draft7Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "http://json-schema.org/draft-07/schema#"


def test_the_shipped_schema_is_the_one_that_the_program_makes() -> None:
    path = ROOT / "config" / "schema" / FILE
    assert path.read_text(encoding="utf-8") == schema_text(), f"run: limen schema > {path.relative_to(ROOT)}"


@pytest.mark.parametrize("path", RULE_FILES, ids=[path.relative_to(ROOT).as_posix() for path in RULE_FILES])
def test_every_shipped_rule_file_is_valid(path: Path) -> None:
    assert not faults(path.read_text(encoding="utf-8"))


def examples(page: str) -> list[tuple[str, str]]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```(yaml[^\n]*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_examples_of_the_guide_are_valid() -> None:
    found = dict(examples("rules.md"))
    assert not faults(found["yaml"])
    assert not faults(rule_file(indicator(found["yaml part of an indicator"])))
    assert not faults(rule_file(alerts=alert(found["yaml part of an alert rule"])))
    routes = "".join(f"  {line}\n" for line in found["yaml part of the routes"].splitlines())
    assert not faults(rule_file(routes=routes))
    assert not faults(rule_file() + found["yaml sources"])
    for kind in ("yaml inhibitions", "yaml maintenance"):
        assert not faults(rule_file() + found[kind])
    assert not faults(rule_file(indicator(found["yaml plausible figures of an indicator"])))
    assert not faults(rule_file(routes=route(found["yaml timing of a route"])))


def test_a_sound_file_is_valid() -> None:
    assert not faults(rule_file())


@pytest.mark.parametrize(
    ("code", "fault", "text"),
    [row for row in STRUCTURE if not {row[0], f"{row[0]} {row[1]}"} & BEYOND_A_SCHEMA],
    ids=[
        f"{code} {fault}" for code, fault, _ in STRUCTURE if not {code, f"{code} {fault}"} & BEYOND_A_SCHEMA
    ],
)
def test_a_fault_of_structure_is_underlined(code: str, fault: str, text: str) -> None:
    assert code
    assert faults(unmarked("rules.yaml", text)[0]), fault


@pytest.mark.parametrize(
    "changes",
    [
        "title: 2013",
        "title: No",
        "title: 'true'",
        "decimals: '1'",
        'targets: [{from: "2013-04-01", value: "90.5", reference: 12}]',
        "limits: [{from: 2013-04-01, upper: -3.5, areas: [county, Swale], reference: r}]",
        "counts_people: false",
    ],
)
def test_what_limen_takes_for_a_text_or_a_number_is_valid(changes: str) -> None:
    text = rule_file(indicator(changes))
    assert {problem.severity for problem in loaded(text).problems} <= {"warning"}
    assert not faults(text)


@pytest.mark.parametrize(
    "text",
    [
        rule_file(alerts=alert("effective: {superseded_by: other}")),
        rule_file(indicator("limits: [{from: 2013-04-01, reference: r}]")),
        rule_file(alerts=alert("overrides: {Swale: {}}")),
        rule_file(routes=route("to: [{person: ada, role: x}]")),
        rule_file(routes=route("match: []")),
    ],
)
def test_what_one_mapping_lacks_or_has_too_much_of_is_underlined(text: str) -> None:
    assert faults(text)


def target(value: str) -> str:
    others = "benchmarks: [{from: 2013-04-01, neighbours: 40, region: 41, england: 42, reference: r}]\n"
    return rule_file(indicator(f"{others}targets: [{{from: 2013-04-01, value: '{value}', reference: r}}]"))


@pytest.mark.parametrize("value", ["all", "ninety", "none", "target", "value * 2", "previous(1)", "mean(3)"])
def test_a_calculation_with_what_a_target_has_not_is_underlined(value: str) -> None:
    assert "error" in {problem.severity for problem in loaded(target(value)).problems}
    assert faults(target(value))


@pytest.mark.parametrize(
    "value", ["40", "-3.5", "neighbours", "neighbours*0.95", "min(region , england) - 2"]
)
def test_a_calculation_that_limen_takes_is_valid(value: str) -> None:
    assert "error" not in {problem.severity for problem in loaded(target(value)).problems}
    assert not faults(target(value))


def test_the_schema_knows_every_word_that_a_calculation_can_use() -> None:
    names = [each for each in CALCULATED_WITH if each not in FUNCTIONS]
    assert names == list(OTHERS)
    without_value = [name for name, function in FUNCTIONS.items() if "value" not in function.reads]
    assert [each for each in CALCULATED_WITH if each in FUNCTIONS] == without_value


def shapes(value: Value, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Shape]:
    """Every mapping that a rule file may hold, by the keys that lead to it."""
    match value:
        case Shape(keys=keys):
            inner = [shapes(key.value, (*path, str(key.name))) for key in keys]
            return {path: value} | {at: shape for found in inner for at, shape in found.items()}
        case Table(value=each):
            return shapes(each, (*path, "*"))
        case ListOf(item=item):
            return shapes(item, path)
        case Either(single=single, mapping=mapping):
            return shapes(single, path) | shapes(mapping, path)
        case OneOrMore(item=item, mapping=mapping):
            return shapes(item, path) | (shapes(mapping, path) if mapping else {})
    return {}


KEYS = [(path, key) for path, shape in shapes(RULE_FILE).items() for key in shape.keys]


@pytest.mark.parametrize(("path", "key"), KEYS, ids=[".".join((*path, str(key.name))) for path, key in KEYS])
def test_every_key_says_what_it_is_for(path: tuple[str, ...], key: Any) -> None:
    assert key.about.endswith("."), path
    assert len(key.about) <= 120
    assert json.dumps(key.about, ensure_ascii=False) in schema_text()


NEEDED = [
    (section, str(key.name), key.needed)
    for section, path in (
        ("indicators", ("indicators", "*")),
        ("alerts", ("alerts", "*")),
        ("routes", ("routes", "*")),
    )
    for key in shapes(RULE_FILE)[path].keys
]


@pytest.mark.parametrize(("section", "key", "needed"), NEEDED, ids=[f"{row[0]}.{row[1]}" for row in NEEDED])
def test_a_key_is_needed_by_the_readers_where_the_vocabulary_says_so(
    section: str, key: str, needed: bool
) -> None:
    make = {"indicators": indicator, "alerts": alert, "routes": route}[section]
    sound = make("match: {areas: district}" if section == "routes" else "")
    without = "".join(line for line in sound.splitlines(keepends=True) if not line.startswith(f"    {key}:"))
    codes = {problem.code for problem in loaded(rule_file(**{section: without})).problems}
    assert ("LIM112" in codes) == needed
    assert bool(faults(rule_file(**{section: without}))) == needed
