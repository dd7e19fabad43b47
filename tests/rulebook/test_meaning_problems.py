"""One row a fault: what a definition says that cannot be meant, and exactly where it says so."""

import pytest

from tests.support.rule_texts import alert, expected, found, indicator, loaded, rule_file

HIGHER = "polarity: higher is better\nunit: percent\ndecimals: 1\n"
TARGET = "targets:\n  - {from: 2013-04-01, areas: district, value: 90, reference: report}\n"
LIMITS = "limits:\n  - {from: 2013-04-01, areas: district, lower: 20, upper: 100, reference: report}\n"


def entries(key: str, *rows: str) -> str:
    """A list of dated entries in flow style."""
    return f"{key}:\n" + "".join(f"  - {{{row}}}\n" for row in rows)


def targets(*rows: str) -> str:
    return rule_file(indicator(entries("targets", *(f"{row}, reference: r" for row in rows))))


def rag(bands: str, more: str = HIGHER + TARGET) -> str:
    return rule_file(
        indicator(more + entries("rag", f"from: 2013-04-01, {bands}, reference: r")),
        alerts=alert("levels: {warning: value < 50}"),
    )


def levels(text: str, changes: str = "", indicated: str = "") -> str:
    return rule_file(indicator(indicated), alerts=alert(f"levels: {{{text}}}\n{changes}"))


def percent(indicated: str, alerted: str = "levels: {warning: value > 85}") -> str:
    return rule_file(indicator("unit: percent\n" + indicated), alerts=alert(alerted))


def over(indicated: str) -> str:
    return rule_file(
        indicator(indicated + "retired: {on: 2013-11-15}"), alerts=alert("effective: {until: 2013-11-15}")
    )


SINCE = "from: 2013-04-01"
R = "reference: r"

