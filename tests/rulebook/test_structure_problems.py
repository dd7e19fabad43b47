"""One row a fault: what is wrong with the structure of a rule file, and exactly where."""

import pytest

from tests.support.rule_texts import alert, expected, found, indicator, loaded, route, rule_file

TARGETS = "targets:\n  - {from: 2013-04-01, value: 90, reference: report}\n"

ROWS: list[tuple[str, str, str]] = [
    ("LIM103", "an invisible character in a title", rule_file(indicator("title: Assess«\u200b»ments"))),
    ("LIM103", "a text that runs backwards", rule_file(indicator("title: «\u202e»stnemssessA"))),
    (
        "LIM103",
        "an invisible character behind a backslash",
        rule_file(indicator(r'title: «"Bell \a rings"»')),
    ),
    ("LIM104", "an anchor", rule_file(indicator("title: «&»title Assessments"))),
    ("LIM105", "a Python object", rule_file(indicator("title: «!»!python/object/apply:os.system ls"))),
    ("LIM105", "a tag for text", rule_file(indicator("title: «!»!str 12"))),
    ("LIM106", "a second document", rule_file() + "«---»\nalerts:\n"),
    ("LIM107", "lists in lists without end", "alerts:\n  a: " + "[" * 18 + "«[»" + "[" * 2000),
    ("LIM108", "a list of alerts", rule_file(alerts="  «-» x\n")),
    ("LIM108", "a word instead of levels", rule_file(alerts=alert("levels: «value > 85»"))),
    ("LIM108", "a list instead of a title", rule_file(indicator("title: «[»a, b]"))),
    (
        "LIM108",
        "a single target without a dash",
        rule_file(indicator("targets:\n  «from»: 2013-04-01\n  value: 9")),
    ),
    ("LIM108", "a mapping as a key", rule_file() + "? «[»a]\n: b\n"),
    ("LIM108", "a file that is a list", "«-» alerts\n"),
    ("LIM109", "a file of comments", "«#» nothing yet\n"),
    ("LIM110", "a misspelt key of an alert rule", rule_file(alerts=alert("«refrence»: x"))),
    ("LIM110", "a key of no meaning beside the sections", rule_file() + "«notes»: x\n"),
    (
        "LIM110",
        "an unknown level",
        rule_file(alerts=alert("levels: {warning: value > 85, «severe»: value > 90}")),
    ),
    ("LIM111", "a title given twice", rule_file(indicator("source: Liberi\n«source»: Other"))),
    (
        "LIM111",
        "two alert rules of one id",
        rule_file(alerts=alert() + alert(id="«assessments-open-too-long»")),
    ),
    ("LIM112", "an indicator without a unit", rule_file(indicator(without="unit", id="«open_assessments»"))),
    (
        "LIM112",
        "an alert rule without areas",
        rule_file(alerts=alert(without="areas", id="«assessments-open-too-long»")),
    ),
    (
        "LIM112",
        "bands without green",
        rule_file(indicator("rag:\n  - {«from»: 2013-04-01, amber: value > 5, reference: r}")),
    ),
    ("LIM113", "a title of nothing", rule_file(indicator("«title»:"))),
    ("LIM113", "a title of null", rule_file(indicator("«title»: null"))),
    ("LIM113", "a title of a tilde", rule_file(indicator("«title»: ~"))),
    ("LIM113", "a title of spaces", rule_file(indicator('title: «"  "»'))),
    ("LIM113", "an empty list of areas", rule_file(alerts=alert("areas: «[»]"))),
    ("LIM113", "an empty list of targets", rule_file(indicator("targets: «[»]"))),
    ("LIM113", "an empty list of levels to match", rule_file(routes=route("match: {levels: «[»]}"))),
    ("LIM113", "no level at all", rule_file(alerts=alert("«levels»: {}"))),
    ("LIM114", "a word for a number", rule_file(indicator("decimals: «none»"))),
    ("LIM114", "digits joined by a line", rule_file(indicator(TARGETS.replace("90", "«1_000»")))),
    ("LIM114", "a hexadecimal number", rule_file(indicator(TARGETS.replace("90", "«0x1f»")))),
    ("LIM114", "an octal number", rule_file(indicator(TARGETS.replace("90", "«012»")))),
    ("LIM114", "a time of day", rule_file(indicator(TARGETS.replace("90", "«1:30»")))),
    ("LIM114", "a percentage", rule_file(indicator(TARGETS.replace("90", "«90%»")))),
    ("LIM114", "an exponent", rule_file(indicator(TARGETS.replace("90", "«9e1»")))),
    ("LIM114", "infinity", rule_file(indicator(TARGETS.replace("90", "«.inf»")))),
    ("LIM114", "digits of another script", rule_file(indicator(TARGETS.replace("90", "«٩٠»")))),
    ("LIM115", "a British date", rule_file(indicator(TARGETS.replace("2013-04-01", "«01/04/2013»")))),
    (
        "LIM115",
        "a day that no month has",
        rule_file(indicator(TARGETS.replace("2013-04-01", "«2013-02-29»"))),
    ),
    (
        "LIM115",
        "a month that no year has",
        rule_file(indicator(TARGETS.replace("2013-04-01", "«2013-13-01»"))),
    ),
    ("LIM115", "the year 0", rule_file(indicator(TARGETS.replace("2013-04-01", "«0000-01-01»")))),
    ("LIM116", "yes for true", rule_file(indicator("counts_people: «yes»"))),
    ("LIM116", "a quoted true", rule_file(indicator("counts_people: «'true'»"))),
    ("LIM117", "a basis that there is not", rule_file(indicator("basis: «monthly»"))),
    ("LIM117", "a level that there is not", rule_file(routes=route("match: {levels: [warning, «critcal»]}"))),
    ("LIM118", "an id with a capital", rule_file(indicator(id="«Open_assessments»"), alerts="", routes="")),
    ("LIM118", "an endless id", rule_file(alerts=alert(id=f"«{'a' * 81}»"))),
    ("LIM118", "an alert id with an underscore", rule_file(alerts=alert(id="«open_too_long»"))),
    ("LIM119", "too many decimals", rule_file(indicator("decimals: «7»"))),
    (
        "LIM119",
        "a trend of two figures",
        rule_file(indicator("direction: {method: regression, figures: «2»}")),
    ),
    ("LIM119", "a number of seven decimals", rule_file(indicator(TARGETS.replace("90", "«1.0000001»")))),
    ("LIM119", "a number beyond all", rule_file(indicator(TARGETS.replace("90", "«99999999999999999»")))),
    ("LIM122", "a bare number of periods", rule_file(alerts=alert("for: «2»"))),
    ("LIM122", "no period", rule_file(alerts=alert("for: «0 periods»"))),
    (
        "LIM123",
        "an area named twice, once by its old name",
        rule_file(alerts=alert("areas: [Folkestone and Hythe, Swale, «Shepway»]"), routes=route()),
    ),
    ("LIM123", "all areas and one more", rule_file(alerts=alert("areas: [«all», Swale]"))),
    (
        "LIM123",
        "a theme named twice",
        rule_file(routes=route("match: {themes: [assessments, «assessments»]}")),
    ),
]


