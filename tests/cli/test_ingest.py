"""`limen ingest`: files by hand, and what was wrong with them."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.support.command import GOOD, HEAD, MIXED, Command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kent.csv"
    path.write_text(GOOD, encoding="utf-8")
    return path


def counts(out: str, name: str) -> list[str]:
    return next(line for line in out.splitlines() if line.startswith(name)).split()[1:]


def test_a_good_file_goes_in_and_stays_where_it_is(limen: Command, file: Path, state: Path) -> None:
    said = limen("ingest", file)

    assert said.code == 0
    assert counts(said.out, "kent.csv") == ["2", "0", "0", "0"]
    assert "The next cycle judges these figures" in said.out
    assert f"making the SQLite file {state / 'limen.db'}" in said.err
    assert file.exists()


def test_the_same_file_again_changes_nothing(limen: Command, file: Path) -> None:
    limen("ingest", file)

    said = limen("ingest", file)

    assert said.code == 0
    assert counts(said.out, "kent.csv") == ["0", "0", "2", "0"]
    assert "nothing changed" in said.out
    assert said.err == ""


def test_a_changed_figure_is_a_restatement(limen: Command, file: Path) -> None:
    limen("ingest", file)
    file.write_text(GOOD.replace("12.0", "12.1"), encoding="utf-8")

    assert counts(limen("ingest", file).out, "kent.csv") == ["0", "1", "1", "0"]


def test_bad_rows_lie_beside_the_file_with_their_reason(limen: Command, file: Path) -> None:
    file.write_text(MIXED, encoding="utf-8")

    said = limen("ingest", file)

    rejected = file.with_name("kent.csv.rejected.csv")
    assert said.code == 1
    assert counts(said.out, "kent.csv") == ["1", "0", "0", "1"]
    assert str(rejected) in said.out
    assert "Ruritania" in rejected.read_text(encoding="utf-8-sig")


def test_a_file_that_can_not_be_read_stops_no_other(limen: Command, file: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.csv"
    empty.touch()

    said = limen("ingest", tmp_path / "nowhere.csv", empty, tmp_path, file)

    assert said.code == 1
    assert "nowhere.csv: No such file or directory" in said.out.splitlines()
    assert "The file is empty." in said.out
    assert counts(said.out, "kent.csv") == ["2", "0", "0", "0"]


def test_a_file_that_is_not_there_makes_no_table(limen: Command, tmp_path: Path) -> None:
    said = limen("ingest", tmp_path / "nowhere.csv")

    assert said.code == 1
    assert said.out.splitlines() == ["nowhere.csv: No such file or directory"]


def test_a_file_without_areas_is_read_for_the_area_named(limen: Command, file: Path) -> None:
    file.write_text(GOOD.replace(",area", "").replace(",Kent", ""), encoding="utf-8")

    assert limen("ingest", file).code == 1
    assert limen("ingest", file, "--area", "E10000016").code == 0
    assert limen("ingest", file, "--area", "Kentt").code == 2


def test_figures_can_be_judged_at_once(limen: Command, file: Path) -> None:
    said = limen("ingest", file, "--evaluate")

    assert "Judged 2 figures" in said.out
    assert "2 mails in the outbox" in said.out
    (alert,) = json.loads(limen("alerts", "--format", "json").out)
    assert (alert["rule"], alert["state"], alert["level"]) == ("leaving-care-adopted", "firing", "warning")
    assert [each["mail_state"] for each in alert["told"]] == ["pending", "pending"]
    assert limen("ingest", file, "--evaluate").out.endswith("There was nothing to judge.\n")


def test_a_long_file_goes_in_whole(limen: Command, file: Path) -> None:
    days = [date(1995, 1, 1) + timedelta(days=number) for number in range(6_000)]
    rows = (f"contacts_received,{area},{day},900,validated\n" for area in ("Kent", "Dover") for day in days)
    file.write_text(HEAD + "".join(rows), encoding="utf-8")

    assert counts(limen("ingest", file).out, "kent.csv") == ["12,000", "0", "0", "0"]
