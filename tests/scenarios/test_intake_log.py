"""What the log, the metrics and the readiness say of files that are not taken in, or not as a whole."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from structlog.testing import capture_logs

from monitor.app import Application
from monitor.settings import load_settings
from monitor.store.store import Store
from monitor.web.status import Vitals, readiness
from tests.support.council import CONTACTS, ROUTES, RULES
from tests.support.repository import ROOT

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HEAD = "indicator,area,period_end,value"
ROWS = (
    "open_cases_1,Swale,2026-01-31,12",
    "open_cases_1,Atlantis,2026-01-31,3",
    "open_cases_1,Atlantis,2025-12-31,4",
    "open_cases_1,Kent,2026-01-31,x1",
)


def _application(store: Store, tmp_path: Path) -> Application:
    """One that has read its rules; its inbox is there."""
    rules, config = tmp_path / "rules", tmp_path / "config"
    for folder in (rules, config):
        folder.mkdir()
    (rules / "rules.yaml").write_text(RULES.format(topic=1, limit=40), encoding="utf-8")
    (rules / "routes.yaml").write_text(ROUTES, encoding="utf-8")
    (config / "contacts.yaml").write_text(CONTACTS, encoding="utf-8")
    (config / "areas.csv").write_text((ROOT / "config" / "areas.csv").read_text("utf-8"), encoding="utf-8")
    settings = load_settings(
        rules_dir=rules, config_dir=config, state_dir=tmp_path / "state", cycle={"settle": 0}
    )
    settings.inbox.mkdir(parents=True)
    application = Application(settings, store, clock=lambda: NOW, jitter=lambda: 0.0)
    assert application.reload(NOW).loaded
    return application


def test_a_file_with_rejected_rows_is_logged_with_where_they_lie_and_why(
    store: Store, tmp_path: Path
) -> None:
    application = _application(store, tmp_path)
    figures = application.settings.inbox / "figures.csv"
    figures.write_text("\n".join((HEAD, *ROWS)) + "\n", encoding="utf-8")

    with capture_logs() as logged:
        for _ in range(2):  # a file is read once it has been seen unchanged
            application.take_in(NOW)

    (entry,) = [each for each in logged if each["event"] == "A file was taken in"]
    assert entry["log_level"] == "warning"
    assert Path(entry["rejected_file"]).read_text("utf-8-sig").count("Atlantis") >= 2
    assert entry["reasons"] == "unknown-area 2, bad-number 1"
    assert "Atlantis" not in str(entry)


def test_a_file_that_stays_in_the_inbox_is_counted_warned_of_once_and_remarked(
    store: Store, tmp_path: Path
) -> None:
    application = _application(store, tmp_path)
    figures, archive = application.settings.inbox / "figures.csv", application.settings.archive
    figures.write_text(f"{HEAD}\n{ROWS[0]}\n", encoding="utf-8")
    assert application.metrics.stuck_files == ()
    archive.write_text("a file where the folder should be", encoding="utf-8")

    with capture_logs() as logged:
        for _ in range(4):
            assert application.take_in(NOW) == []

    (entry,) = [each for each in logged if "inbox" in each["event"]]
    assert (entry["event"], entry["log_level"]) == ("A file stays in the inbox", "warning")
    assert entry["file"] == "figures.csv"
    assert b"\nlimen_inbox_files_stuck 1.0\n" in application.metrics.exposition()
    vitals = Vitals(
        "1", NOW, "v", last_success=NOW, store_reached=True, stuck_files=application.metrics.stuck_files
    )
    told = readiness(vitals, NOW, timedelta(minutes=5))
    assert told.ready
    (remark,) = told.remarks
    assert remark.startswith("files stay in the inbox, to be tried again at every look: 1 file: ")
    assert "figures" not in remark

    archive.unlink()
    assert len(application.take_in(NOW)) == 1
    assert application.metrics.stuck_files == ()
    assert b"\nlimen_inbox_files_stuck 0.0\n" in application.metrics.exposition()
