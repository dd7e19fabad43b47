"""The daemon as a real process: real signals, a real notification socket, real HTTP."""

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support.service_manager import wait_for

Start = Any  # the fixture's callable; conftest modules can't be imported from


def test_it_is_ready_only_after_the_rules_are_loaded_and_the_port_answers(start: Start) -> None:
    daemon = start().ready()

    assert daemon.get("/healthz").status_code == 200
    daemon.wait_calls("evaluate ended")
    wait_for(lambda: daemon.get("/readyz").status_code == 200, "readiness")
    assert daemon.get("/readyz").json()["reasons"] == []
    assert daemon.metric("limen_rulebook_last_reload_successful") == 1
    assert daemon.stop() == 0
    assert not (daemon.folder / "state" / "http-address").exists()


def test_without_sound_rules_it_does_not_start_and_says_why(start: Start) -> None:
    daemon = start(rules="bad: indent\n")

    assert daemon.process.wait(30) == 78
    assert daemon.manager.count("READY=1") == 0
    assert daemon.logged("There are no rules to start with")
    (refusal,) = daemon.logged("those on disk have errors")
    assert refusal["problems"] == "rules.yaml:1:1: R001 bad: indent"
    assert not daemon.logged("^")
    assert daemon.calls("evaluate") == 0
    assert daemon.calls("close") == 1


def test_a_port_that_is_taken_is_told_in_a_sentence(start: Start) -> None:
    first = start().ready()
    port = (first.folder / "state" / "http-address").read_text().strip().rpartition(":")[2]
    second = start(LIMEN_HTTP__PORT=port)

    assert second.process.wait(30) == 1
    (entry,) = second.logged("can't open its HTTP port")
    assert port in entry["event"]
    assert "exception" not in entry


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_finishes_the_cycle_in_flight_before_it_stops(start: Start, number: signal.Signals) -> None:
    daemon = start().ready()
    daemon.wait_calls("evaluate ended")
    daemon.make_wait("evaluate")
    daemon.process.send_signal(number)
    daemon.manager.wait("STOPPING=1")
    assert daemon.get("/readyz").json()["reasons"] == ["limen is stopping"]
    assert daemon.process.poll() is None
    begun, ended = daemon.calls("evaluate"), daemon.calls("evaluate ended")
    daemon.tell("go", "")

    assert daemon.process.wait(30) == 0
    assert daemon.calls("evaluate") == begun == daemon.calls("evaluate ended") == ended + 1
    assert daemon.calls("close") == 1
    assert not daemon.logged("A job has failed")  # its mails wait for the next start


@pytest.fixture
def not_ready_yet(start: Start, tmp_path: Path) -> Any:
    """A daemon whose main thread is at the rules, and waits for no signal."""
    (tmp_path / "reload").write_text("wait")
    daemon = start(LIMEN_CYCLE__EVALUATE_EVERY="3600")
    wait_for(lambda: daemon.calls("reload"), "the first load")
    return daemon


def test_asked_to_stop_while_it_is_not_listening_it_ends_in_order(not_ready_yet: Any) -> None:
    not_ready_yet.process.terminate()
    not_ready_yet.tell("go", "")

    assert not_ready_yet.process.wait(30) == 0
    assert not_ready_yet.calls("close") == 1
    assert not_ready_yet.logged("limen has stopped")


def test_asked_to_reload_while_it_is_not_listening_it_does_so_when_it_is_ready(not_ready_yet: Any) -> None:
    not_ready_yet.process.send_signal(signal.SIGHUP)
    not_ready_yet.tell("go", "")
    not_ready_yet.manager.wait("READY=1", 2)

    assert not_ready_yet.manager.count("RELOADING=1") == 1
    assert not_ready_yet.stop() == 0


def test_delivery_ends_after_the_mail_that_it_is_at(start: Start) -> None:
    daemon = start().ready()
    daemon.tell("deliver", "many")
    daemon.wait_calls("mail", 3)

    assert daemon.stop() == 0
    assert daemon.calls("mail") < 1000
    assert daemon.logged("Notifications were sent")


