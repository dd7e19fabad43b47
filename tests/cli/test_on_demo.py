"""Ratings, alerts and explanations on the demo's three years of figures."""

import csv
import json
from datetime import date
from io import StringIO

import pytest

from monitor.cli.ratings import COLUMNS
from monitor.core.areas import AreaTree
from monitor.directory import load_areas
from monitor.shipped_files import shipped_config_dir
from tests.support.command import Command
from tests.support.published import published_indicators

pytestmark = pytest.mark.xdist_group("demo")

Row = dict[str, str]
BEGINNING = "indicator,area,period_end,value,target,rag,previous_rag,direction,status"


def rows(limen: Command, *arguments: str) -> list[Row]:
    said = limen(*arguments, "--format", "csv")
    assert (said.code, said.err) == (0, "")
    return list(csv.DictReader(StringIO(said.out)))


def test_all_32_published_ratings_can_be_read(on_demo: Command) -> None:
    shown = {
        (row["indicator"], row["period_end"]): row
        for row in rows(on_demo, "ratings", "--history", "--area", "Kent")
    }
    published = [row for row in published_indicators() if row["rag"]]

    assert len(published) == 32
    for row in published:
        own = shown[row["indicator"], row["period_end"]]
        assert own["rag"] == row["rag"]
        assert own["value"] == row["actual"]
        assert float(own["target"]) == float(row["target"])
        assert own["status"] == ("provisional" if row["status"] == "unvalidated" else "validated")


def test_the_columns_begin_as_promised(on_demo: Command) -> None:
    head = on_demo("ratings", "--format", "csv").out.splitlines()[0]

    assert head.startswith(BEGINNING)
    assert tuple(head.split(",")) == COLUMNS


@pytest.mark.parametrize(
    ("as_of", "period_end", "rag", "previous"),
    [
        ("2011-03-30", None, None, None),
        ("2012-12-31", "2012-12-31", "amber", "amber"),
        ("2013-03-31", "2013-03-31", "amber", "amber"),
        ("2013-06-30", "2013-06-30", "red", "amber"),
        ("2013-09-29", "2013-06-30", "red", "amber"),
    ],
)
def test_figures_can_be_seen_as_of_an_earlier_day(
    as_of: str, period_end: str | None, rag: str | None, previous: str | None, on_demo: Command
) -> None:
    arguments = ("ratings", "--as-of", as_of, "-i", "posts_filled_by_permanent_qsw", "-a", "Kent")
    found = rows(on_demo, *arguments)

    expected = [] if period_end is None else [(period_end, rag, previous)]
    assert [(row["period_end"], row["rag"], row["previous_rag"]) for row in found] == expected


@pytest.mark.parametrize("name", ["Swale", "swale", "E07000113"])
def test_an_area_goes_by_name_and_code(name: str, on_demo: Command) -> None:
    assert {row["area"] for row in rows(on_demo, "ratings", "--area", name)} == {"Swale"}


def test_no_small_count_is_shown_nor_one_that_gives_it_away(on_demo: Command) -> None:
    areas = load_areas(shipped_config_dir() / "areas.csv")
    indicator = "initial_assessments_out_of_timescale"
    shown = rows(on_demo, "ratings", "--history", "-i", indicator)
    by_period: dict[str, dict[str, str]] = {}
    for row in shown:
        by_period.setdefault(row["period_end"], {})[row["area"]] = row["value"]
        if row["value"] == "c" or row["previous_value"] == "c":
            assert row["direction"] == "unknown"

    assert any("c" in values.values() for values in by_period.values())
    for values in by_period.values():
        assert not {"1", "2", "3", "4", "5"} & set(values.values())
        assert lone_secrets(values, areas) == []


def lone_secrets(values: dict[str, str], areas: AreaTree) -> list[str]:
    """Shown parents with exactly one child withheld, whose figure subtraction would give."""
    return [
        parent.name
        for parent in areas
        if values.get(parent.name, "c") not in ("c", "")
        and [values[child.name] for child in areas.children(parent.name) if child.name in values].count("c")
        == 1
    ]


def test_for_other_programs_a_withheld_figure_is_null_and_said_to_be_protected(on_demo: Command) -> None:
    arguments = ("--history", "-i", "initial_assessments_out_of_timescale", "--format", "json")
    found = json.loads(on_demo("ratings", *arguments).out)
    withheld = [row for row in found if row["protected"]]

    assert withheld
    assert {row["value"] for row in withheld} == {None}
    assert all(row["value"] is not None or row["missing"] for row in found if not row["protected"])


def test_tables_say_in_words_what_colours_show(on_demo: Command) -> None:
    kent = on_demo("ratings", "--area", "Kent").out
    one = on_demo("ratings", "--indicator", "single_assessments_out_of_timescale").out

    assert "■ red" in kent
    assert "worsening" in kent
    assert "p: provisional" in kent
    assert "withheld: a number from 1 to 5" in one
    assert "None" not in kent + one


