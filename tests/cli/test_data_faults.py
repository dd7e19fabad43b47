"""What the command line says of doubtful and missing figures."""

import json
from datetime import date
from pathlib import Path

import pytest

from monitor.core.alerts import Alert, AlertState
from monitor.core.plausibility import fault_of
from monitor.store.alerts import save_alerts
from monitor.store.store import Store
from tests.support.command import GOOD, Command


@pytest.fixture
def store(limen: Command, state: Path, tmp_path: Path) -> Store:
    """The command's store, with figures in it and two faults: one of a figure, one of a missing one."""
    file = tmp_path / "good.csv"
    file.write_text(GOOD, encoding="utf-8")
    assert limen("ingest", file, "--evaluate").code == 0
    store = Store.open(f"sqlite:///{state / 'limen.db'}")
    doubtful = Alert(
        fault_of("contacts_received"),
        "Kent",
        AlertState.FIRING,
        streak=1,
        episode=1,
        breach_since=date(2013, 9, 30),
        fired_on=date(2013, 9, 30),
    )
    missing = Alert(
        fault_of("referrals"), "Swale", AlertState.FIRING, episode=1, breach_since=date(2013, 9, 30)
    )
    with store.writing() as connection:
        save_alerts(connection, [doubtful, missing])
    return store


def test_status_lists_faults_of_the_data_beside_the_alerts_and_calls_them_no_illness(
    limen: Command, store: Store
) -> None:
    store.close()
    said = limen("status")
    assert said.code == 0, said.out
    assert "2 figures look wrong or are missing" in said.out
    assert "contacts_received in Kent, since 30 September 2013" in said.out
    assert "referrals in Swale, missing for 30 September 2013" in said.out
    assert "✓ Alerts:     1 alert fires" in said.out
    assert json.loads(limen("status", "--format", "json").out)["doubtful_figures"] == [
        {"indicator": "contacts_received", "area": "Kent", "period_end": "2013-09-30", "missing": False},
        {"indicator": "referrals", "area": "Swale", "period_end": "2013-09-30", "missing": True},
    ]


def test_alerts_are_listed_with_a_sign_of_their_own(limen: Command, store: Store) -> None:
    store.close()
    listed = limen("alerts").out
    assert "? doubtful  Kent: a figure looks wrong: " in listed
    assert "? doubtful  Swale: a figure is missing: " in listed
    assert "since 30 September 2013" in listed
    assert "fault:contacts_received" in listed