@pytest.mark.parametrize(("code", "fault", "text"), ROWS, ids=[f"{code} {fault}" for code, fault, _ in ROWS])
def test_a_fault_of_structure_is_reported_where_it_stands(code: str, fault: str, text: str) -> None:
    files, problems = expected(code, text)
    assert problems, fault
    assert found(files) == problems


@pytest.mark.parametrize(
    ("written", "words", "hint"),
    [
        ("2025-04-31", "but April 2025 has 30 days", "write 2025-04-30 or 2025-05-01"),
        ("2013-02-29", "but February 2013 has 28 days", "write 2013-02-28 or 2013-03-01"),
        ("2013-12-32", "but December 2013 has 31 days", "write 2013-12-31 or 2014-01-01"),
        ("9999-12-32", "but December 9999 has 31 days", "write 9999-12-31"),
        ("2013-04-00", "but April 2013 has 30 days", "write 2013-04-01"),
        ("2013-13-01", "and there is no such month", "write 2013-01-13"),
        ("2013-13-13", "and there is no such month", "write the year, the month (01 to 12) and the day"),
        ("0000-01-01", "and there is no such month or year", "write the year, the month"),
        ("31/04/2025", "not a date", "write 2025-04-30 or 2025-05-01"),
        ("soon", "not a date", "write it as 2013-11-15"),
    ],
)
def test_a_date_that_is_none_is_told_with_those_that_may_be_meant(
    written: str, words: str, hint: str
) -> None:
    (problem,) = loaded(rule_file(indicator(TARGETS.replace("2013-04-01", written)))).problems
    assert problem.code == "LIM115"
    assert words in problem.message
    assert problem.hint is not None
    assert problem.hint.startswith(hint)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            rule_file(indicator("polarty: lower is better", without="polarity")),
            ["indicator open_assessments has no key “polarty” — did you mean polarity?"],
        ),
        (
            rule_file(alerts=alert(without="action")),
            ["alert rule assessments-open-too-long has no action — add action: what the reader should do"],
        ),
        (
            rule_file(indicator(id="Open Assessments"), alerts="", routes=""),
            ["“Open Assessments” cannot be the id of an indicator — write open_assessments"],
        ),
    ],
)
def test_a_problem_of_a_key_is_told_once_and_says_what_to_write(text: str, said: list[str]) -> None:
    assert [f"{problem.message} — {problem.hint}" for problem in loaded(text).problems] == said