ROWS: list[tuple[str, str, str]] = [
    (
        "LIM201",
        "a target that ends before it begins",
        targets("from: 2013-04-01, «until»: 2012-04-01, value: 9"),
    ),
    ("LIM201", "a target that ends as it begins", targets("from: 2013-04-01, «until»: 2013-04-01, value: 9")),
    (
        "LIM201",
        "a rule that ends before it begins",
        rule_file(alerts=alert("effective: {from: 2013-04-01, «until»: 2013-03-31}")),
    ),
    (
        "LIM202",
        "two targets from the same day",
        targets("from: 2013-04-01, value: 9", "«from»: 2013-04-01, value: 8"),
    ),
    (
        "LIM202",
        "a target that begins before the one before it ends",
        targets("from: 2012-04-01, until: 2013-05-01, value: 9", "«from»: 2013-04-01, value: 8"),
    ),
    (
        "LIM202",
        "two targets that share one of their areas",
        targets(
            "from: 2012-04-01, until: 2014-05-01, areas: [Swale, Thanet], value: 9",
            "«from»: 2013-04-01, areas: Swale, value: 8",
        ),
    ),
    (
        "LIM202",
        "overlapping targets in the wrong order",
        targets("«from»: 2013-04-01, value: 8", "from: 2012-04-01, until: 2013-05-01, value: 9"),
    ),
    (
        "LIM203",
        "a month without a target",
        targets("from: 2012-04-01, «until»: 2013-03-01, value: 9", "from: 2013-04-01, value: 8"),
    ),
    (
        "LIM204",
        "limits without limits",
        rule_file(indicator(entries("limits", "«from»: 2013-04-01, reference: r"))),
    ),
    (
        "LIM204",
        "a range upside down",
        rule_file(indicator(entries("limits", "from: 2013-04-01, lower: 9, «upper»: 8, reference: r"))),
    ),
    (
        "LIM205",
        "a critical limit looser than the warning",
        levels("warning: «value > 100», critical: value > 85"),
    ),
    (
        "LIM205",
        "two levels at the same limit",
        levels("info: value > 20, warning: «value > 85», critical: value > 85"),
    ),
    (
        "LIM205",
        "a limit looser by words, not by number",
        levels("warning: «value > 85», critical: value >= 86"),
    ),
    ("LIM205", "a level that no figure reaches", levels("warning: «value > 85 and value < 40»")),
    (
        "LIM205",
        "a level looser than the upper limit in force",
        levels("warning: «value > upper + 10», critical: value > upper", indicated=LIMITS),
    ),
    (
        "LIM205",
        "an override that makes a level unreachable",
        levels(
            "warning: «value > 85», critical: value > 100",
            "overrides: {Swale: {levels: {critical: value > 40}}}",
        ),
    ),
    (
        "LIM206",
        "an alarm for high figures where high is good",
        levels("warning: «value > 85»", indicated=HIGHER),
    ),
    ("LIM206", "an alarm for low figures where low is good", levels("warning: «value < 5»")),
    (
        "LIM206",
        "an alarm in an override for low figures where low is good",
        levels("warning: value > 85", "overrides: {Swale: {levels: {warning: «5 > value»}}}"),
    ),
    (
        "LIM207",
        "a figure between amber and red",
        rag("green: value >= target, amber: value >= 80, red: «value < 79.9»"),
    ),
    ("LIM207", "a figure between green and red", rag("green: value >= target, red: «value < target - 1»")),
    (
        "LIM208",
        "a figure that is amber and red",
        rag("green: value >= target, amber: value >= 80, red: «value <= 80»"),
    ),
    ("LIM208", "a figure that is green and red", rag("green: value >= target, red: «value <= target»")),
    ("LIM209", "an amber that is green already", rag("green: value >= target, amber: «value >= 95»")),
    ("LIM209", "an amber as wide as green", rag("green: value >= target, amber: «value >= 90»")),
    ("LIM209", "a green that no figure reaches", rag("green: «value > 90 and value < 90.1»")),
    ("LIM210", "an alert limit finer than the figures", levels("warning: value > «85.5»")),
    ("LIM210", "a band limit finer than the figures", rag("green: value >= target, amber: value >= «79.95»")),
    ("LIM211", "a recovery above the alarm", levels("warning: value > 85", "recover: «value <= 90»")),
    (
        "LIM210",
        "a target finer than the figures",
        targets("from: 2013-04-01, value: 9", "«f»rom: 2014-04-01, value: 9.5"),
    ),
    (
        "LIM210",
        "a range finer than the figures",
        rule_file(indicator(entries("limits", "«f»rom: 2013-04-01, lower: 0.5, upper: 9, reference: r"))),
    ),
    (
        "LIM211",
        "a recovery below the upper but not the lower limit",
        levels(
            "warning: value > upper or value < lower",
            "recover: «value <= upper»",
            indicated=LIMITS + "polarity: none",
        ),
    ),
    ("LIM212", "a rating of an indicator without bands", levels("warning: «rating» == red")),
    ("LIM213", "a target that is nowhere", levels("warning: value > «target»")),
    (
        "LIM213",
        "a target that only another kind of area has",
        levels("warning: value > «target»", indicated=TARGET.replace("district", "county")),
    ),
    (
        "LIM213",
        "a target that ended before the rule began",
        levels(
            "warning: value > «target»",
            "effective: {from: 2014-04-01}",
            indicated=TARGET.replace("2013-04-01", "2012-04-01, until: 2013-04-01"),
        ),
    ),
    ("LIM213", "bands by a target that is nowhere", rag("green: value >= «target»", HIGHER)),
    ("LIM214", "an upper limit that is nowhere", levels("warning: value > «upper»")),
    (
        "LIM214",
        "a lower limit where there is only an upper one",
        levels(
            "warning: value > upper or value < «lower»",
            indicated=LIMITS.replace("lower: 20, ", "") + "polarity: none",
        ),
    ),
    (
        "LIM215",
        "a target that some districts lack",
        levels("warning: value > «target»", indicated=TARGET.replace("areas: district", "areas: Swale")),
    ),
    (
        "LIM215",
        "a target that begins after the rule",
        levels("warning: value > «target»", "effective: {from: 2012-04-01}", indicated=TARGET),
    ),
    (
        "LIM216",
        "a percentage times ten",
        rule_file(indicator("unit: percent\n«scale»: 10"), alerts=alert("levels: {warning: value > 85}")),
    ),
    ("LIM216", "a rate without a scale", rule_file(indicator("«unit»: per 1,000 aged 0-17"))),
    ("LIM217", "close to a target that is not there", rule_file(indicator("«polarity»: close to target"))),
    (
        "LIM218",
        "a successor without an end",
        rule_file(alerts=alert("effective: {«superseded_by»: other}") + alert(id="other")),
    ),
    ("LIM219", "a password in a comment", rule_file() + "# password: «hunter2!»\n"),
    (
        "LIM219",
        "a key in an address",
        rule_file(indicator("source: https://liberi.example/?key=«0123456789abcdef»")),
    ),
    (
        "LIM219",
        "a password in an address",
        rule_file(indicator("source: postgresql://liberi:«s3cret»@db.example/x")),
    ),
    (
        "LIM220",
        "an area overridden by its old and its new name",
        rule_file(
            alerts=alert(
                "overrides:\n  Folkestone and Hythe: {for: 2 periods}\n  «Shepway»: {for: 3 periods}"
            )
        ),
    ),
    (
        "LIM222",
        "a target of 900 percent",
        percent(entries("targets", f"{SINCE}, value: «900», reference: r")),
    ),
    ("LIM222", "a limit below nothing", percent(entries("limits", f"«f»rom: 2013-04-01, lower: -5, {R}"))),
    ("LIM222", "an upper limit of 990", percent(entries("limits", f"«f»rom: 2013-04-01, upper: 990, {R}"))),
    ("LIM222", "England at 110", percent(entries("benchmarks", f"«f»rom: 2013-04-01, england: 110, {R}"))),
    ("LIM222", "a band from 800 on", rag("green: value >= target, amber: value < «800»")),
    ("LIM222", "an alarm above 850", percent("", "levels: {warning: value > 85, critical: value > «850»}")),
    ("LIM222", "an alarm below -1", percent("", "levels: {warning: value > 85 or value < «-1»}")),
    ("LIM223", "a slip of the pen", rule_file(indicator("«unit»: percnt"))),
    ("LIM223", "two words", rule_file(indicator("«unit»: per cent"))),
    ("LIM223", "a capital", rule_file(indicator("«unit»: Percent"))),
    ("LIM223", "a sign", rule_file(indicator('«unit»: "%"'))),
    ("LIM223", "a slip before what it is of", rule_file(indicator("«unit»: pecent of visits"))),
    (
        "LIM224",
        "a target from the day of retirement on",
        over(entries("targets", "from: 2012-04-01, value: 9, " + R, "«f»rom: 2013-11-15, value: 8, " + R)),
    ),
    ("LIM224", "a limit after the retirement", over(entries("limits", f"«f»rom: 2014-04-01, upper: 9, {R}"))),
    (
        "LIM225",
        "a year with its figures turned round",
        rule_file(
            indicator(
                entries("targets", f"{SINCE}, value: 9, {R}", f"«f»rom: 2104-04-01, value: 8, {R}")
                + entries("limits", f"{SINCE}, upper: 99, {R}")
            )
        ),
    ),
    (
        "LIM225",
        "a year of the century before",
        rule_file(
            indicator(
                entries("targets", f"«f»rom: 1913-04-01, value: 9, {R}", f"from: 2014-04-01, value: 8, {R}")
                + entries("limits", f"{SINCE}, upper: 99, {R}")
            )
        ),
    ),
    ("LIM221", "an override of nothing", rule_file(alerts=alert("overrides: {«Swale»: {}}"))),
]


