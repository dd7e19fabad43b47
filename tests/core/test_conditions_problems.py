from __future__ import annotations

from pathlib import Path

import pytest

from monitor.core.conditions import FUNCTIONS, PROBLEM_KINDS, Code, Kind, Number, Rating, parse

PERCENT = Number.of("percent")
COUNT = Number.of("count")
NAMES: dict[str, Kind] = {
    "value": PERCENT,
    "target": PERCENT,
    "lower": PERCENT,
    "numerator": COUNT,
    "denominator": COUNT,
    "rating": Rating(),
}
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "conditions.md"

# text with the place marked by [ ], code, a part of the message, a part of the hint
CASES = [
    ("value > 3 [4]", Code.SYNTAX, "'and' or 'or' is expected before '4'", "join comparisons"),
    ("value [between] 3 and 4", Code.SYNTAX, "before 'between'", "8 <= value <= 10"),
    ("value [is] 3", Code.SYNTAX, "before 'is'", "'=='"),
    ("value [exceeds] 3", Code.SYNTAX, "before 'exceeds'", "'>'"),
    ("[below] target", Code.FOREIGN_SPELLING, "'below' is spelt '<'", "write 'value < target'"),
    ("[Over] 85", Code.FOREIGN_SPELLING, "'over' is spelt '>'", "write 'value > 85'"),
    ("[at least] lower * 1.1 and value < 9", Code.FOREIGN_SPELLING, "spelt '>='", "'value >= lower * 1.1'"),
    ("[lower than] target", Code.FOREIGN_SPELLING, "spelt '<'", "write 'value < target'"),
    ("[below] > 3", Code.UNKNOWN_NAME, "no name 'below'", ""),
    ("value >[ ]", Code.SYNTAX, "ends where", "complete it"),
    ("[>] 3", Code.SYNTAX, "expected before '>'", "fill in"),
    ("value > 1[,]000", Code.SYNTAX, "comma", "1000"),
    ("value > 3[)]", Code.SYNTAX, "never opened", "remove it"),
    ("min(value, [)] > 3", Code.SYNTAX, "expected before ')'", "fill in"),
    ("value > 3 [&&] value < 9", Code.FOREIGN_SPELLING, "'&&' is spelt 'and'", "write 'and'"),
    ("value > 3 [||] value < 1", Code.FOREIGN_SPELLING, "'||' is spelt 'or'", "write 'or'"),
    ("[!](value > 3)", Code.FOREIGN_SPELLING, "'!' is spelt 'not'", "write 'not'"),
    ("value [=] 3", Code.FOREIGN_SPELLING, "'=' is spelt '=='", "write '=='"),
    ("value [=>] 3", Code.FOREIGN_SPELLING, "'=>' is spelt '>='", "write '>='"),
    ("value [=<] 3", Code.FOREIGN_SPELLING, "'=<' is spelt '<='", "write '<='"),
    ("value [<>] 3", Code.FOREIGN_SPELLING, "'<>' is spelt '!='", "write '!='"),
    ("value [≤] 3", Code.FOREIGN_SPELLING, "'≤' is spelt '<='", "write '<='"),
    ("value > [\N{MINUS SIGN}]3", Code.FOREIGN_SPELLING, "is spelt '-'", "write '-'"),
    ("value > 3 [AND] value < 9", Code.FOREIGN_SPELLING, "'AND' is spelt 'and'", "write 'and'"),
    ("value > 3 [**] 2", Code.FOREIGN_SPELLING, "no powers", "multiply"),
    ("value > 85[%]", Code.UNKNOWN_CHARACTER, "'%' is not part", "85, not 85%"),
    ("value[\u00a0]> 3", Code.UNKNOWN_CHARACTER, "U+00A0", "non-breaking space"),
    ("value > 3 [???]", Code.UNKNOWN_CHARACTER, "not part", "remove"),
    ("[(]value > 3", Code.UNCLOSED_PARENTHESIS, "never closed", "closing parenthesis"),
    ("value > abs[(]lower", Code.UNCLOSED_PARENTHESIS, "never closed", "closing parenthesis"),
    ("[ ]", Code.EMPTY, "no condition", "value > 85"),
    ("value > [1e6]", Code.NUMBER_FORMAT, "'1e6'", "1000"),
    ("value > [.5]", Code.NUMBER_FORMAT, "'.5'", "0.5"),
    ("value > [5.]", Code.NUMBER_FORMAT, "'5.'", "0.5"),
    ("value > [1_000]", Code.NUMBER_FORMAT, "'1_000'", "1000"),
    ("value > [1234567890123456]", Code.NUMBER_TOO_LARGE, "15 digits", "slip"),
    ("[vlaue] > 3", Code.UNKNOWN_NAME, "no name 'vlaue'", "did you mean 'value'"),
    ("value > [TARGET]", Code.UNKNOWN_NAME, "no name 'TARGET'", "did you mean 'target'"),
    ("value > [zzz]", Code.UNKNOWN_NAME, "no name 'zzz'", "value, target"),
    ("[mean] > 3", Code.UNKNOWN_NAME, "no name 'mean'", "'mean' is a function: write mean(n)"),
    ("[previos](1) > 3", Code.UNKNOWN_FUNCTION, "no function 'previos'", "did you mean 'previous'"),
    ("[zzz](1) > 3", Code.UNKNOWN_FUNCTION, "no function 'zzz'", "abs, min, max"),
    ("[value](1) > 3", Code.UNKNOWN_FUNCTION, "no function 'value'", "without parentheses"),
    ("[min(value)] > 3", Code.WRONG_ARGUMENTS, "does not take 1 figure", "min(x, y, ...)"),
    ("[abs(value, lower)] > 3", Code.WRONG_ARGUMENTS, "does not take 2 figures", "abs(x)"),
    ("[abs()] > 3", Code.WRONG_ARGUMENTS, "does not take 0 figures", "abs(x)"),
    ("[previous(value)] > 3", Code.WRONG_ARGUMENTS, "whole number of periods", "previous(n)"),
    ("[previous(0)] > 3", Code.WRONG_ARGUMENTS, "from 1 to 400", "previous(n)"),
    ("[previous(1.5)] > 3", Code.WRONG_ARGUMENTS, "whole number", "previous(n)"),
    ("[previous(401)] > 3", Code.WRONG_ARGUMENTS, "from 1 to 400", "previous(n)"),
    ("[mean()] > 3", Code.WRONG_ARGUMENTS, "from 2 to 400", "mean(n)"),
    ("[mean(1)] > 3", Code.WRONG_ARGUMENTS, "from 2 to 400", "mean(n)"),
    ("value > [numerator]", Code.UNIT_MISMATCH, "percent, 'numerator' is a figure in count", "same unit"),
    ("value + [numerator] > 3", Code.UNIT_MISMATCH, "cannot be added", "same unit"),
    ("value - [numerator] > 3", Code.UNIT_MISMATCH, "cannot be subtracted", "same unit"),
    ("min(value, [numerator]) > 3", Code.UNIT_MISMATCH, "in one function", "same unit"),
    ("value / target > [value]", Code.UNIT_MISMATCH, "is a ratio", "value / target > 1.1"),
    ("value * target > [value]", Code.UNIT_MISMATCH, "percent^2", "same unit"),
    ("value > 3 and [40]", Code.WRONG_KIND, "'40' is a number", "value > 40"),
    ("not [value]", Code.WRONG_KIND, "'value' is a figure in percent", "value > 85"),
    ("value > 3 or [red]", Code.WRONG_KIND, "'red' is a rating", "rating == red"),
    ("[(value > 3) > 2]", Code.WRONG_KIND, "compared with something", "'and' or 'or'"),
    ("-[(value > 3)] > 2", Code.WRONG_KIND, "'value > 3' is a comparison", "'and' or 'or'"),
    ("[rating > red]", Code.RATING_COMPARISON, "no order", "== or !="),
    ("[rating == 3]", Code.RATING_COMPARISON, "no number", "red, amber or green"),
    ("[rating] + 1 > 2", Code.RATING_COMPARISON, "'rating' is a rating", "red, amber or green"),
    ("[value + 1]", Code.NOT_A_CONDITION, "figure in percent", "value + 1 > 85"),
    ("[85]", Code.NOT_A_CONDITION, "a number", "value > 85"),
    ("[rating]", Code.NOT_A_CONDITION, "a rating", "rating == red"),
    ("[5 > 3]", Code.CONSTANT_CONDITION, "whatever the figures", "value"),
    ("value > 3 or [red == red]", Code.CONSTANT_CONDITION, "whatever the figures", "value"),
    ("[value > value]", Code.CONSTANT_CONDITION, "compared with itself", "value"),
    ("[10 <= value <= 8]", Code.CONSTANT_CONDITION, "no figure lies between", "order"),
    ("[8 > value >= 8]", Code.CONSTANT_CONDITION, "no figure lies between", "order"),
    ("value / [0] > 1", Code.DIVISION_BY_ZERO, "always missing", "divisor"),
    ("value / [-0.0] > 1", Code.DIVISION_BY_ZERO, "always missing", "divisor"),
    ("[8 <= value >= 3]", Code.CONFUSING_CHAIN, "one direction", "8 <= value <= 10"),
    ("[value != target != 3]", Code.CONFUSING_CHAIN, "one direction", "'and'"),
]


