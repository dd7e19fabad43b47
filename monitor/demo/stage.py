"""Everything the demo plays with, in a folder of its own: store, inbox, mail server, HTTP port."""

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from datetime import time as time_of_day
from pathlib import Path
from typing import Final

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource
from starlette.types import ASGIApp

from monitor.app import VERSION, Application, open_application
from monitor.core.alerts import Alert
from monitor.cycle import CycleOutcome
from monitor.demo.answering import DemoDesk, ServedApplication
from monitor.demo.mail_catcher import HOST, MailCatcher
from monitor.demo.mail_folder import CaughtMail, MailFolder
from monitor.demo.releases import Release
from monitor.demo.status import DemoStatus
from monitor.intake.recording import REJECTED_SUFFIX, IntakeEvent
from monitor.logs import configure_logs
from monitor.settings import LogSettings, Settings
from monitor.store.alerts import alerts
from monitor.web.application import web_application
from monitor.web.server import HttpPort

USUAL_PORT: Final = 9188
SETTINGS_FILE: Final = "limen.toml"
AT_TEN: Final = time_of_day(10, tzinfo=UTC)

AlertKey = tuple[str, str]


class FolderTakenError(Exception):
    """The folder for the demo has something in it already."""


class DemoSettings(Settings):
    """Settings that nothing outside can change: the demo writes to no database and no server but its own."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Reads neither environment nor files."""
        del settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


@dataclass
class PlayedClock:
    """The time in the play: it stands still until it is set."""

    moment: datetime

    def __call__(self) -> datetime:
        """Returns the time in the play."""
        return self.moment


@dataclass(frozen=True, slots=True)
class Scene:
    """What happened on one day: what was read, what changed, and which mails went out."""

    day: date
    events: Sequence[IntakeEvent]
    outcome: CycleOutcome
    changes: Sequence[tuple[Alert, Alert]]
    mails: Sequence[CaughtMail]


@dataclass
class Stage:
    """limen put together for the demo. ``address`` is that of its HTTP port."""

    folder: Path
    settings: Settings
    application: Application
    clock: PlayedClock
    mails: MailFolder
    status: DemoStatus
    address: str
    present: Callable[[], datetime]

    @property
    def rejected_files(self) -> list[Path]:
        """The files of rows that were set aside, the earliest first."""
        return sorted(self.settings.archive.rglob(f"*{REJECTED_SUFFIX}"))

    def play_day(self, day: date, releases: Sequence[Release]) -> Scene:
        """Puts the day's files into the inbox, and lets limen do its work."""
        self.clock.moment = datetime.combine(day, AT_TEN)
        for release in releases:
            path = self.settings.inbox / release.file_name
            path.write_text(release.csv_text, encoding="utf-8", newline="")
            os.utime(path, (self.clock.moment.timestamp(),) * 2)
        return self.work()

    def work(self) -> Scene:
        """One round: take in, judge, tell."""
        application, now = self.application, self.clock.moment
        before, sent_before = self._alerts(), len(self.mails.mails)
        events = application.take_in(now)
        began = time.monotonic()
        outcome = application.evaluate(now)
        application.metrics.cycle_finished(
            time.monotonic() - began,
            now=self.present(),
            evaluated=outcome.evaluated,
            transitions=outcome.transitions,
            enqueued=outcome.enqueued,
        )
        application.deliver(now)
        self.status.cycle_finished(application.world.rulebook.version, application.metrics.outbox)
        after = self._alerts() if outcome.transitions else before
        changes = [
            (before.get(key, Alert(*key)), alert)
            for key, alert in after.items()
            if (alert.state, alert.level) != _standing(before.get(key, Alert(*key)))
        ]
        return Scene(now.date(), events, outcome, changes, self.mails.mails[sent_before:])

    def _alerts(self) -> dict[AlertKey, Alert]:
        with self.application.store.reading() as connection:
            return alerts(connection)