@pytest.mark.parametrize(("code", "fault", "text"), ROWS, ids=[f"{code} {fault}" for code, fault, _ in ROWS])
def test_what_cannot_be_meant_is_reported_where_it_stands(code: str, fault: str, text: str) -> None:
    files, problems = expected(code, text)
    assert problems, fault
    assert found(files) == problems


SOUND: list[tuple[str, str]] = [
    (
        "a percentage of something else",
        rule_file(indicator("unit: percent of 2010\n" + entries("targets", f"{SINCE}, value: 110, {R}"))),
    ),
    ("from nothing to everything", percent(entries("limits", f"{SINCE}, lower: 0, upper: 100, {R}"))),
    ("a change by more than 100", percent("", "levels: {warning: value > 85 and abs(change(1)) < 150}")),
    ("a unit that is only a little like percent", rule_file(indicator("unit: parents"))),
    ("entries twenty years apart", targets("from: 2013-04-01, value: 9", "from: 2033-04-01, value: 8")),
    ("one entry, in whatever year", targets("from: 2104-04-01, value: 9")),
    ("a target before the retirement", over(entries("targets", f"{SINCE}, value: 9, {R}"))),
    (
        "a gap that only negative counts would fall into",
        rag("green: 0 <= value <= 10, red: value > 10", "polarity: none\n"),
    ),
    (
        "a gap that only percentages over 100 would fall into",
        rag("green: 90 <= value <= 100, amber: 80 <= value < 90, red: value < 80", HIGHER),
    ),
    (
        "bands that meet at a computed limit",
        rag("green: value >= target, amber: value >= target * 0.9, red: value < target * 0.9"),
    ),
    (
        "bands that look back, which are not tried",
        rag("green: value >= previous(), red: value < previous() - 1"),
    ),
    (
        "a level that only some areas can reach",
        levels(
            "warning: value > 85, critical: value > upper",
            indicated=entries(
                "limits",
                "from: 2013-04-01, areas: district, upper: 80, reference: r",
                "from: 2013-04-01, areas: Swale, upper: 100, reference: r",
            ),
        ),
    ),
    ("a recovery with some distance", levels("warning: value > 85", "recover: value <= 80")),
    (
        "a rule that ends with the target",
        levels(
            "warning: value > target",
            "effective: {from: 2013-04-01, until: 2014-04-01}",
            indicated=TARGET.replace("2013-04-01", "2013-04-01, until: 2014-04-01"),
        ),
    ),
    (
        "targets of the county, and of a district by name",
        targets(
            "from: 2013-04-01, areas: county, value: 9",
            "from: 2013-04-01, areas: Swale, value: 8",
            "from: 2013-04-01, value: 7",
        ),
    ),
    (
        "an alarm for low figures of a measure that is neither good nor bad",
        levels("warning: value < 5 or value > 500", indicated="polarity: none"),
    ),
    (
        "a definition that speaks of keys",
        rule_file(indicator("definition: The key measure. Its token is a form.")),
    ),
]


