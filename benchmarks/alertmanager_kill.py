"""What a SIGKILL costs: one breach and its recovery, given to Alertmanager and to limen, and mails counted.

Run: python -m benchmarks.alertmanager_kill; needs prometheus-alertmanager (Debian has it). It takes a minute.

Both mail to a real SMTP server on loopback. Alertmanager is used at its best: `send_resolved` is on, and its
source sends what fires, and what is over, again and again, as Prometheus does (every minute, and what is over
for 15 minutes; here every half second). limen reads two files, the second with the recovery. Each is killed
at the same instants, once or never, and started again.
"""

import json
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final, Self

import httpx

from monitor.store import migrate
from tests.support import smtp_server
from tests.support.council import Council, figure
from tests.support.smtp_server import ReceivedMail, mails_in

ADDRESS: Final = "joy@kent.example"
QUIET_S: Final = 7
"""After so long Alertmanager has sent whatever it will: its groups are flushed every two seconds."""

CONFIG: Final = """\
global: {{smtp_smarthost: '127.0.0.1:{port}', smtp_from: am@kent.example, smtp_require_tls: false}}
route:
  {{receiver: mail, group_by: [alertname, area], group_wait: 1s, group_interval: 2s, repeat_interval: 4h}}
receivers: [{{name: mail, email_configs: [{{to: {address}, send_resolved: true}}]}}]
"""


@dataclass
class Counts:
    """How many mails told of the breach and of the recovery, and how many of them were copies."""

    breach: int = 0
    recovery: int = 0
    recognisable: int = 0

    def __str__(self) -> str:
        copies = f", {self.recognisable} under a Message-ID that came before" if self.recognisable else ""
        return f"{self.breach} breach, {self.recovery} recovery{copies}"


def main() -> None:
    """Prints a line for each instant."""
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        raise SystemExit("needs Alertmanager (Debian: apt-get install prometheus-alertmanager)")
    print(_version(program), "| limen", version("limen"))
    for when, alertmanager, limen in INSTANTS:
        with tempfile.TemporaryDirectory() as scratch, _mail_server(Path(scratch)) as (mails, port):
            alertmanager(Alertmanager(program, Path(scratch), mails, port))
            of_alertmanager = _counted(mails, "FIRING", "RESOLVED", "am@kent.example")
            limen(_council(Path(scratch), mails, port))
            of_limen = _counted(mails, "46, limit 40", "recovered", "limen@kent.example")
        print(f"{when}\n    Alertmanager: {of_alertmanager}\n    limen:        {of_limen}", flush=True)


def _version(program: str) -> str:
    told = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return (told.stdout or told.stderr).splitlines()[0]


@contextmanager
def _mail_server(scratch: Path) -> Iterator[tuple[Path, int]]:
    mails = scratch / "mails"
    with smtp_server.start(mails, "--security", "none") as (_process, port):
        yield mails, port


def _counted(mails: Path, breach: str, recovery: str, sender: str) -> Counts:
    """Counts a program's mails to one person by their subjects."""
    received = [mail for mail in mails_in(mails) if mail.mail_from == sender and ADDRESS in mail.recipients]
    return Counts(
        breach=sum(breach in _subject(mail) for mail in received),
        recovery=sum(recovery in _subject(mail) for mail in received),
        recognisable=sum(count - 1 for count in Counter(mail.message_id for mail in received).values()),
    )


def _subject(mail: ReceivedMail) -> str:
    return str(mail.message["Subject"])


