"""Whatever a rule file holds, its canonical form says the same, keeps every comment, and stays as it is."""

from dataclasses import fields, is_dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.conditions import Condition
from monitor.core.positions import Position
from monitor.core.rulebook import AlertRule, Indicator, Rulebook
from monitor.rulebook.formatting.comments import find_comments, texts
from monitor.rulebook.formatting.formatter import formatted
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.yaml_nodes import read_document
from tests.support.repository import ROOT
from tests.support.rule_texts import alert, directory, indicator, loaded, route, rule_file

FULL = (
    rule_file(
        indicator(
            """
        limits:
          - {from: 2012-04-01, until: 2014-04-01, lower: 1, upper: 200, reference: r}
        targets:
          - from: 2013-04-01
            areas: [county, Swale]
            value: 90.5
            reference: >-
              A report that says at some length what it was that was agreed, and
              by whom.
          - {reference: "minute: 4", from: 2012-04-01, areas: [county, Swale], value: 91}
          - from: 2012-04-01
            value: 92
            reference: 'it''s'
        rag:
        - amber: value <= target + 10
          green: >
            value <=
              target
          from: "2012-04-01"
          reference: |
            one line
            and another
        direction: {method: regression, figures: 6}
        plausible: {wait: 3 working days, jump: 30}
        """
        ),
        alert("recover: value <= 80\nfor: 2 periods\noverrides: {Swale: {levels: {critical: value > 110}}}"),
        route(
            "to: [district manager,\n  {person: ada}]\n"
            "match: {levels: [warning, critical], areas: district}\n"
            "escalate:\n- to: director\n  after: 5 working days\n"
            "remind: {at_most: 3, after: 5 working days}\nwhen: {until: 24:00, from: '08:00'}"
        ),
    )
    + """\
inhibitions:
  critical-first: {hold: {levels: warning}, while: {levels: critical}, same: [area, indicator], reference: r}
maintenance:
  change-of-system:
    reference: r
    until: 2013-11-18 08:00
    from: '2013-11-15 18:00'
"""
)


def form(text: str) -> str | None:
    """The canonical form, having made sure that it stays as it is and keeps the comments."""
    log = ProblemLog()
    outcome = formatted("rules.yaml", text.encode("utf-8", "surrogatepass"), log)
    if outcome is None:
        assert log.errors
        return None
    again = formatted("rules.yaml", outcome.after.encode(), ProblemLog())
    assert again is not None
    assert again.after == outcome.after
    assert comments(outcome.after) == comments(text)
    return outcome.after


def comments(text: str) -> list[str]:
    source, root = read_document("rules.yaml", text.encode("utf-8", "surrogatepass"), ProblemLog())
    assert source is not None
    return texts(find_comments(source, root).comments)


def rulebook(text: str) -> Rulebook | None:
    return loaded(text, people=directory()).rulebook


def without_places(value: object) -> object:
    """A value of a rulebook without the lines on which it is written."""
    if isinstance(value, Position):
        return None
    if isinstance(value, tuple):
        return tuple(without_places(each) for each in value)
    if isinstance(value, dict):
        return {key: without_places(each) for key, each in value.items()}
    if is_dataclass(value) and not isinstance(value, type | Condition):
        return {each.name: without_places(getattr(value, each.name)) for each in fields(value)}
    return value


def same(one: Rulebook, other: Rulebook) -> None:
    assert one.fingerprints == other.fingerprints
    kinds: tuple[tuple[object, object], ...] = (
        (dict(one.indicators), dict(other.indicators)),
        (dict(one.alerts), dict(other.alerts)),
        (one.routes, other.routes),
        (one.inhibitions, other.inhibitions),
        (one.maintenance, other.maintenance),
        (dict(one.sources), dict(other.sources)),
    )
    for left, right in kinds:
        assert without_places(left) == without_places(right)


SHIPPED = sorted(
    path for path in ROOT.rglob("*.y*ml") if not any(part.startswith(".") for part in path.parts)
)


@pytest.mark.parametrize("path", SHIPPED, ids=[str(path.relative_to(ROOT)) for path in SHIPPED])
def test_every_yaml_file_of_the_repository_has_a_form_or_problems(path: object) -> None:
    content = (ROOT / str(path)).read_bytes()
    form(content.decode("utf-8", "surrogateescape"))


def test_the_full_example_is_sound_and_reads_the_same_in_its_form() -> None:
    before, text = rulebook(FULL), form(FULL)
    assert before is not None
    assert text is not None
    after = rulebook(text)
    assert after is not None
    same(before, after)


@given(st.permutations(range(3)), st.data())
def test_comments_anywhere_are_kept_and_change_nothing(order: list[int], data: st.DataObject) -> None:
    lines = FULL.splitlines()
    count = data.draw(st.integers(1, 8))
    for number in range(count):
        at = data.draw(st.integers(0, len(lines)))
        indent = data.draw(st.integers(0, 12))
        words = data.draw(
            st.sampled_from([f"# note {number}", f"#note {number}: 'x", f"## {number} # - a: b"])
        )
        before = data.draw(st.lists(st.just(""), max_size=2))
        after = data.draw(st.lists(st.just(""), max_size=2))
        if data.draw(st.booleans()) and at < len(lines):
            lines[at] += f"{' ' * (1 + number % 3)}{words}"
        else:
            lines[at:at] = [*before, " " * indent + words, *after]
    text = "\n".join(lines) + "\n" * order[0]
    outcome = form(text)
    if outcome is None:
        return
    one, other = rulebook(text), rulebook(outcome)
    assert (one is None) == (other is None)
    if one is not None and other is not None:
        same(one, other)


