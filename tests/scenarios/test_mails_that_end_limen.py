"""A library that ends the process in which a mail is written: the mail goes out without its pictures."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.app import Application
from monitor.compose.apart import LONGEST, End, Trial, tried
from monitor.settings import Settings, load_settings
from monitor.store.outbox import OutboxEntry, OutboxState, claim, outbox_entries
from monitor.store.store import Store
from tests.support.notices import BREACH, notification
from tests.support.smtp_server import SmtpServer
from tests.support.store_samples import queued_mails

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)
CRASHES = f"import os\nos.kill(os.getpid(), {int(signal.SIGSEGV)})\n"


@pytest.fixture
def crashing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a test puts libraries for processes that are started from now on; this one has the real ones."""
    folder = tmp_path / "libraries"
    folder.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(folder))
    return folder


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer(security="none") as running:
        yield running


@pytest.fixture
def settings(server: SmtpServer, sqlite_template: Path, tmp_path: Path) -> Settings:
    state = tmp_path / "state"
    state.mkdir()
    (state / "limen.db").write_bytes(sqlite_template.read_bytes())
    smtp = {"host": "127.0.0.1", "port": server.port, "security": "none"}
    return load_settings(state_dir=state, config_dir=tmp_path, smtp=smtp)


def _delivered_after_two_deaths(settings: Settings) -> OutboxEntry:
    """A mail with a chart, of which two senders were not heard of again, meets a third."""
    with Store.open(settings.url) as store:
        (mail,) = queued_mails(store, notification(BREACH), now=NOW)
        for life in range(2):
            with store.writing() as connection:
                claim(connection, f"life-{life}", NOW + life * LEASE, LEASE, 10)
    later = NOW + 2 * LEASE
    application = Application(settings, Store.open(settings.url), clock=lambda: later, jitter=lambda: 0.0)
    try:
        application.deliver(later)
        with application.store.reading() as connection:
            (found,) = outbox_entries(connection, ids=[mail.id])
    finally:
        application.close()
    return found


def test_a_mail_whose_chart_ends_limen_goes_out_in_plain_text(
    crashing: Path, settings: Settings, server: SmtpServer
) -> None:
    (crashing / "matplotlib.py").write_text(CRASHES, encoding="utf-8")

    mail = _delivered_after_two_deaths(settings)

    assert mail.state is OutboxState.SENT
    (received,) = (each.message for each in server.mails)
    assert received["Message-ID"] == mail.message_id
    assert received.get_content_type() == "text/plain"
    assert BREACH.area in received.get_content()


def test_a_mail_that_ends_limen_even_in_plain_text_is_given_up(
    crashing: Path, settings: Settings, server: SmtpServer
) -> None:
    (crashing / "jinja2.py").write_text(CRASHES, encoding="utf-8")

    mail = _delivered_after_two_deaths(settings)

    assert mail.state is OutboxState.DEAD
    assert mail.last_response.startswith("writing this mail ends limen itself, even in plain text")
    assert f"“limen outbox retry {mail.id}” sends it" in mail.last_response
    assert not server.mails


def test_a_mail_that_was_only_there_when_limen_was_killed_goes_out_as_ever(
    settings: Settings, server: SmtpServer
) -> None:
    mail = _delivered_after_two_deaths(settings)

    assert mail.state is OutboxState.SENT
    (received,) = (each.message for each in server.mails)
    assert received.get_body(("html",)) is not None
    assert any(part.get_content_type() == "image/png" for part in received.walk())


def test_a_trial_ends_well_or_dies_or_takes_too_long(tmp_path: Path) -> None:
    trial = Trial("{}", "<1@kent.example>", str(tmp_path))

    assert tried(trial) is End.WELL, "an error is an end that can be dealt with"
    assert tried(trial, longest=0.05) is End.TOO_LONG
    assert tried(trial, most_memory=1_000_000) is End.DIED


def test_where_even_plain_text_takes_too_long_the_mail_waits_for_a_better_time(
    crashing: Path, settings: Settings, server: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine so busy that a process does not start in time."""
    (crashing / "jinja2.py").write_text("import time\ntime.sleep(60)\n", encoding="utf-8")
    monkeypatch.setattr("monitor.app.tried", lambda trial: tried(trial, longest=LONGEST / 40))

    mail = _delivered_after_two_deaths(settings)

    assert mail.state is OutboxState.PENDING
    assert "did not write its plain text in time" in mail.last_response
    assert not server.mails
