"""What is held back is shown to Prometheus and on the status page; it costs nothing while nothing changes."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import Application, open_application
from monitor.core.notifications import TellReason
from monitor.intake.recording import TakenIn, ingest_file
from monitor.settings import load_settings
from monitor.store_metrics import LOOKS_AT_WAITING_EVERY
from monitor.web.status import Readiness, Vitals
from monitor.web.status_page import status_page
from tests.support.statements import statement_counter

COUNCIL = Path(__file__).parents[1] / "cli" / "explained"
FRIDAY_EVENING = datetime(2013, 6, 14, 19, 0, tzinfo=UTC)
MONDAY_AT_8 = datetime(2013, 6, 17, 7, 0, tzinfo=UTC)
ALERT = """\
  too-many-referrals:
    title: Too many referrals
    indicator: referrals
    areas: authority
    levels: {warning: value > 500}
    action: Ask why.
    reference: invented
"""
FIGURES = """\
indicator,area,period_end,value,numerator,denominator,status
referrals,Kent,2013-04-30,100,,,
referrals,Kent,2013-05-31,900,,,
"""


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    """A council whose route keeps office hours, with a breach that comes in on Friday evening."""
    for name in ("rules", "config"):
        shutil.copytree(COUNCIL / name, tmp_path / name)
    rules = tmp_path / "rules" / "rules.yaml"
    text = rules.read_text(encoding="utf-8")
    hours = "    to: director\n    when: working hours\n"
    text = text.replace("    to: director\n", hours).replace("alerts:\n", f"alerts:\n{ALERT}", 1)
    rules.write_text(text, encoding="utf-8")
    (tmp_path / "limen.toml").write_text(
        f"rules_dir = '{tmp_path / 'rules'}'\nconfig_dir = '{tmp_path / 'config'}'\n"
        f"state_dir = '{tmp_path / 'state'}'\n[smtp]\nsecurity = 'none'\n",
        encoding="utf-8",
    )
    opened = open_application(
        load_settings(tmp_path / "limen.toml"), clock=lambda: FRIDAY_EVENING, jitter=lambda: 0.5, migrate=True
    )
    try:
        loaded = opened.reload(FRIDAY_EVENING)
        assert loaded.loaded, loaded.text
        file = tmp_path / "figures.csv"
        file.write_text(FIGURES, encoding="utf-8")
        assert isinstance(ingest_file(file, opened.store, opened.reading(FRIDAY_EVENING)), TakenIn)
        opened.evaluate(FRIDAY_EVENING)
        yield opened
    finally:
        opened.close()


def lines(application: Application, start: str) -> list[str]:
    text = application.metrics.exposition().decode()
    return [line for line in text.splitlines() if line.startswith(start)]


def held(application: Application) -> dict[str, str]:
    """Reason -> how much is held for it, of those for which anything is."""
    found = (line.split(" ") for line in lines(application, "limen_notifications_held{"))
    return {series.split('"')[1]: count for series, count in found if count != "0.0"}


def test_news_that_waits_for_the_window_is_on_the_page_and_among_the_metrics(
    application: Application,
) -> None:
    assert held(application) == {"window": "1.0"}
    assert 'limen_decisions_total{reason="window"} 1.0' in lines(application, "limen_decisions_total")
    page = status_page(
        application.metrics.scoreboard,
        Vitals("0", FRIDAY_EVENING),
        Readiness((), ()),
        area=None,
        now=FRIDAY_EVENING,
        zone=application.settings.zone,
    )
    assert page is not None
    (row,) = page.firing
    until = "until 17 June 2013, 08:00:00 BST"
    assert row.held == f"Not told yet to 1 person: it is held until the window opens, {until}"

    application.evaluate(MONDAY_AT_8)
    assert held(application) == {}
    assert not application.metrics.scoreboard.held_news()
    assert 'limen_decisions_total{reason="route"} 1.0' in lines(application, "limen_decisions_total")


def test_a_cycle_in_which_nothing_changed_asks_for_nothing_more_and_still_shows_the_age(
    application: Application,
) -> None:
    def asked(now: datetime) -> list[str]:
        with statement_counter(application.store) as sent:
            application.evaluate(now)
        return [
            each
            for each in sent
            if "ORDER BY follow_ups.due_at IS NULL" in each or "GROUP BY decisions" in each
        ]

    assert asked(FRIDAY_EVENING + timedelta(minutes=1)) == []
    (age,) = lines(application, 'limen_oldest_held_seconds{reason="window"}')
    assert age.endswith(" 60.0")
    assert len(asked(FRIDAY_EVENING + LOOKS_AT_WAITING_EVERY)) == 1
    assert asked(FRIDAY_EVENING + LOOKS_AT_WAITING_EVERY + timedelta(minutes=1)) == []


def test_what_holds_news_names_every_reason_of_that_kind(application: Application) -> None:
    shown = {line.split('"')[1] for line in lines(application, "limen_notifications_held{")}
    assert shown == {reason.name.lower() for reason in TellReason if reason.held}
