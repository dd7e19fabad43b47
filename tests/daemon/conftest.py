import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.repository import ROOT
from tests.support.service_manager import NotificationSocket, wait_for

PROGRAM = Path(__file__).with_name("obedient_work.py")
EVERY = {
    "LIMEN_HTTP__PORT": "0",
    "LIMEN_LOG__FORMAT": "json",
    "LIMEN_CYCLE__INBOX_EVERY": "0.2",
    "LIMEN_CYCLE__EVALUATE_EVERY": "0.2",
    "LIMEN_CYCLE__DELIVER_EVERY": "0.2",
}


@dataclass
class RunningDaemon:
    """A daemon process of obedient work, seen from outside."""

    folder: Path
    process: subprocess.Popen[str]
    manager: NotificationSocket

    def tell(self, step: str, what: str) -> None:
        """Has a step do something from now on; written whole, for the daemon may be reading."""
        part = self.folder / f"{step}.part"
        part.write_text(what)
        part.rename(self.folder / step)

    def write_rules(self, text: str) -> None:
        (self.folder / "rules" / "rules.yaml").write_text(text)

    def calls(self, call: str) -> int:
        file = self.folder / "calls"
        return file.read_text().splitlines().count(call) if file.exists() else 0

    def wait_calls(self, call: str, more: int = 1) -> None:
        before = self.calls(call)
        enough = before + more
        wait_for(lambda: self.calls(call) >= enough, lambda: f"{more} calls of {call}: {self.log()}")

    def make_wait(self, step: str) -> None:
        """Returns once the step waits, which it does until it is told to go on."""
        self.tell(step, "wait")
        wait_for(lambda: self.calls(f"{step} waits"), lambda: f"{step} to wait: {self.log()}")

    def ready(self) -> "RunningDaemon":
        self.manager.wait("READY=1")
        return self

    def get(self, path: str) -> httpx.Response:
        address = (self.folder / "state" / "http-address").read_text().strip()
        return httpx.get(f"http://{address}{path}")

    def metric(self, series: str) -> float | None:
        lines = [line.rpartition(" ") for line in self.get("/metrics").text.splitlines()]
        return next((float(value) for name, _, value in lines if name == series), None)

    def log(self) -> list[dict[str, Any]]:
        lines = (self.folder / "log").read_text().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    def logged(self, event: str) -> list[dict[str, Any]]:
        return [entry for entry in self.log() if event in entry["event"]]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(30)


Start = Callable[..., RunningDaemon]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a daemon; `grace` is its cycle's, `environ` is added to its environment."""
    with ExitStack() as resources:

        def start_one(*limits: str, rules: str = "rules: 1\n", **environ: str) -> RunningDaemon:
            for name in ("rules", "config", "state"):
                (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / "rules" / "rules.yaml").write_text(rules)
            number = len(list(tmp_path.glob("notify*")))
            manager = resources.enter_context(NotificationSocket(tmp_path / f"notify{number}"))
            log = resources.enter_context((tmp_path / "log").open("w"))
            process = subprocess.Popen(
                [sys.executable, str(PROGRAM), str(tmp_path), *limits],
                cwd=ROOT,
                env=os.environ
                | EVERY
                | {"NOTIFY_SOCKET": str(manager.path), "PYTHONPATH": str(ROOT)}
                | environ,
                stderr=log,
                text=True,
            )
            resources.callback(process.wait)
            resources.callback(process.kill)
            return RunningDaemon(tmp_path, process, manager)

        yield start_one
