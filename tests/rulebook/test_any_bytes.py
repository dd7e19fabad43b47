"""Whatever bytes a rule file holds, loading it ends in a rulebook or in problems."""

import re
from collections.abc import Mapping
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.rulebook.loader import LoadedRulebook
from monitor.rulebook.problems import has_errors, lines_of, render_problems
from tests.support.rule_texts import alert, areas, directory, indicator, loaded, route, rule_file

FULL = (
    rule_file(
        indicator(
            """
        targets:
          - {from: 2012-04-01, areas: [county, Swale], value: 90.5, reference: r}
          - {from: 2013-04-01, value: (neighbours + region) / 2 - 0.5, reference: r}
          - {from: 2014-04-01, profile: sub/p.csv, reference: r}
        limits:
          - {from: 2012-04-01, until: 2014-04-01, lower: 1, upper: 200, reference: r}
          - {from: 2014-04-01, learnt: {figures: 24}, reference: r}
        benchmarks:
          - from: 2012-04-01
            neighbours: {set: near, statistic: mean, minimum: 2}
            region: figures
            england: 41.5
            reference: r
        derived: {rolling: {of: visits, figures: 12}}
        expected_within: 15 working days
        rag:
          - from: 2012-04-01
            green: value <= target
            amber: value <= target + 10
            reference: r
        direction: {method: regression, figures: 6}
        """
        )
        + indicator(
            "basis: month\n"
            "plausible: {jump: 30, falls_to_zero_from: 20, missing_areas: true, wait: 3 working days}",
            id="visits",
        )
        + indicator(
            "unit: percent\n"
            "derived: {ratio: {of: visits, to: [\n"
            "  {from: 2013-04-01, indicator: visits, figure: latest, reference: r}]}}",
            id="share",
        ),
        alert(
            "recover: value <= 80\nfor: 2 periods\noverrides: {Swale: {levels: {critical: value > 110}}}\n"
            "flapping: {figures: 12, high: 40, low: 20}"
        ),
        route(
            "match: {areas: district, levels: [warning, critical]}\n"
            "when: {days: [Monday, Friday], from: 08:00, until: 24:00}\n"
            "remind: {after: 5 working days, factor: 1, longest: 9 working days, at_most: 3}\n"
            "escalate: [{after: 5 working days, to: director}, {after: 9 working days, to: [{person: dai}]}]"
        )
        + route("when: {digest: weekly, on: Monday, at: '08:00'}\nremind: 5 working days", id="weekly"),
        neighbour_sets="  near: {file: near.csv, reference: r}\n",
    )
    + """\
inhibitions:
  first: {while: {levels: critical}, hold: {levels: warning}, same: [indicator, theme], reference: r}
maintenance:
  first: {match: {areas: Swale}, from: 2013-11-15 18:00, until: "2013-11-18 08:00", reference: r}
"""
)
TABLES = {
    "near.csv": 'area,neighbour,rank\nSwale,"Thanet",1\n"Swale",E07000105,2\nShepway,Swale,1\n',
    "sub/p.csv": 'period_end,value,area\n2014-04-30,10,\n2014-05-31,"20.5",Swale\n',
}

PIECES = st.sampled_from(
    [
        "indicators",
        "alerts",
        "routes",
        "a",
        "x-1",
        "title",
        "levels",
        "warning",
        "areas",
        "Swale",
        "all",
        ":",
        ": ",
        "\n",
        "\n  ",
        "\n    ",
        "- ",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ",",
        "'",
        '"',
        "|",
        ">",
        ">-\n",
        "#",
        "&a ",
        "*a",
        "!t ",
        "<<",
        "---",
        "...",
        "%YAML 1.2\n",
        "\t",
        "~",
        "null",
        "value > 85",
        "2013-04-01",
        "90",
        "-",
        "é",
        "\u202e",
        "\x00",
        "\ufeff",
        "\x85",
        "\u2028",
        "\r",
        "\\",
        "\\u0000",
        "from",
        "until",
        "value",
        "reference",
        "to",
        "match",
    ]
)


def full(text: str = FULL, tables: Mapping[str, str | bytes] = TABLES) -> LoadedRulebook:
    """What comes of the full rule file, perhaps spoilt, and the tables that it names."""
    return loaded({"rules.yaml": text, **tables}, people=directory())


