"""The mail server's password is seen by the mail server alone."""

import base64
import logging
from pathlib import Path

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from monitor.app import Application
from monitor.settings import Settings, SmtpSettings
from monitor.signing_keys import KEY_FILE, keys_kept_in
from monitor.store.outbox import attempts_of, outbox_entries
from monitor.store.store import Store
from tests.support.offices import people
from tests.support.post import Post
from tests.support.store_samples import NOON, queued

PASSWORD = "open sesame £ 42"


@pytest.mark.parametrize("right", [True, False])
def test_the_password_is_in_no_log_and_in_no_record(
    store: Store, post: Post, tmp_path: Path, caplog: pytest.LogCaptureFixture, right: bool
) -> None:
    server = post.server(login=("limen", PASSWORD if right else "another"))
    smtp = SmtpSettings(
        port=server.port,
        username="limen",
        password=SecretStr(PASSWORD),
        sender="limen@kent.example",
        ca_file=server.ca_file,
    )
    settings = Settings(state_dir=tmp_path, smtp=smtp)
    queued(store, *people(2))
    application = Application(settings, store, clock=lambda: NOON, jitter=lambda: 0.0)
    with caplog.at_level(logging.DEBUG), capture_logs() as logged:
        outcome = application.deliver(NOON)
        application.close()

    assert (outcome.delivered, outcome.deferred) == ((2, 0) if right else (0, 2))
    assert len(logged) == 2
    with store.reading() as connection:
        entries = outbox_entries(connection)
        records = [entries, *(attempts_of(connection, entry.id) for entry in entries)]
    seen = "\n".join(map(repr, [settings, application._sender, logged, records])) + caplog.text
    for secret in (PASSWORD, "sesame", base64.b64encode(f"\0limen\0{PASSWORD}".encode()).decode()):
        assert secret not in seen


@pytest.mark.parametrize("beside", [True, False])
def test_an_old_key_beside_the_one_that_is_set_is_told_without_either_of_them(
    store: Store, tmp_path: Path, beside: bool
) -> None:
    if beside:
        keys_kept_in(tmp_path)
    key = "0123456789abcdef0123456789abcdef"
    smtp = SmtpSettings(bounce_address="bounces@kent.example")
    settings = Settings(state_dir=tmp_path, smtp=smtp, secret_key=SecretStr(key))

    with capture_logs() as logged:
        Application(settings, store, clock=lambda: NOON, jitter=lambda: 0.0).close()

    assert [entry["file"] for entry in logged] == [str(tmp_path / KEY_FILE)] * beside
    assert key not in repr(logged)
    assert not beside or (tmp_path / KEY_FILE).read_text().split()[-1] not in repr(logged)
