"""One row a fault: neighbours, regions, calculated and profiled targets, learnt ranges, flapping."""

import pytest

from monitor.rulebook.tables import resolved
from tests.support.rule_texts import alert, expected, found, indicator, loaded, rule_file

RATE = "unit: per 10,000 aged 0-17\ndecimals: 1\n"
SET = "  dfe-2021: {file: near.csv, reference: r}\n"
NEAR = "area,neighbour,rank\nSwale,Thanet,1\nSwale,Ashford,2\nThanet,Swale,1\nThanet,Ashford,2\n"
NEIGHBOURS = "neighbours: {set: dfe-2021, statistic: mean, minimum: 2}"
MONTHS = "period_end,value\n2013-04-30,10\n2013-05-31,20\n2013-06-30,30\n"

Files = dict[str, str]


def compared(benchmark: str, near: str = NEAR, sets: str = SET, rules: str | None = None) -> Files:
    """Rules with a benchmark, and the table of neighbours beside them."""
    entry = f"benchmarks:\n  - {{from: 2013-04-01, {benchmark}, reference: r}}\n"
    text = rule_file(
        indicator(RATE + entry), rules or alert("levels: {warning: value > 85}"), neighbour_sets=sets
    )
    return {"rules.yaml": text, "near.csv": near}


def target(entry: str, changes: str = "", benchmark: str = "", **tables: str) -> Files:
    """Rules with a target, and the tables beside them."""
    listed = f"targets:\n  - {{from: 2013-04-01, {entry}, reference: r}}\n"
    if benchmark:
        listed += f"benchmarks:\n  - {{from: 2013-04-01, {benchmark}, reference: r}}\n"
    text = rule_file(indicator(changes + listed), neighbour_sets=SET if "set:" in benchmark else "")
    return {"rules.yaml": text, "near.csv": NEAR, **{f"{name}.csv": table for name, table in tables.items()}}


def profile(table: str, entry: str = "profile: p.csv", changes: str = "decimals: 1\n") -> Files:
    return target(entry, changes, p=table)


def neighbours(table: str) -> Files:
    return compared("neighbours: {set: dfe-2021, statistic: mean}", table)


def limits(entry: str) -> Files:
    return {"rules.yaml": rule_file(indicator(f"limits:\n  - {{from: 2013-04-01, {entry}, reference: r}}\n"))}


def rule(changes: str, indicated: str = "") -> Files:
    return {"rules.yaml": rule_file(indicator(indicated), alert(changes))}


