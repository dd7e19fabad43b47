"""`limen backtest` on the demo's three years of figures."""

import csv
import json
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from shutil import copytree

import pytest
from PIL import Image
from sqlalchemy import select

from monitor.charts.timeline import WIDTH
from monitor.cli.backtest_screen import UNANSWERED_NOTE
from monitor.core.alerts import AlertState, TransitionReason
from monitor.core.areas import AreaTree
from monitor.directory import load_areas
from monitor.rulebook.loader import load_rulebook
from monitor.shipped_files import shipped_config_dir, shipped_rules_dir
from monitor.store.store import Store
from monitor.store.tables import transitions
from tests.support.command import Command, Played

pytestmark = pytest.mark.xdist_group("demo")

SPAN = ("--from", "2011-04-01", "--to", "2014-03-31")
SWALE = ("--area", "Swale", "--rule", "district-core-assessments-out-of-timescale")


@pytest.fixture(scope="module")
def areas() -> AreaTree:
    return load_areas(shipped_config_dir() / "areas.csv")


def rows(limen: Command, *arguments: str) -> list[dict[str, str]]:
    said = limen("backtest", *SPAN, *arguments, "--format", "csv")
    assert (said.code, said.err) == (0, "")
    return list(csv.DictReader(StringIO(said.out)))


def test_swales_core_assessments_fire_once_and_are_closed_with_their_rule(on_demo: Command) -> None:
    (only,) = rows(on_demo, *SWALE)

    assert (only["fired_on"], only["over_on"]) == ("2013-09-30", "2013-11-15")
    assert (only["worst_level"], only["reason_over"]) == ("critical", "superseded by another rule")
    assert float(only["value"]) > float(only["limit"]) == 40


def test_the_table_shows_bars_that_say_it_without_colour(on_demo: Command) -> None:
    said = on_demo("backtest", *SPAN, *SWALE)

    assert (said.code, said.err) == (0, "")
    assert "A column is a month: C critical, W warning, i info, p pending, · quiet" in said.out
    assert "·pCC·····" in said.out
    assert "1 breach of 1 alert, " in said.out
    assert "\x1b" not in said.out


def test_mails_of_a_manager_are_counted_by_month(on_demo: Command) -> None:
    said = json.loads(on_demo("backtest", *SPAN, *SWALE, "--format", "json").out)

    assert {each["month"] for each in said["mails"]} == {"2013-09", "2013-11"}
    names = {each["name"] for each in said["mails"]}
    for name in names:
        own = [each for each in said["mails"] if each["name"] == name]
        assert [(each["mails"], each["alerts"]) for each in own] == [(1, 1), (1, 1)]


def test_breaches_are_counted_by_rule(on_demo: Command) -> None:
    said = json.loads(on_demo("backtest", *SPAN, "--format", "json").out)
    counted = dict.fromkeys(said["rules"], 0)
    for breach in said["breaches"]:
        counted[breach["rule"]] += 1

    assert said["rules"] == counted
    assert sum(counted.values()) > 10


def test_what_fired_in_the_demo_fires_in_the_backtest_but_for_restated_figures(
    on_demo: Command, played: Played, areas: AreaTree
) -> None:
    """The demo saw figures as they came in; a backtest sees what they are known to be now."""
    book = load_rulebook(shipped_rules_dir(), areas=areas).rulebook
    assert book is not None
    with Store.open(f"sqlite:///{played.folder / 'limen.db'}") as store, store.reading() as connection:
        found = connection.execute(
            select(transitions.c.rule, transitions.c.area, transitions.c.to_state, transitions.c.reason)
        ).all()
    fired = {
        (row.rule, row.area) for row in found if row.to_state is AlertState.FIRING and row.rule in book.alerts
    }
    restated = {(row.rule, row.area) for row in found if row.reason is TransitionReason.RESTATED}
    again = {(each["rule"], each["area"]) for each in rows(on_demo)}

    assert again <= fired
    assert fired - again <= restated


def test_figures_that_ratings_withhold_are_withheld(on_demo: Command, tmp_path: Path) -> None:
    """A rule that fires on every district's count of adoptions, most of them small."""
    own = tmp_path / "rules"
    copytree(shipped_rules_dir(), own)
    (own / "adopted.yaml").write_text(
        "alerts:\n"
        "  any-adopted:\n"
        "    title: Adopted\n"
        "    indicator: leaving_care_adopted\n"
        "    areas: district\n"
        "    levels: {info: value > 0}\n"
        "    action: Look.\n"
        "    reference: a test\n"
    )
    found = rows(on_demo, "--rules", str(own), "--rule", "any-adopted")
    ratings = list(
        csv.DictReader(
            StringIO(
                on_demo("ratings", "--history", "--indicator", "leaving_care_adopted", "--format", "csv").out
            )
        )
    )
    withheld = {(row["area"], row["period_end"]) for row in ratings if row["value"] == "c"}

    assert found
    assert {(row["area"], row["fired_on"]) for row in found if row["value"] == "c"} == {
        (row["area"], row["fired_on"]) for row in found if (row["area"], row["fired_on"]) in withheld
    }
    assert any(row["value"] == "c" for row in found)


def test_other_rules_can_be_tried(on_demo: Command, tmp_path: Path) -> None:
    own = tmp_path / "rules"
    copytree(shipped_rules_dir(), own)
    file = own / "assessments.yaml"
    before, after = "warning: value > 35, critical: value > 40", "warning: value > 350, critical: value > 400"
    file.write_text(file.read_text().replace(before, after))

    assert rows(on_demo, *SWALE, "--rules", str(own)) == []
    said = on_demo("backtest", *SPAN, *SWALE, "--rules", str(own))
    assert "no alert fires, by 1 rule" in said.out