@pytest.mark.parametrize(("marked", "code", "message", "hint"), CASES)
def test_a_problem_is_found_where_it_is_and_says_what_to_do(
    marked: str, code: Code, message: str, hint: str
) -> None:
    text = marked.replace("[", "").replace("]", "")
    offset, length = marked.index("["), marked.index("]") - marked.index("[") - 1
    if marked.endswith("[ ]"):
        text = text.rstrip()
    problem = parse(text, NAMES).problems[0]
    assert (problem.offset, problem.length, problem.code) == (offset, length, code)
    assert message in problem.message
    assert hint in problem.hint


def test_every_code_has_a_case_or_a_test_of_its_own() -> None:
    assert {code for _, code, _, _ in CASES} | {Code.TOO_LONG, Code.TOO_DEEP} == set(Code)


def test_a_text_past_the_limit_is_refused_at_the_limit() -> None:
    (problem,) = parse("value > " + " " * 2_000 + "3", NAMES).problems
    assert (problem.offset, problem.code) == (2_000, Code.TOO_LONG)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 60 + "value" + ")" * 60 + " > 3",
        "-" * 60 + "value > 3",
        "not " * 60 + "value > 3",
        "abs(" * 60 + "value" + ")" * 60 + " > 3",
        "value" + " + value" * 60 + " > 3",
    ],
)
def test_a_condition_past_the_depth_limit_is_refused_once(text: str) -> None:
    problems = parse(text, NAMES).problems
    assert [problem.code for problem in problems] == [Code.TOO_DEEP]