def _standing(alert: Alert) -> tuple[object, object]:
    return alert.state, alert.level


@contextmanager
def stage(folder: Path | None, first_day: date, present: Callable[[], datetime]) -> Iterator[Stage]:
    """Sets everything up in ``folder`` (None: a new one among the temporary ones), and takes it down again.

    What lies in the folder stays.

    Raises:
        FolderTakenError: the folder is not empty.
        OSError: a folder or a port can't be had.
    """
    place = _empty_folder(folder)
    with ExitStack() as ending:
        log = ending.enter_context((place / "limen.log").open("w", encoding="utf-8"))
        configure_logs(LogSettings(level="info", format="json"), stream=log)
        mails = MailFolder(place / "mails")
        catcher = ending.enter_context(MailCatcher(mails.keep))
        clock = PlayedClock(datetime.combine(first_day, AT_TEN))
        status = DemoStatus(VERSION, present)
        served = ServedApplication(web_application(status, DemoSettings().zone))
        http = _opened_port(served)
        ending.callback(http.stop)
        settings = _settings(place, catcher.port, http.address)
        address = settings.http_address_file
        address.write_text(f"{http.address}\n", encoding="utf-8")
        ending.callback(address.unlink, missing_ok=True)
        application = open_application(settings, clock=clock, jitter=lambda: 0.5, migrate=True)
        ending.callback(application.close)
        outcome = application.reload(clock())
        application.metrics.rulebook_read(version=outcome.version, problems=0, changed=True, now=present())
        status.show(application.metrics)
        desk = DemoDesk.of(application.answers, began=clock())
        served.application = web_application(status, settings.zone, desk)
        yield Stage(place, settings, application, clock, mails, status, http.address, present)


def _empty_folder(folder: Path | None) -> Path:
    if folder is None:
        return Path(tempfile.mkdtemp(prefix="limen-demo-"))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderTakenError(f"{folder} is there and not empty: name a new folder for the demo.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder.resolve()


def _opened_port(application: ASGIApp) -> HttpPort:
    """The usual port, or a free one where something listens there already: a limen in service, maybe."""
    try:
        return _started(HttpPort(application, HOST, USUAL_PORT))
    except OSError:
        return _started(HttpPort(application, HOST, 0))


def _started(http: HttpPort) -> HttpPort:
    try:
        http.start()
    except OSError:
        http.stop()
        raise
    return http


def _settings(folder: Path, smtp_port: int, http_address: str) -> Settings:
    settings = DemoSettings.model_validate(
        {
            "state_dir": folder,
            "base_url": f"http://{http_address}",
            "page_url": f"http://{http_address}",
            "http": {"host": HOST, "port": int(http_address.rpartition(":")[2])},
            "smtp": {
                "host": HOST,
                "port": smtp_port,
                "security": "none",
                "sender": "limen@kent.example",
                "sender_name": "limen",
            },
            "cycle": {"settle": 0},
        }
    )
    (folder / SETTINGS_FILE).write_text(_toml(settings), encoding="utf-8")
    return settings


def _toml(settings: Settings) -> str:
    """The settings for `limen --settings`; a JSON string is a TOML string too."""
    text = {
        name: json.dumps(str(getattr(settings, name)), ensure_ascii=False)
        for name in ("state_dir", "rules_dir", "config_dir", "base_url", "page_url")
    }
    smtp = settings.smtp
    mail = (
        f"host = {json.dumps(smtp.host)}, port = {smtp.port}, "
        f"security = {json.dumps(smtp.security)}, sender = {json.dumps(smtp.sender)}"
    )
    return "\n".join(
        [
            "# What the demo was played with: limen --settings FILE ratings",
            *(f"{name} = {value}" for name, value in text.items()),
            f"http = {{host = {json.dumps(settings.http.host)}, port = {settings.http.port}}}",
            f"smtp = {{{mail}}}",
            "cycle = {settle = 0}",
            "",
        ]
    )