@dataclass
class Alertmanager:
    """An Alertmanager and the Prometheus that it would have."""

    program: str
    scratch: Path
    mails: Path
    mail_port: int
    port: int = 0
    alert: dict[str, object] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None
    _over: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        config = CONFIG.format(port=self.mail_port, address=ADDRESS)
        (self.scratch / "alertmanager.yml").write_text(config)
        self.start()
        self._source = threading.Thread(target=self._send_again_and_again)
        self._source.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._source.join()
        self.stop(signal.SIGKILL)

    def start(self) -> None:
        with (self.scratch / "alertmanager.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    self.program,
                    f"--config.file={self.scratch / 'alertmanager.yml'}",
                    f"--storage.path={self.scratch / 'alertmanager'}",
                    f"--web.listen-address=127.0.0.1:{self.port}",
                    "--cluster.listen-address=",
                ],
                stderr=log,
            )
        _until(self._ready, "Alertmanager to start")

    def stop(self, how: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait()
            self._process = None

    def breach(self) -> None:
        """The alert fires, and Alertmanager has it."""
        labels = {"alertname": "too-many-open-cases", "area": "Swale"}
        self.alert = {"labels": labels, "startsAt": _instant()}
        _until(self._post, "Alertmanager to take the alert")

    def recover(self) -> None:
        """The alert is over, and Alertmanager has been told."""
        self.alert = {**self.alert, "endsAt": _instant()}
        _until(self._post, "Alertmanager to take the end")

    def wait_for_mail(self) -> None:
        """Returns when one more mail has come."""
        before = len(mails_in(self.mails))
        _until(lambda: len(mails_in(self.mails)) > before, "a mail")

    def _ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/-/ready").is_success
        except httpx.TransportError:
            return False

    def _post(self) -> bool:
        try:
            body = json.dumps([self.alert])
            url = f"http://127.0.0.1:{self.port}/api/v2/alerts"
            return httpx.post(url, content=body, headers={"Content-Type": "application/json"}).is_success
        except httpx.TransportError:
            return False

    def _send_again_and_again(self) -> None:
        while not self._over.wait(0.5):
            if self.alert:
                self._post()


def _instant() -> str:
    return datetime.now(UTC).isoformat()


def _until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + 60
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"waited a minute for {what}")
        time.sleep(0.02)


def _council(scratch: Path, mails: Path, port: int) -> Council:
    folder = scratch / "council"
    folder.mkdir()
    url = f"sqlite:///{folder / 'limen.db'}"
    migrate.upgrade(url)
    return Council(folder, url, mails, port, domain="kent.example")


def _alertmanager_undisturbed(tried: Alertmanager) -> None:
    _alertmanager_life(tried, None)


def _alertmanager_life(tried: Alertmanager, after_breach: signal.Signals | None) -> None:
    """Breach, mail, perhaps a stop and a start, recovery, mail."""
    with tried:
        tried.breach()
        tried.wait_for_mail()
        time.sleep(1)  # it writes down that it has sent the mail
        if after_breach is not None:
            tried.stop(after_breach)
            tried.start()
            time.sleep(QUIET_S)
        tried.recover()
        time.sleep(QUIET_S)


def _alertmanager_killed_before_the_breach_mail(tried: Alertmanager) -> None:
    with tried:
        tried.breach()
        tried.stop(signal.SIGKILL)
        tried.start()
        time.sleep(QUIET_S)
        tried.recover()
        time.sleep(QUIET_S)


def _alertmanager_killed_after_the_breach_mail(tried: Alertmanager) -> None:
    _alertmanager_life(tried, signal.SIGKILL)


def _alertmanager_killed_before_the_recovery_mail(tried: Alertmanager) -> None:
    with tried:
        tried.breach()
        tried.wait_for_mail()
        time.sleep(1)
        tried.recover()
        tried.stop(signal.SIGKILL)
        tried.start()
        time.sleep(QUIET_S)


def _alertmanager_stopped_after_the_breach_mail(tried: Alertmanager) -> None:
    _alertmanager_life(tried, signal.SIGTERM)


def _limen(breach: str = "", recovery: str = "") -> Callable[[Council], None]:
    """limen's two files, each read by a process that dies at a step if one is named, and by its successor."""

    def live(council: Council) -> None:
        for index, (value, step) in enumerate(((46, breach), (12, recovery))):
            council.send_figures(figure("Swale", index, value))
            if step and council.run(die_at=step) != -signal.SIGKILL:
                raise RuntimeError(council.spoken())
            if council.run() != 0:
                raise RuntimeError(council.spoken())

    return live


INSTANTS: Final = (
    ("never killed", _alertmanager_undisturbed, _limen()),
    (
        "SIGKILL before the breach mail",
        _alertmanager_killed_before_the_breach_mail,
        _limen(breach="evaluate: committed"),
    ),
    (
        "SIGKILL after the breach mail",
        _alertmanager_killed_after_the_breach_mail,
        _limen(breach="deliver: committed:3"),
    ),
    (
        "SIGKILL when the server has the breach mail, and limen has not noted it",
        _alertmanager_killed_after_the_breach_mail,
        _limen(breach="answered"),
    ),
    (
        "SIGKILL before the recovery mail",
        _alertmanager_killed_before_the_recovery_mail,
        _limen(recovery="evaluate: committed"),
    ),
    ("SIGTERM after the breach mail", _alertmanager_stopped_after_the_breach_mail, _limen()),
)

if __name__ == "__main__":
    main()