def holds(outcome: LoadedRulebook) -> None:
    """Every promise about what comes out, whatever went in."""
    assert (outcome.rulebook is None) == has_errors(outcome.problems)
    assert list(outcome.problems) == sorted(outcome.problems, key=lambda each: (each.position, each.code))
    lines = {file: lines_of(text) for file, text in outcome.sources.items()}
    for problem in outcome.problems:
        assert problem.length >= 1
        assert min(problem.position.line, problem.position.column) >= 1
        if problem.position.file in lines:
            line = lines[problem.position.file][problem.position.line - 1]
            assert problem.position.column <= len(line) + 1
    text = render_problems(outcome.problems, outcome.sources)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", text)
    text.encode("utf-8")


@given(st.binary(max_size=200))
def test_bytes(content: bytes) -> None:
    holds(loaded({"a.yaml": content}, people=directory()))


@given(st.text(max_size=200))
def test_text(content: str) -> None:
    holds(loaded({"a.yaml": content.encode("utf-8", "surrogatepass")}, people=directory()))


@given(st.lists(PIECES, max_size=40).map("".join))
def test_pieces_of_yaml(content: str) -> None:
    holds(loaded(content, people=directory()))


@given(st.integers(0, len(FULL)), st.integers(0, 30), PIECES)
def test_a_sound_file_with_a_stretch_replaced(start: int, length: int, piece: str) -> None:
    holds(full(FULL[:start] + piece + FULL[start + length :]))


@given(st.permutations(FULL.splitlines(keepends=True)))
def test_a_sound_file_with_its_lines_in_any_order(lines: list[str]) -> None:
    holds(full("".join(lines)))


@given(st.sampled_from(sorted(TABLES)), st.binary(max_size=200))
def test_bytes_in_place_of_a_table(name: str, content: bytes) -> None:
    holds(full(tables={**TABLES, name: content}))


CELLS = st.sampled_from(
    [
        *("area", "neighbour", "period_end", "value", "Swale", "Thanet", "E07000105", "district", "all"),
        *("2014-04-30", "9999-12-31", "0001-01-01", "31/12/2013", "10", "-1", "1e9", "0.1234567", "9" * 30),
        *(",", ",", ",", "\n", "\n", "\r\n", "\r", '"', '""', " ", "\t", "\u202e", "\x00", "\ufeff", ";"),
    ]
)


@given(st.sampled_from(sorted(TABLES)), st.lists(CELLS, max_size=30).map("".join))
def test_pieces_of_a_table(name: str, pieces: str) -> None:
    holds(full(tables={**TABLES, name: pieces}))
    holds(full(tables={**TABLES, name: TABLES[name] + pieces}))


@given(st.lists(st.tuples(st.dates().map(str), st.sampled_from(["", "Swale", "Kent"])), max_size=5))
def test_targets_for_days_of_any_century(rows: list[tuple[str, str]]) -> None:
    table = "period_end,value,area\n" + "".join(f"{day},1,{area}\n" for day, area in rows)
    holds(full(tables={**TABLES, "sub/p.csv": table}))


def test_the_full_rule_file_is_sound() -> None:
    assert {problem.code for problem in full().problems} <= {
        "LIM210", "LIM410", "LIM808", "LIM817", "LIM818", "LIM819", "LIM822", "LIM824", "LIM826",
    }  # fmt: skip