def test_a_second_signal_hastens_the_end(start: Start) -> None:
    daemon = start().ready()
    daemon.make_wait("evaluate")
    daemon.process.terminate()
    daemon.manager.wait("STOPPING=1")
    daemon.process.terminate()

    assert daemon.process.wait(30) == 1
    (entry,) = daemon.logged("ends without waiting")
    assert entry["jobs"] == "evaluate"
    assert not (daemon.folder / "state" / "http-address").exists()


def test_what_takes_too_long_at_the_end_is_left_behind(start: Start) -> None:
    daemon = start("60", "0.3").ready()
    daemon.make_wait("evaluate")

    assert daemon.stop() == 1
    assert daemon.logged("ends without waiting")[0]["reason"] == "took too long"


def test_cycles_do_not_overlap_and_a_slow_one_holds_no_mail_up(start: Start) -> None:
    daemon = start().ready()
    daemon.make_wait("evaluate")
    daemon.wait_calls("deliver ended", 3)

    wait_for(lambda: daemon.metric('limen_jobs_skipped_total{job="evaluate"}'), "a cycle that was due")
    assert daemon.calls("evaluate") == daemon.calls("evaluate ended") + 1
    assert daemon.calls("take_in") == daemon.calls("take_in ended")
    daemon.tell("go", "")
    daemon.wait_calls("evaluate ended")


def test_a_slow_mail_server_holds_no_cycle_up(start: Start) -> None:
    daemon = start().ready()
    daemon.make_wait("deliver")
    daemon.wait_calls("evaluate ended", 3)
    daemon.tell("go", "")


def test_a_cycle_that_enqueues_mails_has_them_sent_at_once(start: Start) -> None:
    daemon = start(LIMEN_CYCLE__DELIVER_EVERY="3600").ready()
    daemon.wait_calls("evaluate", 3)
    assert daemon.calls("deliver") == 1
    daemon.tell("evaluate", "mails")

    daemon.wait_calls("deliver", 2)
    assert "2 notifications to send." in daemon.manager.status


def test_a_file_that_comes_is_judged_at_once(start: Start) -> None:
    daemon = start(LIMEN_CYCLE__EVALUATE_EVERY="3600").ready()
    daemon.wait_calls("take_in", 3)
    assert daemon.calls("evaluate") == 1
    daemon.tell("take_in", "file")

    daemon.wait_calls("evaluate", 2)


@pytest.mark.parametrize("step", ["take_in", "evaluate", "deliver"])
def test_a_job_that_fails_is_logged_once_in_full_and_does_not_end_the_schedule(
    start: Start, step: str
) -> None:
    daemon = start().ready()
    daemon.tell(step, "broken")
    daemon.wait_calls(step, 4)
    daemon.tell(step, "fine")
    daemon.wait_calls(f"{step} ended")

    failures = [entry for entry in daemon.logged("A job has failed") if entry["job"] == step]
    assert [("exception" in entry, entry["level"]) for entry in failures[:3]] == [
        (True, "error"),
        (False, "warning"),
        (False, "warning"),
    ]
    assert (daemon.metric(f'limen_job_failures_total{{job="{step}"}}') or 0) >= 3
    assert daemon.stop() == 0


def test_a_database_that_is_away_is_told_everywhere_and_the_watchdog_stays_fed(start: Start) -> None:
    daemon = start("0.5", WATCHDOG_USEC="300000").ready()
    daemon.wait_calls("evaluate ended")
    daemon.tell("evaluate", "away")
    wait_for(lambda: daemon.metric("limen_store_up") == 0, "the metric")
    fed = daemon.manager.count("WATCHDOG=1")

    answer = daemon.get("/readyz")
    assert answer.status_code == 503
    assert "the database cannot be reached" in answer.json()["reasons"]
    assert "could not use the database" in daemon.manager.status
    daemon.manager.wait("WATCHDOG=1", fed + 30)
    assert not daemon.logged("limen is hung")
    everything = (
        (daemon.folder / "log").read_text()
        + answer.text
        + daemon.get("/").text
        + str(daemon.manager.messages)
    )
    assert "pa55word" not in everything

    daemon.tell("evaluate", "fine")
    wait_for(lambda: daemon.get("/readyz").status_code == 200, "readiness again")


