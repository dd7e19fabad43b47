"""The daemon's parts by themselves: the service manager's protocol, the watch on files, the heartbeat."""

import os
import signal
import socket
import threading
from pathlib import Path

import pytest

from monitor.daemon.faults import in_words, store_is_away
from monitor.daemon.heartbeat import Heartbeat, Limits
from monitor.daemon.signal_queue import SignalQueue
from monitor.rule_watch import RuleWatch, sight
from monitor.sd_notify import ServiceManager
from monitor.store.errors import StoreUnavailableError
from tests.support.service_manager import NotificationSocket, wait_for


def test_the_service_manager_hears_each_message_in_its_words(tmp_path: Path) -> None:
    with NotificationSocket(tmp_path / "notify") as heard:
        manager = ServiceManager(str(heard.path))
        manager.ready("All\nis   well")
        manager.reloading()
        manager.alive()
        manager.stopping("Bye")
        heard.wait("STOPPING=1")

    assert heard.messages[0] == ["READY=1", "STATUS=All is well"]
    assert heard.messages[1][0] == "RELOADING=1"
    assert heard.messages[2:] == [["WATCHDOG=1"], ["STOPPING=1", "STATUS=Bye"]]


def test_a_socket_in_the_abstract_namespace_is_found() -> None:
    name = f"limen-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(f"\0{name}")
        ServiceManager(f"@{name}").status("Here")

        assert receiver.recv(100) == b"STATUS=Here"


def test_without_a_service_manager_nothing_happens(tmp_path: Path) -> None:
    ServiceManager(None).ready("")
    ServiceManager(str(tmp_path / "gone")).alive()


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "3000000"}, 3.0),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid())}, 3.0),
        ({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
    ],
)
def test_the_watchdogs_time_is_taken_only_if_it_is_meant_for_this_process(
    environ: dict[str, str], seconds: float | None
) -> None:
    assert ServiceManager.from_environment(environ).watchdog_seconds == seconds


def test_the_heartbeat_tells_a_hung_cycle_from_stuck_delivery() -> None:
    now = [0.0]
    heartbeat = Heartbeat(60, Limits(cycle_grace=20, delivery_grace=500), lambda: now[0])
    now[0] = 200
    assert heartbeat.stalled() == ""
    now[0] = 201
    assert "cycle" in heartbeat.stalled()
    heartbeat.cycle_completed()
    heartbeat.delivery_goes_on()
    now[0] = 702
    heartbeat.cycle_completed()
    assert "delivery" in heartbeat.stalled()
    heartbeat.delivery_ended()
    assert heartbeat.stalled() == ""


def test_a_database_that_is_away_is_recognised_behind_other_faults() -> None:
    away = StoreUnavailableError("no database")
    behind = RuntimeError("a cycle failed")
    behind.__cause__ = away

    assert store_is_away(away)
    assert store_is_away(behind)
    assert not store_is_away(RuntimeError("a fault"))
    assert in_words(away) == "no database"
    assert in_words(RuntimeError("first\nsecond")) == "RuntimeError: first"
    assert in_words(RuntimeError()) == "RuntimeError"
    assert "s3cret" not in in_words(ValueError("postgresql://u:s3cret@db"))


class Watched:
    """A watch on a folder that counts what it notices."""

    def __init__(self, folder: Path) -> None:
        self.noticed = 0
        self._lock = threading.Lock()
        self.watch = RuleWatch((folder,), self._notice, look_every=0.2)
        self.watch.start()

    def _notice(self) -> None:
        with self._lock:
            self.noticed += 1

    def wait(self, times: int) -> None:
        wait_for(lambda: self.noticed >= times, f"notice {times}")


def test_a_change_a_new_file_and_a_removal_are_noticed(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    try:
        (tmp_path / "new.yaml").write_text("a: 1")
        watched.wait(1)
        (tmp_path / "new.yaml").write_text("a: 22")
        watched.wait(2)
        (tmp_path / "new.yaml").unlink()
        watched.wait(3)
    finally:
        watched.watch.stop()


def test_a_folder_that_is_swapped_for_another_is_still_watched(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rules.yaml").write_text(name)
    current = tmp_path / "current"
    current.symlink_to("one")
    watched = Watched(current)
    try:
        (tmp_path / "next").symlink_to("two")
        (tmp_path / "next").rename(current)
        watched.wait(1)
        (tmp_path / "two" / "rules.yaml").write_text("changed")
        watched.wait(2)
    finally:
        watched.watch.stop()


def test_a_folder_that_comes_later_is_watched_from_then_on(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "rules")
    try:
        (tmp_path / "rules").mkdir()
        (tmp_path / "rules" / "rules.yaml").write_text("a: 1")
        watched.wait(1)
    finally:
        watched.watch.stop()


def test_editors_own_files_are_not_looked_at(tmp_path: Path) -> None:
    before = sight((tmp_path,))
    for name in (".rules.yaml.swp", "rules.yaml~", "rules.yaml.tmp", ".git"):
        (tmp_path / name).write_text("x")
    assert sight((tmp_path,)) == before
    (tmp_path / "rules.yaml").write_text("x")
    assert sight((tmp_path,)) != before


def test_a_signal_that_came_while_the_program_was_loaded_waits_in_the_queue() -> None:
    hangups = {signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, hangups)
    try:
        signal.pthread_kill(threading.get_ident(), signal.SIGHUP)
        with SignalQueue(hangups) as queue:
            assert queue.wait(10, hangups) is signal.SIGHUP
            signal.pthread_kill(threading.get_ident(), signal.SIGHUP)
            assert queue.wait(10, hangups) is signal.SIGHUP
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
