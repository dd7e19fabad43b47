"""``limen explain`` on a small authority with six others, and on the demo.

After a change that is meant, write the golden texts anew with UPDATE_GOLDEN=1 and read the difference.
"""

import json
import os
import re
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from monitor.app import Application, open_application
from monitor.cli.entry import run
from monitor.cli.explain_benchmarks import without_last_clue
from monitor.cli.explain_facts import FlappingTold, OtherTold
from monitor.cli.explain_words import flapping_line
from monitor.intake.recording import TakenIn, ingest_file
from monitor.settings import load_settings
from tests.support.command import Answer, Command

HERE = Path(__file__).parent / "explained"
WRITES_GOLDEN = bool(os.environ.get("UPDATE_GOLDEN"))
HEAD = "indicator,area,period_end,value,numerator,denominator,status"
FIRST = datetime(2013, 6, 10, 9, 0, tzinfo=UTC)
PEOPLE = {
    "Kent": 300_000,
    "East Sussex": 100_000,
    "West Sussex": 160_000,
    "Essex": 290_000,
    "Medway": 60_000,
    "South East": 1_900_000,
    "England": 11_000_000,
}
"""Suffolk sends no population, so that it has no rate."""

Explain = Callable[..., Answer]


def population(year: int) -> list[str]:
    return [f"population_0_17,{area},{year}-06-30,{number},,," for area, number in PEOPLE.items()]


def plans(year: int, **counts: int | str) -> list[str]:
    return [f"cp_plans,{area.replace('_', ' ')},{year}-03-31,{count},,," for area, count in counts.items()]


def referrals() -> list[str]:
    """Two quiet years, a leap, and back."""
    monthly = [100 + 3 * (number % 4) for number in range(26)] + [160]
    days = [
        date(2011 + (2 + number) // 12, (2 + number) % 12 + 1, 1) - timedelta(days=1)
        for number in range(len(monthly))
    ]
    return [f"referrals,Kent,{day},{count},,," for day, count in zip(days, monthly, strict=True)]


FILES = {
    "population.csv": [*population(2011), *population(2012)],
    "plans-2012.csv": plans(
        2012, Kent=1100, East_Sussex=400, West_Sussex=500, Essex=600, Medway=4, South_East=5000, England=42000
    ),
    "plans-2013.csv": plans(
        2013,
        Kent=1282,
        East_Sussex=420,
        West_Sussex="c",
        Essex=610,
        Medway=240,
        Suffolk=300,
        South_East=5600,
        England=43000,
    ),
    "adoptions.csv": [
        "adoptions_in_month,Kent,2013-04-30,12,,,",
        "adoptions_in_month,Kent,2013-05-31,14,,,provisional",
        "adoptions_in_month,East Sussex,2013-04-30,3,,,",
        "adoptions_in_month,East Sussex,2013-05-31,9,,,",
    ],
    "referrals.csv": referrals(),
    "again.csv": [
        f"plans_again,Kent,{year}-03-31,,{again},{started},"
        for year, again, started in ((2011, 100, 1000), (2012, 150, 1000), (2013, 220, 1300))
    ],
}
LATER = {
    "plans-2013-again.csv": [*plans(2013, Kent=1100)],
    "june.csv": ["adoptions_in_month,Kent,2013-06-30,7,,,"],
}


def take_in(application: Application, folder: Path, files: dict[str, list[str]], now: datetime) -> None:
    for name, rows in files.items():
        (folder / name).write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
        event = ingest_file(folder / name, application.store, application.reading(now))
        assert isinstance(event, TakenIn), event
        assert event.rejected == 0, event
    application.evaluate(now)


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with limen's state after two loads; not to be changed."""
    folder = tmp_path_factory.mktemp("council")
    for name in ("rules", "config"):
        shutil.copytree(HERE / name, folder / name)
    (folder / "limen.toml").write_text(
        f"rules_dir = '{folder / 'rules'}'\nconfig_dir = '{folder / 'config'}'\n"
        f"state_dir = '{folder / 'state'}'\n[smtp]\nsecurity = 'none'\n",
        encoding="utf-8",
    )
    settings = load_settings(folder / "limen.toml")
    application = open_application(settings, clock=lambda: FIRST, jitter=lambda: 0.5, migrate=True)
    try:
        assert application.reload(FIRST).loaded
        take_in(application, folder, FILES, FIRST)
        application.evaluate(datetime(2013, 7, 16, 9, 0, tzinfo=UTC))
        take_in(application, folder, LATER, datetime(2013, 7, 18, 9, 0, tzinfo=UTC))
    finally:
        application.close()
    return folder


@pytest.fixture
def explain(council: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Explain:
    """Runs ``limen explain`` on the council's store, in its folder."""
    monkeypatch.chdir(council)

    def command(*arguments: str, columns: int = 120) -> Answer:
        monkeypatch.setenv("COLUMNS", str(columns))
        code = run(["--settings", str(council / "limen.toml"), "explain", *arguments])
        said = capsys.readouterr()
        return Answer(code, said.out.replace(str(council), "/etc/limen"), said.err)

    return command


def facts(explain: Explain, *arguments: str) -> dict[str, Any]:
    said = explain(*arguments, "--format", "json")
    assert said.code == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def numbers(within: Any) -> list[float]:
    """Every number that stands somewhere in JSON."""
    if isinstance(within, dict):
        return [each for value in within.values() for each in numbers(value)]
    if isinstance(within, list):
        return [each for value in within for each in numbers(value)]
    return [within] if isinstance(within, int | float) and not isinstance(within, bool) else []


def compare(name: str, said: Answer) -> None:
    """With the golden text of this name, but for the hash of the rules and blanks at the ends of lines."""
    text = re.sub(r"by rules [0-9a-f]{12}", "by rules 0123456789ab", said.out)
    text = re.sub(r" +$", "", text, flags=re.MULTILINE)
    text = re.sub(r"in \S+/rules$", "in rules", text, flags=re.MULTILINE)
    golden = HERE / "golden" / f"{name}.txt"
    if WRITES_GOLDEN:
        golden.write_text(text, encoding="utf-8")
    assert said.code == 0, said.err
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("rate-against-neighbours", ("cp_plan_rate", "-a", "Kent")),
        ("profiled-target", ("adoptions", "-a", "Kent")),
        ("derived-of-derived", ("adoption_rate", "-a", "Kent")),
        ("chart-and-learnt-range", ("referrals", "-a", "Kent")),
        ("significant-rise", ("plans_again", "-a", "Kent", "--at", "2012-12-31")),
        ("not-yet-recovered", ("plans-again-risen", "-a", "Kent")),
        ("late", ("late:adoptions_in_month", "-a", "Kent")),
        ("small-numbers", ("cp_plan_rate", "-a", "Medway", "--at", "2012-06-30")),
    ],
)
def test_an_explanation_reads_as_it_should(
    explain: Explain, name: str, arguments: Sequence[str], columns: int
) -> None:
    compare(f"{name}-{columns}", explain(*arguments, columns=columns))