def test_an_expected_range_is_not_shown_as_a_target(
    on_demo: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    contacts = on_demo("ratings", "-i", "contacts_received").out
    swale = on_demo("ratings", "-a", "Swale").out
    monkeypatch.setenv("COLUMNS", "80")
    narrow = on_demo("ratings", "-a", "Swale").out

    heading = next(line for line in contacts.splitlines() if "Period to" in line)
    assert "Expected" in heading
    assert "Target" not in heading
    assert heading.index("Expected") + len("Expected") == _end_of("≤ 900", contacts)
    assert _end_of("Expected", swale) == _end_of("≤ 1,400", swale)
    assert _end_of("Target", swale) == _end_of("13.0%", swale)
    assert "Contacts received  expected ≤ 1,400\n" in narrow
    assert (swale.splitlines()[0], narrow.splitlines()[0]) == ("Swale", "Swale")
    for shown in (contacts, swale, narrow):
        assert "30 Nov 2013  " in shown
        assert "2013-11-30" not in shown
    assert "Expected" not in narrow


def _end_of(text: str, table: str) -> int:
    """The column of a table after this text."""
    line = next(line for line in table.splitlines() if text in line)
    return line.index(text) + len(text)


def test_what_is_not_there_yet_is_said(on_demo: Command) -> None:
    said = on_demo("ratings", "--as-of", "2001-01-01")

    assert (said.code, said.out) == (0, "")
    assert said.err == "There are no figures to 2001-01-01.\n"


def test_open_alerts_are_shown_with_who_was_told(on_demo: Command) -> None:
    text = on_demo("alerts", "--area", "Thanet").out
    found = json.loads(on_demo("alerts", "--area", "Thanet", "--format", "json").out)

    assert [alert["rule"] for alert in found] == [
        "district-children-in-care-rate",
        "district-contacts-received",
    ]
    assert {alert["state"] for alert in found} == {"firing"}
    assert all(
        each["name"] == "William Tredgold" and each["sent_at"] for alert in found for each in alert["told"]
    )
    assert "◆ warning  Thanet: contacts received" in text
    assert "limit 1,400" in text
    assert "told (breach) William Tredgold: 13 Dec 2013" in text


def test_all_alerts_are_shown_if_asked_for(on_demo: Command) -> None:
    open_ones, everything = rows(on_demo, "alerts"), rows(on_demo, "alerts", "--all")

    assert {row["state"] for row in open_ones} == {"firing"}
    assert {row["state"] for row in everything} > {"firing", "resolved"}
    assert len(everything) > len(open_ones)
    assert not any(row["state"] == "firing" for row in everything if row["rule"].startswith("initial-"))


def test_a_breach_is_explained_from_the_figure_to_the_mail(on_demo: Command) -> None:
    said = on_demo(
        "explain", "district-core-assessments-out-of-timescale", "-a", "Swale", "--at", "2013-09-30"
    )
    text = " ".join(said.out.split())

    assert said.code == 0
    for part in (
        "46 assessments, 30 Sep 2013",
        "Revision 1: 46, validated; from kent-2013-09.csv, read 14 Oct 2013",
        "Expected range: up to 40",
        "■ critical if value > 40 → holds ",
        "/assessments.yaml:",
        "Fires after 2 figures in a row; over when value <= 32.",
        "pending (warning) firing",
        "superseded by another rule",
        "nobody was told, as the breach has not lasted long enough yet",
        "breach: Judith Marlowe was told: a route names them",
        "(route district-managers as district manager for Swale)",
        "250 2.0.0 Kept for you to read",
    ):
        assert part in text, said.out


def test_a_restated_figure_is_explained_with_both_revisions(on_demo: Command) -> None:
    found = json.loads(on_demo("explain", "cp_plan_rate", "-a", "Thanet", "--format", "json").out)

    assert [(each["revision"], each["value"], each["file"]) for each in found["revisions"]] == [
        (1, 62.2, "kent-2013-11.csv"),
        (2, 58.4, "kent-2013-11-validated.csv"),
    ]
    (rule,) = found["rules"]
    assert [step["reason"] for step in rule["steps"]][-1] == "an earlier figure was restated"
    assert [each["kind"] for each in rule["tellings"]] == ["breach", "recovered"]
    assert all(each["sent_at"] for each in rule["tellings"])


def test_a_rule_that_is_not_for_the_area_says_so(on_demo: Command) -> None:
    said = on_demo("explain", "core-assessments-out-of-timescale", "--area", "Swale")

    assert "It is for county; Swale is not among them." in said.out
    assert "holds" not in said.out


def test_a_figure_that_is_withheld_stays_so_when_explained(on_demo: Command) -> None:
    withheld = next(
        row
        for row in reversed(
            rows(on_demo, "ratings", "--history", "-i", "initial_assessments_out_of_timescale")
        )
        if row["value"] == "c" and date.fromisoformat(row["period_end"]).year == 2013
    )
    place = ("initial_assessments_out_of_timescale", "-a", withheld["area"], "--at", withheld["period_end"])

    found = json.loads(on_demo("explain", *place, "--format", "json").out)
    text = on_demo("explain", *place).out

    assert (found["figure"]["value"], found["figure"]["numerator"]) == (None, None)
    assert {each["value"] for each in found["revisions"]} == {None}
    assert "withheld" in text


def test_the_newest_mails_come_first(on_demo: Command) -> None:
    found = rows(on_demo, "outbox", "list", "-n", "3")

    assert [int(row["id"]) for row in found] == sorted((int(row["id"]) for row in found), reverse=True)
    assert {row["state"] for row in found} == {"sent"}