ROWS: list[tuple[str, str, Files]] = [
    ("LIM810", "a set that is not there", compared("neighbours: {set: «dfe-2020», statistic: mean}")),
    (
        "LIM817",
        "a set smaller than the minimum",
        compared("neighbours: {set: dfe-2021, statistic: mean, «minimum»: 3}"),
    ),
    (
        "LIM817",
        "a set without the area that is compared",
        compared("areas: Ashford, neighbours: {set: «dfe-2021», statistic: mean}"),
    ),
    ("LIM818", "a region that is not around", compared("«region»: figures")),
    ("LIM818", "a country that is not around", compared("areas: Swale, «england»: figures")),
    ("LIM117", "a statistic that there is not", compared("neighbours: {set: dfe-2021, statistic: «mode»}")),
    ("LIM117", "a word for the region that there is not", compared("region: «figure»")),
    ("LIM119", "a minimum of none", compared("neighbours: {set: dfe-2021, statistic: mean, minimum: «0»}")),
    ("LIM112", "neighbours without a statistic", compared("«neighbours»: {set: dfe-2021}")),
    (
        "LIM110",
        "a misspelt key of neighbours",
        compared("neighbours: {set: dfe-2021, statistic: mean, «min»: 1}"),
    ),
    ("LIM114", "a word for the neighbours' figure", compared("neighbours: «figures»")),
    (
        "LIM811",
        "a set without its table",
        compared("neighbours: 34.9", sets=SET.replace("near.csv", "«close.csv»")),
    ),
    (
        "LIM812",
        "a table out of the rules folder",
        compared("neighbours: 34.9", sets=SET.replace("near.csv", "«../near.csv»")),
    ),
    (
        "LIM812",
        "a table from the root of the disk",
        compared("neighbours: 34.9", sets=SET.replace("near.csv", "«/etc/near.csv»")),
    ),
    (
        "LIM812",
        "a table that is no CSV file",
        compared("neighbours: 34.9", sets=SET.replace("near.csv", "«near.xlsx»")),
    ),
    (
        "LIM112",
        "a set without a reference",
        compared("neighbours: 34.9", sets="  «dfe-2021»: {file: near.csv}\n"),
    ),
    (
        "LIM118",
        "a set with a strange id",
        compared("neighbours: 34.9", sets=SET.replace("dfe-2021", "«DfE_2021»")),
    ),
    (
        "LIM401",
        "a set defined twice",
        compared("neighbours: 34.9")
        | {"x.yaml": f"neighbour_sets:\n{SET}".replace("dfe-2021", "«dfe-2021»")},
    ),
    ("LIM403", "a neighbour that is not there", neighbours(NEAR.replace("Ashford", "«Ashfort»", 1))),
    ("LIM403", "neighbours of a kind of area", neighbours(NEAR + "«district»,Swale,1\n")),
    ("LIM815", "an area that is its own neighbour", neighbours(NEAR + "Ashford,«E07000105»,1\n")),
    ("LIM816", "a neighbour named twice", neighbours(NEAR + "«Swale,thanet,3»\n")),
    ("LIM813", "a table without its columns", neighbours("«area,near»\nSwale,Thanet\n")),
    ("LIM813", "a column named twice", neighbours("area,neighbour,«Neighbour»\nSwale,Thanet,Ashford\n")),
    ("LIM813", "an empty table", neighbours("« »")),
    ("LIM814", "a table of a header alone", neighbours("«a»rea,neighbour,rank\n")),
    ("LIM814", "a row that is cut short", neighbours(NEAR + "«Ashford»\n")),
    ("LIM814", "a row with too many cells", neighbours(NEAR + "«Ashford,Swale,1,x»\n")),
    ("LIM607", "a quotation mark that is not closed", neighbours(NEAR + 'Ashford,«"Swale»\n')),
    ("LIM607", "words behind a quotation mark", neighbours(NEAR + 'Ashford,«"Swale"»x\n')),
    ("LIM103", "an invisible character in a table", neighbours(NEAR + "Ashford,Swale,«\u200b»\n")),
    ("LIM811", "a profile that is not there", profile(MONTHS, "profile: «profile.csv»")),
    ("LIM812", "a profile out of the rules folder", profile(MONTHS, "profile: «sub/../../p.csv»")),
    ("LIM813", "a profile with a column of no use", profile(MONTHS.replace("value\n", "value,«aera»\n"))),
    ("LIM814", "a profile with a missing value", profile(MONTHS + "«2013-07-31,»\n")),
    ("LIM115", "a British date in a profile", profile(MONTHS + "«31/07/2013»,40\n")),
    ("LIM115", "a day that no month has in a profile", profile(MONTHS + "«2013-06-31»,40\n")),
    ("LIM114", "a percentage in a profile", profile(MONTHS + "2013-07-31,«40%»\n")),
    ("LIM119", "an endless number in a profile", profile(MONTHS + "2013-07-31,«0.1234567»\n")),
    ("LIM816", "a period given twice", profile(MONTHS + "«2013-06-30,40»\n")),
    (
        "LIM816",
        "a period given twice for an area",
        profile("period_end,value,area\n2013-04-30,1,Shepway\n«2013-04-30,2,Folkestone and Hythe»\n"),
    ),
    (
        "LIM403",
        "an area of a profile that is not there",
        profile("period_end,value,area\n2013-04-30,1,«Swail»\n"),
    ),
    (
        "LIM819",
        "a month without a target",
        profile(MONTHS.replace("2013-05-31,20\n", ""), "profile: «p.csv»"),
    ),
    (
        "LIM819",
        "a month before the first target",
        profile(MONTHS.replace("2013-04-30,10\n", ""), "profile: «p.csv»"),
    ),
    ("LIM819", "a month after the last target", profile(MONTHS, "until: 2013-08-01, profile: «p.csv»")),
    (
        "LIM819",
        "an area without a target",
        profile(
            "period_end,value,area\n2013-04-30,1,Swale\n2013-04-30,1,Thanet\n",
            "areas: [Swale, Ashford], profile: «p.csv»",
        ),
    ),
    (
        "LIM819",
        "a month without a target for one area",
        profile(
            "period_end,value,area\n2013-04-30,1,Swale\n2013-04-30,1,Thanet\n2013-05-31,1,Thanet\n",
            "until: 2013-06-01, profile: «p.csv»",
        ),
    ),
    ("LIM210", "a profile finer than the figures", profile(MONTHS.replace("20\n", "«20.25»\n"))),
    ("LIM820", "a value and a profile", profile(MONTHS, "value: 9, «profile»: p.csv")),
    ("LIM820", "limits that are given and learnt", limits("learnt: {figures: 24}, «upper»: 9")),
    ("LIM119", "a range learnt from too few figures", limits("learnt: {figures: «12»}")),
    ("LIM108", "a range learnt without saying how", limits("learnt: «24»")),
    (
        "LIM112",
        "a target of nothing",
        {"rules.yaml": rule_file(indicator("targets:\n  - {«from»: 2013-04-01, reference: r}\n"))},
    ),
    (
        "LIM310",
        "a name in a target that there is not",
        target("value: «neighbors» * 0.95", benchmark="neighbours: 34"),
    ),
    (
        "LIM310",
        "a target that depends on the figure",
        target("value: «value» * 0.95", benchmark="neighbours: 34"),
    ),
    (
        "LIM311",
        "a function that a target cannot have",
        target("value: «mean»(3)", benchmark="neighbours: 34"),
    ),
    ("LIM301", "a target that breaks off", target("value: 'neighbours *«'»", benchmark="neighbours: 34")),
    (
        "LIM313",
        "a target in another unit",
        target("value: «neighbours * neighbours»", benchmark="neighbours: 34"),
    ),
    (
        "LIM313",
        "a target that is a comparison",
        target("value: «neighbours > 3»", benchmark="neighbours: 34"),
    ),
    (
        "LIM214",
        "a target from neighbours that are nowhere",
        target("value: «neighbours» * 0.95", benchmark="region: 34"),
    ),
    (
        "LIM214",
        "a target from neighbours of other areas",
        target("areas: Swale, value: «neighbours» + 1", benchmark="areas: Thanet, neighbours: 34"),
    ),
    (
        "LIM205",
        "a level that never counts beside a target from a published figure",
        {
            "rules.yaml": rule_file(
                indicator(
                    "targets: [{from: 2013-04-01, value: neighbours * 2, reference: r}]\n"
                    "benchmarks: [{from: 2013-04-01, neighbours: 40, reference: r}]\n"
                ),
                alert("levels: {warning: «value > target», critical: value > 75}"),
            )
        },
    ),
    ("LIM214", "neighbours in a condition and nowhere else", rule("levels: {warning: value > «neighbours»}")),
    ("LIM124", "working days in words", rule("", "expected_within: «soon»")),
    ("LIM124", "days of the week", rule("", "expected_within: «15 days»")),
    ("LIM117", "another word for flapping", rule("flapping: «yes»")),
    ("LIM119", "flapping over too few figures", rule("flapping: {figures: «4»}")),
    ("LIM821", "flapping limits reversed", rule("flapping: {high: 20, «low»: 30}")),
    ("LIM821", "flapping that begins below the usual end", rule("flapping: {«high»: 20}")),
    ("LIM110", "a misspelt key of flapping", rule("flapping: {high: 40, «period»: 20}")),
]


