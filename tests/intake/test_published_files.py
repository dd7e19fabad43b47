"""The report's own two files, as the report's readers would load them."""

import csv
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest

from monitor.core.exact import micro
from monitor.core.observations import Status
from monitor.directory import load_folders
from monitor.intake.observation_files import ParsedFile, Reading, read_observation_file
from monitor.shipped_files import shipped_config_dir, shipped_rules_dir
from tests.support.observation_files import NOW, workbook
from tests.support.published import GOLDEN, published_indicators


@pytest.fixture(scope="module")
def shipped() -> Reading:
    loaded = load_folders(shipped_rules_dir(), shipped_config_dir())
    assert loaded.rulebook is not None
    assert loaded.areas is not None
    return Reading(loaded.rulebook.indicators, loaded.areas, NOW, default_area="Kent")


def _read(name: str, shipped: Reading) -> ParsedFile:
    return read_observation_file((GOLDEN / name).read_bytes(), name, shipped)


def test_every_published_figure_is_read_exactly(shipped: Reading) -> None:
    parsed = _read("published-indicators.csv", shipped)
    published = {
        (row["indicator"], date.fromisoformat(row["period_end"])): micro(Decimal(row["actual"]))
        for row in published_indicators()
        if row["actual"]
    }

    assert {(each.indicator, each.period_end): each.value for each in parsed.observations} == published
    assert {each.area for each in parsed.observations} == {"Kent"}
    assert parsed.rejections == ()
    assert Counter(each.status for each in parsed.observations)[Status.PROVISIONAL] == 5


def test_the_rows_of_march_2014_bring_nothing_for_they_hold_no_figure(shipped: Reading) -> None:
    parsed = _read("published-indicators.csv", shipped)

    assert parsed.empty == 6
    assert max(each.period_end for each in parsed.observations) == date(2013, 12, 31)
    assert parsed.notices == (
        (
            "These columns mean nothing to limen and were left out: "
            "basis, target, rag, statistical_neighbours, agency."
        ),
        "6 rows hold no figure and changed nothing.",
    )


def test_the_lead_indicators_are_read_with_their_parts(shipped: Reading) -> None:
    parsed = _read("published-lead-indicators.csv", shipped)
    found = {each.indicator: each for each in parsed.observations}

    assert parsed.rejections == ()
    assert parsed.empty == 4
    assert found["cp_plan_rate"].value == micro("39.4")
    assert found["cp_plan_rate"].numerator == micro("1282")
    assert found["cp_plans_second_or_subsequent"].numerator == micro("125")
    assert found["cp_plans_second_or_subsequent"].denominator == micro("1522")
    assert found["iro_survey_listened_to"].denominator == micro("102")
    assert len(found) == 11


@pytest.mark.parametrize("name", ["published-indicators.csv", "published-lead-indicators.csv"])
def test_the_same_figures_from_a_workbook_are_the_same(name: str, shipped: Reading) -> None:
    with (GOLDEN / name).open(encoding="utf-8", newline="") as stream:
        rows = [
            [float(cell) if cell.replace(".", "").isdigit() else cell for cell in row]
            for row in csv.reader(stream)
        ]
    plain = _read(name, shipped)
    packed = read_observation_file(workbook(rows), name, shipped)

    assert packed.observations == plain.observations