WORDS = st.text(st.sampled_from("ab: -?#,[]{}&*!|>'\"%@`\\~=.\n\t é0123456789"), max_size=12)
LONG = st.lists(st.sampled_from(["word", "it's", "a: b", "# c", "x,", "[y]", "1,282", "—"]), min_size=15).map(
    " ".join
)


@given(st.one_of(WORDS, LONG), st.sampled_from(["'", '"', ">-", ">", "|-", "|", ""]), st.booleans())
def test_any_text_in_any_style_says_what_it_said(text: str, style: str, in_brackets: bool) -> None:
    written = in_style(text, style)
    if in_brackets and style in {"'", '"'}:
        content = f"x: {{title: {written}, other: [{written}]}}\n"
    else:
        content = f"x:\n  title: {written}\n  other:\n    - {written}\n"
    content = f"{content}indicators:\n  a:\n    title: {written}\n    direction: {{method: {written}}}\n"
    form(content)


def in_style(text: str, style: str) -> str:
    match style:
        case "'":
            return "'" + text.replace("'", "''").replace("\n", "\n\n") + "'"
        case '"':
            escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
            return f'"{escaped}"'
        case "":
            return text
        case _:
            return style + "".join(f"\n        {line}" for line in text.split("\n"))


SCALARS = st.sampled_from(
    ["x", "1", "null", "~", "", "true", "2013-04-01", "value > 85", "'a: b'", '"no"', "''", "a b", '"\\n"']
)
KEYS = st.sampled_from(["from", "until", "areas", "title", "'<<'", '"~"', "a b", "x-1", "levels", "targets"])
FLOW = st.recursive(
    SCALARS.filter(bool),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(st.tuples(KEYS, inner), max_size=3).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        ),
    ),
    max_leaves=6,
)


def indented(lines: list[str], by: int) -> list[str]:
    return [" " * by + line for line in lines]


def listed(items: list[list[str]]) -> list[str]:
    return [f"{'- ' if number == 0 else '  '}{line}" for item in items for number, line in enumerate(item)]


def mapped(pairs: list[tuple[str, list[str]]], beside: str) -> list[str]:
    return [
        line
        for number, (key, lines) in enumerate(pairs)
        for line in (
            [f"{key}:{beside * (number % 2)}", *indented(lines, 1 + number)]
            if lines and lines[0].startswith(("- ", "k"))
            else [f"{key}: {lines[0]}" if lines else f"{key}:"]
        )
    ]


BLOCKS = st.recursive(
    st.one_of(SCALARS, FLOW).map(lambda text: [text]),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(listed),
        st.lists(st.tuples(KEYS.map(lambda key: key), inner), min_size=1, max_size=3).map(
            lambda pairs: mapped(
                [(f"k{key}" if key.isalpha() else key, value) for key, value in pairs], "  # c"
            )
        ),
    ),
    max_leaves=12,
)


@given(BLOCKS, st.data())
def test_any_structure_with_comments_between_its_lines(block: list[str], data: st.DataObject) -> None:
    lines = list(block)
    for number in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(lines)))
        lines.insert(at, f"{' ' * data.draw(st.integers(0, 6))}# {number}")
        lines[at:at] = [""] * data.draw(st.integers(0, 2))
    form("\n".join(lines) + "\n")


SIGNS = "indicators: alerts: a: x-1: title: - | > >- |2 ' \" # [ ] { } , ? : ~ null 2013-04-01 % --- ... key:"
PIECES = st.sampled_from(
    [
        *SIGNS.split(),
        "\n",
        "\n  ",
        "\n    ",
        " ",
        "\t",
        " # c",
        "#c\n",
        "\r\n",
        "é",
        "%YAML 1.2\n",
        "key: ",
        "- ",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_pieces_of_yaml(content: str) -> None:
    form(content)


@given(st.integers(0, len(FULL)), st.integers(0, 30), PIECES)
def test_a_sound_file_with_a_stretch_replaced(start: int, length: int, piece: str) -> None:
    text = FULL[:start] + piece + FULL[start + length :]
    outcome = form(text)
    if outcome is not None:
        one, other = rulebook(text), rulebook(outcome)
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            same(one, other)


def test_types_of_a_rulebook_are_compared_whole() -> None:
    text = rulebook(FULL)
    assert text is not None
    (one,), (rule,) = text.indicators.values(), text.alerts.values()
    assert isinstance(one, Indicator)
    assert isinstance(rule, AlertRule)
    assert without_places(one) != without_places(replace(one, title="Other"))
    assert without_places(rule) != without_places(replace(rule, action="Other"))