@pytest.mark.xdist_group("demo")
@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("plain-count", ("district-core-assessments-out-of-timescale", "-a", "Swale", "--at", "2013-09-30")),
        ("rated-percentage", ("leaving_care_adopted", "-a", "Kent", "--at", "2013-03-31")),
    ],
)
def test_an_explanation_of_the_demo_reads_as_it_should(
    on_demo: Command, name: str, arguments: Sequence[str]
) -> None:
    compare(name, on_demo("explain", *arguments))


def test_a_derived_target_shows_every_neighbour_and_why_one_is_left_out(explain: Explain) -> None:
    found = facts(explain, "cp_plan_rate", "-a", "Kent")
    near = next(each for each in found["benchmarks"]["figures"] if each["what"] == "neighbours")

    assert [(each["area"], each["value"], each["missing"]) for each in near["neighbours"]["areas"]] == [
        ("East Sussex", 42.0, None),
        ("West Sussex", None, "suppressed"),
        ("Essex", 21.0, None),
        ("Suffolk", None, "no figure for this period"),
        ("Medway", 40.0, None),
    ]
    assert (near["value"], near["neighbours"]["known"], near["neighbours"]["minimum"]) == (34.3, 3, 3)
    assert found["figure"]["target"] == 32.6
    assert found["in_force"][0]["calculation"] == "neighbours * 0.95"


def test_a_derived_figure_shows_what_it_is_made_from(explain: Explain) -> None:
    made = facts(explain, "cp_plan_rate", "-a", "Kent")["made_from"]

    assert [
        (
            each["operator"],
            each["indicator"],
            each["value"],
            each["period_end"],
            each["revision"],
            each["file"],
        )
        for each in made["inputs"]
    ] == [
        ("+", "cp_plans", 1100, "2013-03-31", 2, "plans-2013-again.csv"),
        ("/", "population_0_17", 300_000, "2012-06-30", 1, "population.csv"),
    ]
    assert made["current"] is True


def test_a_restated_figure_says_what_differed(explain: Explain) -> None:
    found = facts(explain, "cp_plan_rate", "-a", "Kent")
    text = explain("cp_plan_rate", "-a", "Kent").out
    (rule,) = found["rules"]

    assert [(each["value"], each["judged"]["rag"]) for each in found["revisions"]] == [
        (42.7, "red"),
        (36.7, "red"),
    ]
    assert [(each["revision"], each["level"]) for each in rule["verdicts"]] == [
        (1, "critical"),
        (2, "warning"),
    ]
    assert "What rate-above-neighbours finds differs: revision 1 critical, revision 2 warning." in text