@pytest.mark.parametrize(("code", "fault", "files"), ROWS, ids=[f"{code} {fault}" for code, fault, _ in ROWS])
def test_a_comparison_that_cannot_be_meant_is_reported_where_it_stands(
    code: str, fault: str, files: Files
) -> None:
    clean, problems = expected(code, files)
    assert problems, fault
    assert found(clean) == problems


BANDS = "rag: [{from: 2013-04-01, green: value <= target, red: value > target + 50, reference: r}]\n"
QUARTERS = "period_end,value\n2013-06-30,1\n2013-09-30,2\n2013-11-30,3\n2014-03-31,4\n"
YEARS = "period_end,value\n2013-08-31,1\n2014-08-31,2\n"
LEARNT = "limits: [{from: 2013-04-01, learnt: {figures: 13}, reference: r}]"
BEYOND = alert("levels: {warning: value > neighbours * 1.5}")

SOUND: list[tuple[str, Files]] = [
    ("neighbours of some areas, compared for all", compared(NEIGHBOURS)),
    ("neighbours that were published", compared("neighbours: 34.9, region: 40, england: 41.5")),
    ("a level beyond the neighbours' figure", compared(NEIGHBOURS, rules=BEYOND)),
    ("bands by a target from neighbours", target("value: neighbours * 0.95", BANDS, NEIGHBOURS)),
    ("bands by a profile", profile(MONTHS, changes=BANDS)),
    (
        "a profile whose quarters end in odd months",
        profile(QUARTERS, "until: 2014-04-01, profile: p.csv", "frequency: quarterly\n"),
    ),
    (
        "a profile of years that end in summer",
        profile(YEARS, "until: 2015-04-01, profile: p.csv", "frequency: annual\n"),
    ),
    (
        "a profile for all, and for one area some rows of its own",
        profile("period_end,value,area\n2013-04-30,1,\n2013-05-31,2,\n2013-05-31,3,Swale\n"),
    ),
    ("a profile of one area alone", profile("period_end,value,area\n2013-04-30,1,Swale\n")),
    ("a target without any name", target("value: 100 - 5")),
    ("a learnt range in a condition", rule("levels: {warning: value > upper}", LEARNT)),
    ("freshness and flapping", rule("flapping: usual", "expected_within: 1 working day")),
    (
        "a table with quotation marks, CR LF and spaces",
        neighbours('Area , "neighbour"\r\n"Swale", Thanet \r\n\r\n Thanet,"Folkestone and Hythe"\r\n'),
    ),
    (
        "a table that is named by two sets",
        compared(NEIGHBOURS, sets=SET + SET.replace("dfe-2021", "dfe-2022")),
    ),
]