@pytest.mark.parametrize(
    ("content", "line", "column", "words"),
    [
        (b"alerts:\n  caf\xe9: x\n", 2, 6, "byte 14 of the file (0xe9)"),
        (b"\xef\xbb\xbfalerts: \xff\n", 1, 9, "byte 12 of the file (0xff)"),
        ("alerts:\n".encode("utf-16"), 1, 1, "UTF-16"),
        (b"a: \xed\xa0\x80\n", 1, 4, "byte 4 of the file (0xed)"),
    ],
)
def test_bytes_that_are_not_utf8_are_named_by_position(
    content: bytes, line: int, column: int, words: str
) -> None:
    (problem,) = loaded({"rules.yaml": content}).problems
    assert problem.code == "LIM101"
    assert (problem.position.line, problem.position.column) == (line, column)
    assert words in problem.message


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("alerts:\n\ta: b\n", 2, 1, "tab"),
        ("alerts:\n  a: b\n c: d\n", 3, 2, "does not fit"),
        ("alerts: [a, b\n", 1, 13, "not closed"),
        ("title: a: b\n", 1, 9, "colon"),
        ("title: 'Assessments\nmore: x\n", 1, 8, "never closed"),
        ('title: "\\q"\n', 1, 9, "backslash"),
        ("warning: > 85\n", 1, 12, "block of text"),
        ("title: @home\n", 1, 8, "begin with @"),
        ("title: %x\n", 1, 8, "begin with %"),
        ("title: *\n", 1, 8, "meaning of their own"),
        ("a: b\n- c\n", 2, 1, "does not fit"),
        ("alerts:\n  no colon\n  a: b\n", 3, 4, "colon"),
        ("a: {b: c\n", 1, 8, "not closed"),
        ("%YAML 3.0\n---\na: b\n", 1, 1, "YAML"),
        ("a: ]\n", 1, 4, ""),
    ],
)
def test_a_fault_of_syntax_is_explained_where_it_stands(
    text: str, line: int, column: int, words: str
) -> None:
    (problem,) = loaded(text).problems
    assert problem.code == "LIM102"
    assert words in problem.message
    assert "further faults in this file show when this one is mended" in problem.message
    assert (problem.position.line, problem.position.column) == (line, column)


def test_a_merge_key_is_refused_with_what_it_merges() -> None:
    problems = loaded(rule_file(indicator("title: &t Assessments")) + "<<: *t\n").problems
    assert [problem.code for problem in problems] == ["LIM104", "LIM104", "LIM104"]


def test_a_byte_order_mark_at_the_beginning_does_no_harm() -> None:
    assert not found({"rules.yaml": b"\xef\xbb\xbf" + rule_file().encode()})


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_ends_of_other_systems_count_as_line_ends(ending: str) -> None:
    files, problems = expected("LIM110", rule_file(alerts=alert("«refrence»: x")))
    assert found({"rules.yaml": files["rules.yaml"].replace("\n", ending)}) == problems


def test_a_file_of_many_unknown_keys_reports_the_first_and_counts_the_rest() -> None:
    text = "".join(f"key{number}: x\n" for number in range(500))
    problems = loaded(text).problems
    assert len(problems) == 31
    assert "470 more" in problems[-1].message


def test_a_file_larger_than_any_rule_file_is_not_read() -> None:
    (problem,) = loaded({"rules.yaml": b"#" * 1_000_001}).problems
    assert problem.code == "LIM107"
    assert "1,000,001 bytes" in problem.message


def test_a_syntax_error_in_one_file_hides_nothing_in_the_others_and_accuses_nobody_of_what_it_holds() -> None:
    files = {
        "a.yaml": "indicators:\n\topen_assessments: x\n",
        "b.yaml": rule_file(indicators="", alerts=alert("for: soon")),
        "c.yaml": "alerts: [\n",
    }
    assert [(code, place.file) for code, place in found(files)] == [
        ("LIM102", "a.yaml"),
        ("LIM122", "b.yaml"),
        ("LIM102", "c.yaml"),
    ]