def test_many_alternatives_side_by_side_are_not_deep() -> None:
    text = " or ".join(f"value > {limit}" for limit in range(100))
    assert parse(text, NAMES).condition is not None


def test_all_problems_of_a_condition_are_reported_at_once() -> None:
    text = "vlaue > 3 && (target < ) or value > numerator and lowr = 1e6 or previous(x) > 2"
    found = [
        (problem.code, text[problem.offset :][: problem.length]) for problem in parse(text, NAMES).problems
    ]
    assert found == [
        (Code.UNKNOWN_NAME, "vlaue"),
        (Code.FOREIGN_SPELLING, "&&"),
        (Code.SYNTAX, ")"),
        (Code.UNIT_MISMATCH, "numerator"),
        (Code.UNKNOWN_NAME, "lowr"),
        (Code.FOREIGN_SPELLING, "="),
        (Code.NUMBER_FORMAT, "1e6"),
        (Code.WRONG_ARGUMENTS, "previous(x)"),
    ]


def test_one_mistake_is_reported_once() -> None:
    for text in ("AND(value > 3, target < 2)", "value > 3)", "value >", "value > 1,000", "[value > 3]"):
        problems = parse(text, NAMES).problems
        assert len({problem.offset for problem in problems}) == len(problems)
        assert len(problems) <= 2


def test_a_flood_of_problems_is_cut_to_the_first_twenty() -> None:
    problems = parse(" or ".join(f"x{number} > 1" for number in range(100)), NAMES).problems
    assert len(problems) == 20
    assert [problem.offset for problem in problems] == sorted(problem.offset for problem in problems)


def test_names_that_no_text_could_use_are_a_fault_of_the_caller() -> None:
    for name in ("and", "red", "mean"):
        with pytest.raises(ValueError, match=f"{name} is a word of the condition language"):
            parse("value > 3", {"value": PERCENT, name: PERCENT})
    with pytest.raises(ValueError, match="target needs a unit"):
        parse("value > 3", {"value": PERCENT, "target": Number()})


def test_a_function_that_reads_a_name_needs_it() -> None:
    (problem,) = parse("previous(1) > 3", {"target": PERCENT}).problems
    assert problem.code is Code.UNKNOWN_NAME
    assert "'previous' needs 'value'" in problem.message


def test_every_code_is_described_and_documented() -> None:
    assert set(PROBLEM_KINDS) == set(Code)
    assert len({kind.name for kind in PROBLEM_KINDS.values()}) == len(Code)
    text = DOCUMENTATION.read_text(encoding="utf-8")
    for kind in PROBLEM_KINDS.values():
        assert f"| {kind.code} | {kind.name} | {kind.meaning} | {kind.remedy} |" in text


def test_every_function_is_documented() -> None:
    text = DOCUMENTATION.read_text(encoding="utf-8")
    for function in FUNCTIONS.values():
        assert f"| `{function.usage}` | {function.meaning} |" in text
