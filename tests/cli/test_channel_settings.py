"""Channels in the settings: built by name, and refused in plain words without their secrets."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.channels import channels_of, unreachable
from monitor.cli.exit_codes import CONFIGURATION
from monitor.core.recipients import Directory, Recipient
from monitor.settings import SettingsError, load_settings
from tests.support.command import Command


def present() -> datetime:
    return datetime.now(UTC)


ALL = """
[channels.teams]
kind = "apprise"
[channels.case-system]
kind = "webhook"
url = "https://cases.council.example/hook"
timeout = 400
[channels.alerts]
kind = "alertmanager"
urls = ["http://127.0.0.1:9093"]
[channels.text]
kind = "govuk-notify"
by = "sms"
template_id = "f33517ff-2a88-4f6e-b855-c550268ce08a"
"""
KEY = "limen-26785a09-ab16-4eb0-8407-a37497a57506-3d844edf-8d35-48ac-975b-e847b4f122b0"
SECRETS = {
    "channels__teams__targets__swale": "json://127.0.0.1/very-secret-path",
    "channels__case-system__secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "channels__text__api_key": KEY,
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name, secret in SECRETS.items():
        (folder / name).write_text(secret)
    monkeypatch.setenv("LIMEN_SECRETS_DIR", str(folder))
    return tmp_path / "limen.toml"


def test_every_kind_of_channel_is_built_from_file_and_secrets(file: Path) -> None:
    file.write_text(ALL)
    settings = load_settings(file)
    channels = channels_of(settings, present)

    assert {name: each.channel for name, each in channels.notifiers.items()} == {
        name: name for name in ("email", "teams", "case-system", "alerts", "text")
    }
    assert channels.longest_send.total_seconds() == 400
    for secret in SECRETS.values():
        assert secret not in repr(settings)
    people = {
        name: Recipient(name, name, "", name, channel)
        for name, channel in (("ann", "text"), ("bob", "pager"))
    }
    (told,) = unreachable(Directory(people, ()), settings)
    assert told.startswith("bob is to be told by “pager”, which is no channel of the settings")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('[channels.x]\nkind = "fax"', "channels.x: needs a kind, one of webhook, alertmanager, "),
        (
            '[channels.by-text]\nkind = "govuk-notify"',
            (
                "channels.by-text.template_id: must be set in the settings file or beside it: "
                "the secret file channels__by-text__template_id sets it"
            ),
        ),
        (
            '[channels.x]\nkind = "alertmanager"',
            "channels.x.urls: must be set in the settings file or beside it: LIMEN_CHANNELS__X__",
        ),
        (
            '[channels.x]\nkind = "webhook"\nurl = 4711\nsecret = "s"',
            "channels.x.url: must be a text (set by",
        ),
        (
            '[channels.x]\nkind = "alertmanager"\nurls = []\nurl = "x"',
            "channels.x.url: there is no such setting",
        ),
        ('[channels.email]\nkind = "alertmanager"\nurls = ["x"]', "email is set in [smtp]"),
    ],
)
def test_a_channel_that_can_not_be_is_told_in_plain_words(written: str, told: str, file: Path) -> None:
    file.write_text(written)
    for secret in (Path(file.parent) / "secrets").iterdir():
        secret.unlink()

    with pytest.raises(SettingsError) as caught:
        load_settings(file)
    assert told in str(caught.value)
    assert "4711" not in str(caught.value)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            '[channels.case-system]\nkind = "webhook"\nurl = "https://cases.council.example/hook"',
            (
                "channels.case-system.secret must be set: put it into the credentials file "
                "channels__case-system__secret; with the shipped unit that is "
                "/etc/limen/credentials/channels/case-system__secret"
            ),
        ),
        (
            '[channels.text]\nkind = "govuk-notify"\ntemplate_id = "f33517ff-2a88-4f6e-b855-c550268ce08a"',
            (
                "channels.text.api_key must be set: put it into the credentials file "
                "channels__text__api_key; "
                "with the shipped unit that is /etc/limen/credentials/channels/text__api_key. "
                "LIMEN_CHANNELS__TEXT__API_KEY sets it too"
            ),
        ),
        ('[channels.cases]\nkind = "webhook"', "channels.cases.url must be set: put it into"),
        (
            '[channels.teams]\nkind = "apprise"',
            (
                "channels.teams.targets must be set: put it into the credentials file "
                "channels__teams__targets__NAME;"
            ),
        ),
    ],
)
def test_a_missing_secret_stops_only_what_sends(
    written: str, told: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIMEN_SECRETS_DIR")
    file.write_text(written)
    settings = load_settings(file)
    with pytest.raises(ValueError, match=re.escape(told)) as caught:
        channels_of(settings, present)
    assert ("LIMEN_" in str(caught.value)) == ("-" not in written.partition("]")[0])


def test_without_a_channels_secret_rules_are_checked_and_nothing_is_sent(
    tmp_path: Path, limen: Command
) -> None:
    file = tmp_path / "channels.toml"
    file.write_text('[channels.case-system]\nkind = "webhook"\nurl = "https://cases.council.example/hook"\n')
    assert limen("--settings", str(file), "check").code == 0
    stood = limen("--settings", str(file), "status")  # there is no database yet
    assert stood.code != CONFIGURATION
    assert "channels" not in stood.err
    assert limen("--settings", str(file), "run").code == CONFIGURATION
    said = limen("--settings", str(file), "once")
    assert said.code == CONFIGURATION
    assert "\nchannels.case-system.secret must be set: put it into the credentials file" in said.err


def test_a_secret_that_is_none_is_refused_and_not_repeated(file: Path) -> None:
    file.write_text(ALL)
    (file.parent / "secrets/channels__case-system__secret").write_text("whsec_too-short")

    with pytest.raises(ValueError, match=r"^channels\.case-system: secret must be whsec_") as caught:
        channels_of(load_settings(file), present)
    assert "too-short" not in str(caught.value)
