"""The test server as a process of its own, which the kill tests of the daemon lean on."""

import socket
from pathlib import Path

import pytest

from notifiers.message import Delivered
from tests.support.post import ANN, BOB, Post, plain_message
from tests.support.smtp_server import Faults, SmtpServer, mails_in, start


def test_a_server_process_keeps_its_mails_in_a_folder_over_its_lives(post: Post, tmp_path: Path) -> None:
    faults = ["--faults", "ann@kent.example=drop-after-data:1"]
    trusted = {"security": "starttls", "ca_file": tmp_path / "ca.pem"}
    with start(tmp_path, *faults) as (_, port):
        outcomes = [post.notifier_for(port, **trusted).send(plain_message(who, 1)) for who in (ANN, BOB)]
    with start(tmp_path) as (_, port):
        outcomes.append(post.notifier_for(port, **trusted).send(plain_message(ANN, 1)))

    assert [isinstance(outcome, Delivered) for outcome in outcomes] == [False, True, True]
    mails = mails_in(tmp_path)
    assert [mail.recipients for mail in mails] == [(ANN.address,), (BOB.address,), (ANN.address,)]
    assert [mail.heard for mail in mails] == [False, True, True]
    assert {mail.message_id for mail in mails} == {"<outbox-1.aa@limen.example>"}


def test_a_server_process_that_is_asked_to_end_ends_well(tmp_path: Path) -> None:
    with (
        start(tmp_path, "--security", "none") as (process, port),
        socket.create_connection(("127.0.0.1", port)) as client,
    ):
        assert client.recv(3) == b"220"
        process.terminate()
        assert process.wait(timeout=30) == 0


def test_an_unknown_fault_is_refused() -> None:
    with pytest.raises(ValueError, match="no such fault: 'sleep'"):
        SmtpServer(faults={"*": "sleep"})
    with pytest.raises(ValueError, match="no such fault"):
        Faults({"*": "550:often"})


def test_a_counted_fault_is_used_up_and_others_fall_back_on_the_star() -> None:
    faults = Faults({"ann@kent.example": "550:2", "*": "greylist"})

    assert [faults.next("ann@kent.example") for _ in range(3)] == ["550", "550", "ok"]
    assert faults.next("bob@kent.example") == "greylist"
    assert faults.next("bob@kent.example", frozenset({"452"})) == "ok"


def test_waiting_for_mails_that_do_not_come_says_how_many_came(post: Post) -> None:
    server = post.server(security="none")
    post.notifier(server).send(plain_message(ANN))

    assert len(server.wait_for(1)) == 1
    with pytest.raises(TimeoutError, match="1 of 2 mails came"):
        server.wait_for(2, timeout=0.05)