NODES = st.recursive(
    st.sampled_from(
        [
            *("x", "1", "null", "true", "2013-04-01", "value > 85", "district", "all", "''", "critical"),
            *("open_assessments", "figures", "near.csv", "neighbours * 2", "12", "latest", "usual", "-"),
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(
            st.tuples(
                st.sampled_from(
                    [
                        *("warning", "from", "until", "value", "areas", "on", "person", "x", "reference"),
                        *("ratio", "of", "to", "sum", "rolling", "figures", "indicator", "profile", "learnt"),
                        *("neighbours", "set", "statistic", "region", "year to date", "high"),
                    ]
                ),
                inner,
            ),
            max_size=3,
        ).map(lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"),
    ),
    max_leaves=8,
)
KEYS = st.sampled_from(
    [
        "title",
        "unit",
        "decimals",
        "targets",
        "limits",
        "rag",
        "direction",
        "retired",
        "derived",
        "benchmarks",
        "expected_within",
        "flapping",
        "indicator",
        "areas",
        "levels",
        "recover",
        "for",
        "overrides",
        "effective",
        "match",
        "to",
    ]
)


@given(st.dictionaries(KEYS, NODES, max_size=4))
def test_any_kind_of_value_under_any_key(changes: dict[str, str]) -> None:
    text = "\n".join(f"{key}: {value}" for key, value in changes.items())
    holds(loaded(rule_file(indicator(text), alert(text), route(text)), people=directory()))


def thousand_laughs() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    names = "abcdefghij"
    lines += [
        f"{one}: &{one} [{', '.join(f'*{before}' for _ in range(9))}]" for before, one in pairwise(names)
    ]
    return "\n".join(lines)


BOMBS = {
    "aliases of aliases": thousand_laughs(),
    "brackets": "alerts: " + "[" * 200_000,
    "braces": "alerts: " + "{a: " * 50_000,
    "dashes": "alerts: " + "- " * 100_000,
    "question marks": "? " * 100_000,
    "indentation": "\n".join(" " * depth + "a:" for depth in range(1_000)),
    "a key of 900,000 letters": "a" * 900_000 + ": x",
    "10,000 unknown keys": "".join(f"refrence{number}: x\n" for number in range(10_000)),
    "10,000 bad ids": "alerts:\n" + "".join(f"  Bad_Id_{number}: x\n" for number in range(10_000)),
    "5,000 targets": rule_file(
        indicator(
            "targets:\n" + "".join("  - {from: 2013-04-01, value: 9, reference: r}\n" for _ in range(5_000))
        )
    ),
    "10,000 unknown areas": rule_file(
        alerts=alert("areas: [" + ", ".join(f"Swale{number}" for number in range(10_000)) + "]")
    ),
    "20,000 invisible characters": "alerts: \u200b" * 20_000,
    "2,000 alert rules of an indicator that is not there": rule_file(
        alerts="".join(alert("indicator: open_assesments", id=f"rule-{number}") for number in range(2_000))
    ),
    "a condition of 100,000 parentheses": rule_file(alerts=alert("levels: {warning: " + "(" * 100_000 + "}")),
    "3,000 derived indicators in one circle": rule_file(
        "".join(
            indicator(f"derived: {{year to date: total_{(number + 1) % 3_000}}}", id=f"total_{number}")
            for number in range(3_000)
        ),
        "",
        "",
    ),
    "3,000 inhibitions and as many times of maintenance": rule_file(
        alerts="".join(alert(id=f"rule-{number}") for number in range(50))
    )
    + "inhibitions:\n"
    + "".join(f"  x{number}: {{while: {{}}, hold: {{}}, reference: r}}\n" for number in range(3_000))
    + "maintenance:\n"
    + "".join(
        f"  x{number}: {{from: 2013-11-15 18:00, until: 2013-11-18 08:00, reference: r}}\n"
        for number in range(3_000)
    ),
    "300 inhibitions of what 50 rules raise": rule_file(
        alerts="".join(alert(id=f"rule-{number}") for number in range(50))
    )
    + "inhibitions:\n"
    + "".join(f"  x{number}: {{while: {{}}, hold: {{}}, reference: r}}\n" for number in range(300)),
    "2,000 calculated targets": rule_file(
        indicator(
            "benchmarks: [{from: 1990-01-01, neighbours: 34, reference: r}]\n"
            "targets:\n"
            + "".join(
                f"  - {{from: {1990 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}, "
                f"value: neighbours * {number}, reference: r}}\n"
                for number in range(2_000)
            )
        )
    ),
    "folded lines": rule_file(alerts=alert("levels:\n  warning: >-\n" + "    value >\n" * 300)),
}


TABLE_BOMBS = {
    "60,000 neighbours of one area": "area,neighbour\n" + "Swale,Thanet\n" * 60_000,
    "quotation marks": "area,neighbour\n" + '"' * 900_000,
    "doubled quotation marks": 'area,neighbour\n"' + '""' * 400_000,
    "commas": "area,neighbour\n" + "," * 900_000,
    "blank lines": "area,neighbour\n" + "\n" * 900_000,
    "50,000 columns": ",".join(f"column{number}" for number in range(50_000)),
}


@pytest.mark.no_cover
@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", TABLE_BOMBS)
def test_a_table_that_is_made_to_take_long_comes_to_an_end(name: str) -> None:
    holds(full(tables={**TABLES, "near.csv": TABLE_BOMBS[name]}))


@pytest.mark.no_cover
@pytest.mark.timeout(60)  # each takes about a second; it would take many minutes if it grew with the square
@pytest.mark.parametrize("name", BOMBS)
def test_what_is_made_to_take_long_comes_to_an_end(name: str) -> None:
    holds(loaded(BOMBS[name], people=directory()))


def test_the_areas_of_the_tests_are_a_tree() -> None:
    assert [area.name for area in areas().ancestors("Swale")] == ["East Kent", "Kent"]