@pytest.mark.parametrize("fault", ["hang", "broken"])
def test_the_watchdog_is_not_fed_when_cycles_hang_or_fail_for_ever(start: Start, fault: str) -> None:
    daemon = start("0.5", WATCHDOG_USEC="300000").ready()
    daemon.manager.wait("WATCHDOG=1", 3)
    daemon.tell("evaluate", fault)
    wait_for(lambda: daemon.logged("limen is hung"), "the verdict")
    fed = daemon.manager.count("WATCHDOG=1")
    daemon.wait_calls("deliver", 5)

    assert daemon.manager.count("WATCHDOG=1") == fed
    daemon.tell("evaluate", "fine")
    daemon.manager.wait("WATCHDOG=1", fed + 1)


def _reload_by_signal(daemon: Any) -> None:
    daemon.process.send_signal(signal.SIGHUP)


def _let_the_watch_notice(_daemon: Any) -> None:
    """The files' change is enough."""


@pytest.mark.parametrize("ask", [_reload_by_signal, _let_the_watch_notice])
def test_a_bad_edit_leaves_the_last_good_rules_and_says_so(start: Start, ask: Any) -> None:
    daemon = start().ready()
    daemon.wait_calls("evaluate ended")
    wait_for(lambda: daemon.get("/readyz").status_code == 200, "readiness")
    good = daemon.get("/readyz").json()["rulebook"]

    daemon.write_rules("bad: indent\n")
    ask(daemon)
    wait_for(lambda: daemon.metric("limen_rulebook_last_reload_successful") == 0, "the refusal")

    assert daemon.metric(f'limen_rulebook_info{{hash="{good}",revision=""}}') == 1
    assert daemon.metric("limen_rulebook_problems") == 1
    answer = daemon.get("/readyz")
    assert (answer.status_code, answer.json()["rulebook"]) == (200, good)
    assert "the rules on disk are not in force" in answer.json()["remarks"][0]
    assert "NOT in force" in daemon.manager.status
    assert daemon.logged("The last good rules stay in force")
    assert "R001 bad: indent" in daemon.logged("those on disk have errors")[0]["problems"]
    daemon.wait_calls("evaluate ended", 2)

    daemon.write_rules("rules: 2\n")
    ask(daemon)
    wait_for(lambda: daemon.metric("limen_rulebook_last_reload_successful") == 1, "the mended rules")
    assert daemon.get("/readyz").json()["rulebook"] != good
    assert daemon.get("/readyz").json()["remarks"] == []
    wait_for(lambda: daemon.calls("check_templates ended") >= 3, "checks of the templates")
    assert daemon.stop() == 0


def test_rules_that_are_mended_to_what_is_in_force_are_said_to_be_good_again(start: Start) -> None:
    daemon = start(rules="rules: 1\n").ready()
    daemon.write_rules("bad: “indent”\n")
    wait_for(lambda: daemon.logged("those on disk have errors"), "the refusal")
    daemon.write_rules("rules: 1\n")
    wait_for(lambda: daemon.logged("The rules on disk are good again"), "the mended rules")

    assert daemon.get("/readyz").json()["remarks"] == []
    assert "“indent”" in daemon.logged("those on disk have errors")[0]["problems"]


def test_a_reload_is_announced_and_its_end_too(start: Start) -> None:
    daemon = start(LIMEN_CYCLE__EVALUATE_EVERY="3600").ready()
    daemon.process.send_signal(signal.SIGHUP)
    daemon.manager.wait("READY=1", 2)

    (announced,) = [message for message in daemon.manager.messages if "RELOADING=1" in message]
    assert announced[1].removeprefix("MONOTONIC_USEC=").isdecimal()
    order = [message[0] for message in daemon.manager.messages if message[0] in {"READY=1", "RELOADING=1"}]
    assert order == ["READY=1", "RELOADING=1", "READY=1"]


def test_new_rules_are_judged_by_at_once(start: Start) -> None:
    daemon = start(LIMEN_CYCLE__EVALUATE_EVERY="3600", LIMEN_CYCLE__INBOX_EVERY="3600").ready()
    wait_for(lambda: daemon.calls("evaluate ended") == 1, "the first cycle")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.manager.wait("READY=1", 2)
    assert daemon.calls("evaluate") == 1

    daemon.write_rules("rules: 3\n")
    wait_for(lambda: daemon.calls("evaluate ended") == 2, "a cycle by the new rules")
