"""What may be wrong with a source, each with its code and its place (between « »)."""

import pytest

from monitor.core.sources import Split
from monitor.rulebook.problems import Severity
from tests.support.rule_texts import SOURCE, expected, found, indicator, loaded, rule_file, source

FAULTS = {
    "an unknown key": ("LIM110", "«colour»: red", ""),
    "an unknown key of a mapping": ("LIM110", "indicators: {open_assessments: {«valeu»: a}}", ""),
    "no title": ("LIM112", "", "title"),
    "no files": ("LIM112", "", "files"),
    "no area": ("LIM112", "", "area"),
    "no period": ("LIM112", "", "period"),
    "no indicators": ("LIM112", "", "indicators"),
    "an area without a choice": ("LIM112", "«area»: {by: level}", ""),
    "a choice of areas without a column": ("LIM112", "«area»: {columns: {National: country}}", ""),
    "an empty list": ("LIM113", "files: «[»]", ""),
    "a filter that is no mapping": ("LIM108", "keep: «Total»", ""),
    "indicators as a list": ("LIM108", "indicators: «[»open_assessments]", ""),
    "a form of periods that there is not": (
        "LIM117",
        "period: {column: time_period, form: «fiscal year»}",
        "",
    ),
    "a status that there is not": ("LIM117", "status: «final»", ""),
    "a column twice in a sum": (
        "LIM123",
        "indicators: {open_assessments: {value: {sum: [a, «a»]}}}",
        "",
    ),
    "an indicator that there is not": ("LIM402", "indicators: {«open_asessments»: {value: open}}", ""),
    "a pattern with a folder": ("LIM701", "files: [a_*.csv, «in/b_*.csv»]", ""),
    "a pattern for every file": ("LIM701", "files: «'*.csv'»", ""),
    "a pattern of stars": ("LIM701", "files: «'*'»", ""),
    "a pattern twice": ("LIM702", "files: [open_*.csv, «Open_*.csv»]", ""),
    "eleven months": (
        "LIM703",
        "indicators: {open_assessments: {«months»: [a, b, c, d, e, f, g, h, i, j, k]}}",
        "",
    ),
    "a mapping of nothing": ("LIM704", "indicators: {«open_assessments»: {keep: {topic: Total}}}", ""),
    "half a ratio": ("LIM704", "indicators: {open_assessments: {«numerator»: a}}", ""),
    "months beside a value": (
        "LIM704",
        "indicators: {open_assessments: {value: a, «quarters»: [b, c, d, e]}}",
        "",
    ),
    "parts of what is no ratio": (
        "LIM705",
        "indicators: {«open_assessments»: {numerator: a, denominator: b}}",
        "",
    ),
    "years of a monthly indicator": (
        "LIM706",
        "period: {column: y, form: mid-year}\nindicators: {«open_assessments»: {value: a}}",
        "",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_source_is_reported_where_it_stands(fault: str) -> None:
    code, changes, without = FAULTS[fault]
    written = source(changes, without=without)
    if "«" not in written:
        written = written.replace(SOURCE, f"«{SOURCE}»")
    texts, places = expected(code, rule_file(sources=written))
    assert found(texts) == places


def test_two_sources_may_not_claim_the_same_files() -> None:
    both = source() + source(id="another").replace("open_assessments_*.csv", "«OPEN_assessments_*.csv»")
    texts, places = expected("LIM702", rule_file(sources=both))
    assert found(texts) == places


def test_a_source_is_defined_once_in_all_files() -> None:
    second = "sources:\n" + source("files: other_*.csv").replace(f"  {SOURCE}", f"  «{SOURCE}»", 1)
    texts, places = expected("LIM401", {"a.yaml": rule_file(sources=source()), "b.yaml": second})
    assert found(texts) == places


def test_periods_that_do_not_fit_are_a_warning_and_the_rules_are_used() -> None:
    months = "months: [a, b, c, d, e, f, g, h, i, j, k, l]"
    outcome = loaded(
        rule_file(
            indicator("frequency: quarterly"),
            sources=source(f"indicators: {{open_assessments: {{{months}}}}}"),
        )
    )
    (problem,) = outcome.problems
    assert (problem.code, problem.severity) == ("LIM706", Severity.WARNING)
    assert "is quarterly, and these figures are monthly" in problem.message
    assert outcome.rulebook is not None
    (mapped,) = outcome.rulebook.sources[SOURCE].indicators
    assert mapped.split is Split.MONTHS


def test_what_a_source_says_is_kept_as_it_is_written() -> None:
    text = source(
        """
        files: [Open_*.CSV, "week ?? open.xlsx"]
        keep: {topic: [Total, All children]}
        area: {by: level, columns: {LA: [code, name], Nation: country}}
        status: provisional
        rounded: {level: Nation}
        indicators:
          open_assessments:
            keep: {sex: Total}
            value: [open, {sum: [a, b], less: c}]
        """
    )
    outcome = loaded(rule_file(sources=text))
    assert not outcome.problems
    assert outcome.rulebook is not None
    (known,) = outcome.rulebook.sources.values()
    assert known.files == ("open_*.csv", "week ?? open.xlsx")
    assert known.status == "provisional"
    assert [(each.column.name, each.words) for each in known.keep] == [("topic", ("Total", "All children"))]
    assert [(word, [column.name for column in columns]) for word, columns in known.area.choices] == [
        ("LA", ["code", "name"]),
        ("Nation", ["country"]),
    ]
    (mapped,) = known.indicators
    ways = [
        ([each.name for each in total.plus], [each.name for each in total.minus]) for total in mapped.value
    ]
    assert ways == [(["open"], []), (["a", "b"], ["c"])]
    assert [column.name for column in known.columns()] == [
        *("level", "code", "name", "country", "time_period"),
        *("sex", "open", "a", "b", "c"),
        *("topic", "level"),
    ]
