"""A daemon whose work does what the files of a folder say, as a process of its own.

    python obedient_work.py FOLDER [CYCLE_GRACE [FINISH_WITHIN]]

`rules/rules.yaml`: its text is the rulebook; one that begins with "bad" is refused. `reload`, `evaluate`,
`take_in`, `deliver` and `check_templates` hold what that step does next: `away`, `broken`, `hang`, `wait`
(until `go` is there), `mails`; a missing file is `fine`. Every call is noted in `calls`.
"""

import hashlib
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.daemon import Daemon
from monitor.daemon.heartbeat import Limits
from monitor.logs import configure_logs
from monitor.metrics import Metrics
from monitor.settings import Settings, load_settings
from monitor.store.errors import StoreUnavailableError


@dataclass(frozen=True)
class Reloaded:
    loaded: bool
    changed: bool
    errors: int
    version: str
    text: str


@dataclass(frozen=True)
class Cycle:
    cycle_id: int | None = 1
    evaluated: int = 3
    transitions: int = 0
    enqueued: int = 0


@dataclass(frozen=True)
class Delivery:
    delivered: int = 0
    deferred: int = 0
    rejected: int = 0


class ObedientWork:
    answers = None

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.folder = folder
        self.settings = settings
        self.metrics = Metrics("1.2.3")
        self.version = ""

    def _note(self, call: str) -> None:
        with (self.folder / "calls").open("a") as calls:
            calls.write(f"{call}\n")

    def _told(self, step: str) -> str:
        self._note(step)
        file = self.folder / step
        told = file.read_text().strip() if file.exists() else "fine"
        match told:
            case "away":
                raise StoreUnavailableError("the database at postgresql://limen:pa55word@db/limen is away")
            case "broken":
                raise RuntimeError("a fault of limen's own")
            case "hang":
                while file.read_text().strip() == "hang":
                    time.sleep(0.05)
            case "wait":
                self._note(f"{step} waits")
                while not (self.folder / "go").exists():
                    time.sleep(0.02)
        self._note(f"{step} ended")
        return told

    def reload(self, _now: datetime) -> Reloaded:
        self._told("reload")
        text = (self.settings.rules_dir / "rules.yaml").read_text()
        if text.startswith("bad"):
            return Reloaded(False, False, 1, self.version, f"rules.yaml:1:1: R001 {text.strip()}\n    ^")
        version = hashlib.sha256(text.encode()).hexdigest()
        changed, self.version = version != self.version, version
        return Reloaded(True, changed, 0, version, "")

    def check_templates(self, _now: datetime, _stop: Callable[[], bool]) -> None:
        self._told("check_templates")

    def forget(self, now: datetime) -> None:
        """Nobody is kept here."""

    def take_in(self, _now: datetime) -> Sequence[object]:
        return ["figures.csv"] if self._told("take_in") == "file" else []

    def evaluate(self, now: datetime) -> Cycle:
        told = self._told("evaluate")
        self.metrics.outbox_counted({"pending": 2 if told == "mails" else 0, "sent": 5}, None, now)
        return Cycle(enqueued=2 if told in ("mails", "wait") else 0)

    def deliver(self, _now: datetime, stop: Callable[[], bool]) -> Delivery:
        if self._told("deliver") != "many":
            return Delivery()
        sent = 0
        while sent < 1000 and not stop():
            self._note("mail")
            sent += 1
            time.sleep(0.02)
        return Delivery(delivered=sent)

    def close(self) -> None:
        self._note("close")


def main() -> int:
    # As numpy does when it is imported, on more than one processor: a thread that blocks no signal.
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    folder = Path(sys.argv[1])
    grace, finish = (float(text) for text in [*sys.argv[2:], "60", "20"][:2])
    settings = load_settings(
        rules_dir=folder / "rules", config_dir=folder / "config", state_dir=folder / "state"
    )
    configure_logs(settings.log)
    limits = Limits(cycle_grace=grace, finish_within=finish)
    return Daemon(ObedientWork(folder, settings), settings, "1.2.3", limits=limits).run()


if __name__ == "__main__":
    sys.exit(main())