def test_a_picture_is_written(on_demo: Command, tmp_path: Path) -> None:
    file = tmp_path / "timeline.png"
    said = on_demo("backtest", *SPAN, "--format", "png", "--output", file)

    assert (said.code, said.out, said.err) == (0, "", "")
    picture = Image.open(BytesIO(file.read_bytes()))
    assert picture.format == "PNG"
    assert picture.width == 2 * WIDTH
    assert picture.height > 2 * 1000, "the people's mails stand below the alerts"
    again = tmp_path / "again.png"
    on_demo("backtest", *SPAN, "--format", "png", "--output", again)
    assert again.read_bytes() == file.read_bytes()


def test_output_goes_into_a_file(on_demo: Command, tmp_path: Path) -> None:
    for style, begins in (("table", "2011-04-01 to 2014-03-31"), ("csv", "rule,area"), ("json", "{")):
        file = tmp_path / f"backtest.{style}"
        said = on_demo("backtest", *SPAN, "--format", style, "--output", file)
        assert (said.code, said.out) == (0, "")
        assert file.read_text().startswith(begins)


def test_fewer_bars_are_said_to_be_fewer(on_demo: Command) -> None:
    said = on_demo("backtest", *SPAN, "--most", "2")

    assert "Shown are the 2 of " in said.out
    assert said.out.count("26 months") == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--from", "2013-13-01", "--to", "2014-01-01"), "is not a day"),
        (("--from", "2014-01-02", "--to", "2014-01-01"), "--to 2014-01-01 is before --from 2014-01-02"),
        ((*SPAN, "--rule", "swale"), "There is no alert rule “swale”"),
        ((*SPAN, "--area", "Swail"), "did you mean “Swale”?"),
        ((*SPAN, "--acknowledged-after", "-1"), "--acknowledged-after"),
        ((*SPAN, "--format", "png"), "say where the picture goes with --output FILE"),
    ],
)
def test_wrong_usage_is_said_clearly(on_demo: Command, arguments: tuple[str, ...], told: str) -> None:
    said = on_demo("backtest", *arguments)

    assert (said.code, said.out) == (2, "")
    assert told in said.err


def test_rules_with_errors_are_refused(on_demo: Command, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("alerts: {x: {}}")
    said = on_demo("backtest", *SPAN, "--rules", tmp_path)

    assert said.code == 78
    assert "LIM112" in said.err


def test_only_the_time_asked_for_is_shown(on_demo: Command) -> None:
    late = on_demo("backtest", "--from", "2013-12-01", "--to", "2014-03-31", "--format", "csv").out
    for row in csv.DictReader(StringIO(late)):
        assert row["over_on"] == "" or date.fromisoformat(row["over_on"]) >= date(2013, 12, 1)


def in_time(folder: Path) -> Path:
    """The shipped rules, with hours, reminders and an escalation for districts."""
    own = folder / "rules"
    copytree(shipped_rules_dir(), own)
    routes = own / "routes.yaml"
    before = "    to: district manager\n"
    after = (
        "    when: working hours\n"
        "    remind: {after: 5 working days, at_most: 3}\n"
        "    escalate: [{after: 4 working days, to: area director}]\n"
    )
    text = routes.read_text()
    assert before in text
    routes.write_text(text.replace(before, before + after, 1))
    return own


def test_reminders_and_escalations_are_mails_too(on_demo: Command, tmp_path: Path) -> None:
    """Swale's breach, from Monday 30 September to its rule's end on 15 November.

    Both managers are reminded after 5 working days (7 October) and after 10 more (21 October); the third
    reminder would come on 18 November. The area's director is told on 4 October, and reminded on the 11th and
    the 25th.
    """
    own = in_time(tmp_path)
    said = json.loads(on_demo("backtest", *SPAN, *SWALE, "--rules", own, "--format", "json").out)
    kinds = {
        (each["name"], each["month"]): {kind: count for kind, count in each["kinds"].items() if count}
        for each in said["mails"]
    }

    assert said["acknowledged_after"] is None
    assert said["kinds_of_mails"] == {"news": 5, "digest": 0, "summary": 0, "escalation": 1, "reminder": 6}
    assert kinds["Robert Achebe", "2013-10"] == {"escalation": 1, "reminder": 2}
    assert kinds["Robert Achebe", "2013-11"] == {"news": 1}
    assert kinds["Judith Marlowe", "2013-09"] == {"news": 1}
    assert kinds["Judith Marlowe", "2013-10"] == {"reminder": 2}


def test_whoever_acknowledges_is_not_reminded(on_demo: Command, tmp_path: Path) -> None:
    own = in_time(tmp_path)
    asked = ("backtest", *SPAN, *SWALE, "--rules", own)
    silent = on_demo(*asked).out
    said = on_demo(*asked, "--acknowledged-after", "2").out
    kinds = json.loads(on_demo(*asked, "--acknowledged-after", "2", "--format", "json").out)["kinds_of_mails"]

    assert "(6 reminders, 1 escalation)" in silent
    assert UNANSWERED_NOTE in " ".join(silent.split())
    assert UNANSWERED_NOTE not in " ".join(said.split())
    assert (kinds["reminder"], kinds["escalation"]) == (0, 0)
    assert "not told: somebody has acknowledged it" in said


def test_rules_without_reminders_need_no_such_remark(on_demo: Command) -> None:
    assert UNANSWERED_NOTE not in " ".join(on_demo("backtest", *SPAN).out.split())
