"""The way to the mail server is cut, before, during and after a mail: all arrive when it is back."""

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from tests.support import smtp_server
from tests.support.council import LONGEST_RUN_S, Council, monthly_figures
from tests.support.council_books import what_is_wrong


@contextmanager
def _server(folder: Path, port: int, *faults: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    options = ["--faults", *faults] if faults else []
    with smtp_server.start(folder, "--security", "none", "--port", str(port), *options) as running:
        yield running


def _kill(server: subprocess.Popen[str]) -> None:
    os.kill(server.pid, signal.SIGKILL)
    server.wait(LONGEST_RUN_S)


def test_mails_wait_while_the_server_is_gone_and_go_out_when_it_is_back(
    council: Council, tmp_path: Path
) -> None:
    mails = tmp_path / "mails"
    with _server(mails, 0) as (server, port):
        _kill(server)
    council = replace_server(council, mails, port)
    council.send_figures(monthly_figures(0))

    assert council.run() == 0, council.spoken()
    assert council.received() == []
    assert "no connection to the mail server" in council.spoken()
    assert [
        line for line in what_is_wrong(council) if "is pending" not in line and "came 0" not in line
    ] == []

    with _server(mails, port):
        assert council.run() == 0, council.spoken()
    assert what_is_wrong(council) == []
    assert len(council.received()) == 4


def test_a_server_that_dies_with_a_mail_it_had_accepted_gets_that_one_again_and_no_other(
    council: Council, tmp_path: Path
) -> None:
    mails = tmp_path / "mails"
    with _server(mails, 0, "*=hang-after-data:1") as (server, port):
        council = replace_server(council, mails, port)
        council.send_figures(monthly_figures(0))
        with council.life() as process:
            council.wait_for_mails(1)
            _kill(server)
            process.join(LONGEST_RUN_S)
            assert process.exitcode == 0, council.spoken()
    with _server(mails, port):
        assert council.run() == 0, council.spoken()

    assert what_is_wrong(council) == []
    _one_came_twice(council)


def test_a_kill_while_the_server_hangs_after_a_mail_repeats_that_one_and_no_other(
    council: Council, tmp_path: Path
) -> None:
    mails = tmp_path / "mails"
    with _server(mails, 0, "*=hang-after-data:1") as (_server_process, port):
        council = replace_server(council, mails, port)
        council.send_figures(monthly_figures(0))
        with council.life() as process:
            council.wait_for_mails(1)
            process.kill()
            process.join()
        assert council.run() == 0, council.spoken()

    assert what_is_wrong(council) == []
    _one_came_twice(council)


def test_a_connection_dropped_after_a_mail_repeats_that_one_and_no_other(
    council: Council, tmp_path: Path
) -> None:
    mails = tmp_path / "mails"
    with _server(mails, 0, "*=drop-after-data:1") as (_server_process, port):
        council = replace_server(council, mails, port)
        council.send_figures(monthly_figures(0))
        assert council.run() == 0, council.spoken()
        assert council.run() == 0, council.spoken()

    assert what_is_wrong(council) == []
    _one_came_twice(council)


def replace_server(council: Council, mails: Path, port: int) -> Council:
    """The same council with a mail server of its own."""
    council.mail_folder, council.mail_port = mails, port
    return council


def _one_came_twice(council: Council) -> None:
    received = council.received()
    copies = Counter(mail.message_id for mail in received)
    assert sorted(copies.values()) == [1, 1, 1, 2]
    (repeated,) = (number for number, count in copies.items() if count == 2)
    unheard, heard = (mail for mail in received if mail.message_id == repeated)
    assert (unheard.heard, heard.heard) == (False, True)
    assert replace(unheard, number=0, connection=0, heard=True) == replace(heard, number=0, connection=0)