@pytest.mark.parametrize("text", [text for _, text in SOUND], ids=[name for name, _ in SOUND])
def test_what_can_be_meant_is_left_alone(text: str) -> None:
    assert not found(text)


def test_an_override_alone_is_judged_by_the_targets_of_its_area() -> None:
    text = rule_file(
        indicator("targets: [{from: 2013-04-01, areas: Swale, value: 40, reference: r}]"),
        alerts=alert("overrides: {Swale: {levels: {critical: value > target}}}"),
    )
    (problem,) = loaded(text).problems
    assert problem.code == "LIM205"
    assert "in Swale" in problem.message


def test_a_faulty_target_is_not_reported_again_as_a_missing_one() -> None:
    text = rule_file(
        indicator("targets: [{from: 2013-04-01, value: ninety, reference: r}]"),
        alerts=alert("levels: {warning: value > target}"),
    )
    assert [code for code, _ in found(text)] == ["LIM114"]


def test_a_secret_is_covered_wherever_its_line_is_shown() -> None:
    from monitor.rulebook.problems import render_problems  # noqa: PLC0415 - beside its only use

    outcome = loaded(rule_file(alerts=alert("password: hunter2!")))
    text = render_problems(outcome.problems, outcome.sources)
    assert [problem.code for problem in outcome.problems] == ["LIM110", "LIM219"]
    assert "hunter2" not in text
    assert "password: ••••••••" in text