def test_a_past_period_shows_how_the_alert_stood_then(explain: Explain) -> None:
    (rule,) = facts(explain, "referrals", "-a", "Kent", "--at", "2013-02-28")["rules"]

    assert (rule["state"], rule["then"]) == ("firing", "inactive")


def test_a_profiled_target_names_the_row_of_its_table(explain: Explain) -> None:
    (target, *_) = facts(explain, "adoptions", "-a", "Kent")["in_force"]

    assert (target["text"], target["row"]) == ("40", "adoptions-2013.csv:5:1")


def test_a_small_number_is_nowhere_in_an_explanation(explain: Explain) -> None:
    """Medway had 4 plans in 2012, a rate of 0.7."""
    of_medway = facts(explain, "cp_plan_rate", "-a", "Medway", "--at", "2012-06-30")
    of_kent = facts(explain, "cp_plan_rate", "-a", "Kent", "--at", "2012-06-30")
    (plans, population) = of_medway["made_from"]["inputs"]
    near = of_kent["benchmarks"]["figures"][0]["neighbours"]["areas"]
    told = {each["area"]: (each["value"], each["protected"]) for each in near}

    assert (of_medway["figure"]["value"], of_medway["figure"]["numerator"]) == (None, None)
    assert {each["value"] for each in of_medway["revisions"]} == {None}
    assert (plans["value"], plans["protected"]) == (None, True)
    assert population["value"] == 60_000
    for level in of_medway["rules"][0]["levels"]:
        assert all(each["left_value"] is None for each in level["compared"]["sides"])
        assert all(each["lower"] is None for each in level["compared"]["intervals"])
    assert told["Medway"] == (None, True)
    assert sum(protected for _, protected in told.values()) > 1
    assert " 4 " not in explain("cp_plans", "-a", "Medway", "--at", "2012-06-30").out


@pytest.mark.parametrize("area", ["Kent", "Medway", "East Sussex"])
def test_the_rate_of_a_small_number_stands_nowhere(explain: Explain, area: str) -> None:
    assert 0.7 not in numbers(facts(explain, "cp_plan_rate", "-a", area, "--at", "2012-06-30"))


def test_a_mean_does_not_give_the_one_withheld_neighbour_away() -> None:
    figures = {"Kent": Decimal("36.7"), "Medway": None, "Essex": Decimal("20.7"), "Suffolk": Decimal(0)}
    others = [OtherTold(area, value, value is None, None) for area, value in figures.items()]

    shown = {each.area: each.value for each in without_last_clue(others)}

    assert shown == figures | {"Essex": None}
    assert without_last_clue(others[2:]) == others[2:]


def test_the_parts_of_a_total_do_not_give_the_one_withheld_away(explain: Explain) -> None:
    """3 and 9 were adopted in East Sussex: 12 less 9 is 3."""
    found = facts(explain, "adoptions", "-a", "East Sussex", "--at", "2013-05-31")

    assert found["figure"]["value"] == 12
    assert [(each["value"], each["protected"]) for each in found["made_from"]["inputs"]] == [
        (None, True),
        (None, True),
    ]


def test_json_keeps_its_keys(explain: Explain) -> None:
    found = facts(explain, "cp_plan_rate", "-a", "Kent")

    assert list(found) == [
        "indicator",
        "area",
        "period",
        "figure",
        "revisions",
        "made_from",
        "benchmarks",
        "in_force",
        "judgement",
        "rulebook",
        "revision",
        "rules",
        "lateness",
        "fault",
    ]
    assert set(found["rules"][0]) >= {
        "levels",
        "recovery",
        "state",
        "then",
        "flapping",
        "verdicts",
        "steps",
        "tellings",
    }
    assert set(found["rules"][0]["levels"][0]["compared"]) == {"sides", "intervals", "charts", "rating"}


def test_an_area_without_neighbours_says_so(explain: Explain) -> None:
    said = explain("cp_plan_rate", "-a", "East Sussex")

    assert "Target: no figure" in said.out
    assert "Neighbours: no figure; near names none for this area" in said.out


def test_a_flapping_alert_is_called_so() -> None:
    told = FlappingTold(Decimal("39.1"), 20, Decimal("30.0"), Decimal("25.0"), flapping=True)

    assert flapping_line(told).plain == (
        "Flapping: its changes weigh 39.1% over its last 20 figures; flapping begins above 30% and ends "
        "below 25%. Until it has calmed nobody is told of each change."
    )


def test_an_area_without_figures_says_so(explain: Explain) -> None:
    said = explain("referrals", "-a", "Essex")

    assert said.code == 0
    assert "There is no figure for Essex in that time." in said.out


def test_an_indicator_that_is_late_and_not_known_is_named(explain: Explain) -> None:
    said = explain("late:adoptions_in_mont", "-a", "Kent")

    assert said.code == 2
    assert "did you mean “adoptions_in_month”?" in said.err