@pytest.mark.parametrize("files", [files for _, files in SOUND], ids=[name for name, _ in SOUND])
def test_a_comparison_that_can_be_meant_is_left_alone(files: Files) -> None:
    assert not found(files)


@pytest.mark.parametrize(
    ("rule_path", "written", "path"),
    [
        ("rules.yaml", "near.csv", "near.csv"),
        ("rules.yaml", "./near.CSV", "near.CSV"),
        ("sub/rules.yaml", "near.csv", "sub/near.csv"),
        ("sub/rules.yaml", "../near.csv", "near.csv"),
        ("sub/rules.yaml", "tables/near.csv", "sub/tables/near.csv"),
        ("sub/rules.yaml", "../../near.csv", None),
        ("rules.yaml", "..", None),
        ("rules.yaml", "", None),
        ("rules.yaml", "near.yaml", None),
        ("rules.yaml", "//etc/near.csv", None),
        ("rules.yaml", "C:near.csv", None),
        ("rules.yaml", "..\\near.csv", None),
        ("rules.yaml", "n\x00.csv", None),
        ("rules.yaml", "*.csv", None),
    ],
)
def test_a_path_starts_from_the_rule_file_and_stays_in_the_folder(
    rule_path: str, written: str, path: str | None
) -> None:
    assert resolved(rule_path, written) == path


def test_the_table_that_was_probably_meant_is_named() -> None:
    (problem,) = loaded(compared("neighbours: 3", sets=SET.replace("near.csv", "nears.csv"))).problems
    assert problem.hint == "did you mean near.csv?"


def test_a_fault_of_a_table_that_is_named_twice_is_reported_once() -> None:
    files = compared(NEIGHBOURS, NEAR + "Ashford,\n", SET + SET.replace("dfe-2021", "dfe-2022"))
    assert [code for code, _ in found(files)] == ["LIM814"]


def test_a_table_of_nothing_but_faults_is_not_read_to_its_end() -> None:
    outcome = loaded(neighbours("area,neighbour\n" + "Ashford,\n" * 1_000))
    assert len(outcome.problems) == 101
    assert outcome.problems[-1].message == "and the rest of the table is not read"


def test_a_table_larger_than_any_has_reason_to_be_is_not_read() -> None:
    outcome = loaded(neighbours("#" * 1_000_001))
    assert [problem.code for problem in outcome.problems] == ["LIM107"]


def test_a_table_that_no_rule_names_is_not_looked_at() -> None:
    assert not found({"rules.yaml": rule_file(), "data.csv": b"\xff\xfe"})


def test_the_lines_of_a_table_are_there_to_be_shown() -> None:
    outcome = loaded(neighbours(NEAR + "Ashford,\n"))
    assert outcome.sources["near.csv"].splitlines()[5] == "Ashford,"


def test_a_faulty_set_is_not_reported_again_as_a_missing_one() -> None:
    assert [code for code, _ in found(compared(NEIGHBOURS, "area\n"))] == ["LIM813"]


def test_a_faulty_benchmark_is_not_reported_again_as_a_missing_one() -> None:
    files = target("value: neighbours * 0.95", benchmark="neighbours: some")
    assert [code for code, _ in found(files)] == ["LIM114"]


def test_how_many_periods_lack_a_target_is_said_with_the_first_of_them() -> None:
    (problem,) = loaded(profile(MONTHS, "until: 2014-04-01, profile: p.csv")).problems
    assert problem.message == (
        "the table has no value for the monthly figure of 2013-07-31, 2013-08-31, 2013-09-30 and 6 more"
    )
