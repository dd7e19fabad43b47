"""`limen bounce`: a mail that comes back marks its address, and operations are told once."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.bounces.signed_address import mail_number
from monitor.signing_keys import KEY_FILE
from tests.support.bounces import bounced, report
from tests.support.command import GOOD, Command
from tests.support.smtp_server import ReceivedMail, SmtpServer

BOUNCES = "bounces@council.example"
DIRECTOR = "margaret.oyelaran@kent.example"
DESK = "performance.systems@kent.example"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[SmtpServer]:
    """A mail server that limen sends to, and the settings for it."""
    monkeypatch.setenv("LIMEN_SMTP__BOUNCE_ADDRESS", BOUNCES)
    monkeypatch.setenv("LIMEN_SECRET_KEY", KEY)
    with SmtpServer(security="none") as running:
        monkeypatch.setenv("LIMEN_SMTP__HOST", running.host)
        monkeypatch.setenv("LIMEN_SMTP__PORT", str(running.port))
        yield running


@pytest.fixture
def mail(limen: Command, server: SmtpServer, tmp_path: Path) -> ReceivedMail:
    """The mail to the director, which the server took."""
    file = tmp_path / "good.csv"
    file.write_text(GOOD, encoding="utf-8")
    assert limen("ingest", file, "--evaluate").code == 0
    assert limen("once").code == 0
    (found,) = server.to(DIRECTOR)
    return found


def _pipe(text: str | bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    content = text.encode() if isinstance(text, str) else text
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))


def test_a_mail_that_a_real_server_sends_back_marks_its_address_and_operations_are_told_once(
    limen: Command, server: SmtpServer, mail: ReceivedMail, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = mail_number(mail.mail_from, BOUNCES, [KEY.encode()])
    assert number is not None
    back = bounced(server, mail)
    assert (back.mail_from.strip("<>"), back.recipients) == ("", (mail.mail_from,))

    for said in ("fails. 550 5.1.1", "is known already"):
        _pipe(back.content, monkeypatch)
        answer = limen("bounce", "-", "--recipient", back.recipients[0])
        assert (answer.code, answer.err) == (0, "")
        assert said in answer.out
    status, listed = limen("status"), json.loads(limen("outbox", "list", "--format", "json").out)
    assert limen("once").code == 0

    assert status.code == 1
    assert "✕ Addresses:  1 address fails" in status.out
    assert f"{DIRECTOR} (m-oyelaran) since" in status.out
    assert {each["address"] for each in listed if each["address_fails"]} == {DIRECTOR}
    assert [f"Mails to {DIRECTOR} come back" in each.message.as_string() for each in server.to(DESK)] == [
        True
    ]

    kept = limen("outbox", "retry", str(number))
    assert (kept.code, kept.out) == (1, "0 mails are due now.\n")
    assert f"{number}: it was sent, but mails to its address come back: --even-sent" in kept.err
    assert limen("outbox", "retry", "--even-sent", str(number)).out == "1 mail is due now.\n"
    assert limen("once").code == 0
    assert len({each.message["Message-ID"] for each in server.to(DIRECTOR)}) == 1
    assert len(server.to(DIRECTOR)) == 2

    assert limen("bounce", "--clear", "m-oyelaran").out == f"{DIRECTOR} counts as good again.\n"
    assert "Addresses:  none fails" in limen("status").out
    assert limen("bounce", "--clear", "m-oyelaran").code == 2
    told = limen("audit", "--kind", "address-failing", "--kind", "address-cleared").out
    assert f"Mails to {DIRECTOR} (m-oyelaran) come back, as mail {number} showed: 550 5.1.1" in told
    assert f"cleared the address {DIRECTOR}" in told


@pytest.fixture
def alert(limen: Command, server: SmtpServer, tmp_path: Path) -> str:
    """An alert whose mail to the director has not been sent; its address."""
    assert server.mails == []
    file = tmp_path / "good.csv"
    file.write_text(GOOD, encoding="utf-8")
    assert limen("ingest", file, "--evaluate").code == 0
    return DIRECTOR


def test_an_address_that_a_server_refuses_on_the_spot_fails_and_operations_are_told_once(
    limen: Command, server: SmtpServer, alert: str
) -> None:
    server.faults[alert] = "550"
    assert limen("once").code == 1

    status = limen("status").out
    assert "✕ Addresses:  1 address fails" in status
    assert "the mail server refused the recipient: 550 5.1.1 No such user; “limen bounce --clear" in status
    (told,) = server.to(DESK)
    assert f"Mails to {alert} come back" in told.message.as_string()
    (dead,) = json.loads(limen("outbox", "list", "--state", "dead", "--format", "json").out)
    assert dead["address_fails"]

    assert limen("outbox", "retry", str(dead["id"])).code == 0
    assert limen("once").code == 1
    assert len(server.to(DESK)) == 1

    assert limen("bounce", "--clear", alert).code == 0
    assert "✓ Addresses:  none fails" in limen("status").out
    assert limen("outbox", "retry", str(dead["id"])).code == 0
    assert limen("once").code == 1
    assert len(server.to(DESK)) == 2


def test_that_operations_own_address_is_refused_makes_no_loop(
    limen: Command, server: SmtpServer, alert: str
) -> None:
    server.faults[alert] = server.faults[DESK] = "550"

    assert limen("once").code == 1
    assert limen("once").code == 0

    assert server.to(DESK) == []
    failing = json.loads(limen("status", "--format", "json").out)["addresses_failing"]["failing"]
    assert [each["address"] for each in failing] == [alert, DESK]


@pytest.mark.parametrize("fault", ["552", "554"])
def test_a_mail_that_is_refused_for_its_size_or_content_marks_no_address(
    limen: Command, server: SmtpServer, alert: str, fault: str
) -> None:
    server.faults[alert] = fault

    assert limen("once").code == 1

    assert "✓ Addresses:  none fails" in limen("status").out
    assert server.to(DESK) == []


def test_the_mail_that_tells_operations_may_itself_come_back_without_a_loop(
    limen: Command, server: SmtpServer, mail: ReceivedMail, tmp_path: Path
) -> None:
    file = tmp_path / "back.eml"
    for back in (mail, mail):
        file.write_text(report(back))
        assert limen("bounce", file).code == 0
    assert limen("once").code == 0
    (told,) = server.to(DESK)
    file.write_text(report(told))
    assert limen("bounce", file).code == 0
    sent = len(server.mails)

    assert limen("once").code == 0

    assert len(server.mails) == sent  # nobody else is operations, and they can't be told


@pytest.mark.parametrize(
    ("spoiled", "expected"),
    [
        ({"+": "+9"}, (67, "Refused: it did not come to an address that limen signed")),
        ({"council.example": "kouncil.example"}, (67, "Refused")),
        ({"Action: failed": "Action: delayed"}, (0, "is delayed, not given up")),
        ({"From: ": "Return-Path: <eve@kent.example>\nFrom: "}, (65, "null sender")),
        (
            {"multipart/report": "multipart/mixed", "MAILER-DAEMON": "ann"},
            (0, "automatically: no bounce"),
        ),
        ({"Action: failed": "Action: relayed"}, (65, "neither failed nor delayed")),
    ],
)
def test_what_is_no_bounce_marks_no_address(
    limen: Command, mail: ReceivedMail, tmp_path: Path, spoiled: dict[str, str], expected: tuple[int, str]
) -> None:
    text = report(mail)
    for right, wrong in spoiled.items():
        text = text.replace(right, wrong)
    file = tmp_path / "back.eml"
    file.write_text(text)

    answer = limen("bounce", file)

    assert answer.code == expected[0]
    assert expected[1] in answer.out + answer.err
    record = json.loads(limen("status", "--format", "json").out)["addresses_failing"]
    assert record["failing"] == []
    assert record["bounces"]["refused"] == int(answer.code == 67)


def test_whatever_keeps_limen_from_it_the_mail_server_is_asked_to_keep_the_mail(
    limen: Command, mail: ReceivedMail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "back.eml"
    file.write_text(report(mail))
    with monkeypatch.context() as away:
        away.setenv("LIMEN_DATABASE_URL", "postgresql://limen@127.0.0.1:1/limen")
        assert limen("bounce", file).code == 75
    with monkeypatch.context() as away:
        away.setenv("LIMEN_RULES_DIR", str(tmp_path / "nowhere"))
        assert limen("bounce", file).code == 75
    with monkeypatch.context() as away:
        away.delenv("LIMEN_SMTP__BOUNCE_ADDRESS")
        answer = limen("bounce", file)
        assert answer.code == 75
        assert "set the address that mails come back to" in answer.err
    with monkeypatch.context() as away:
        away.delenv("LIMEN_SECRET_KEY")  # as behind a pipe that systemd hands no secrets
        answer = limen("bounce", file)
        assert answer.code == 75
        assert "the key that limen signs with can't be seen here" in answer.err
        assert list(tmp_path.rglob(KEY_FILE)) == []
    assert limen("bounce", tmp_path / "gone.eml").code == 75


def test_a_maildir_is_read_and_nothing_in_it_is_lost(
    limen: Command, mail: ReceivedMail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "Maildir"
    assert limen("bounce", "--maildir", folder).code == 2
    for part in ("new", "cur", "tmp"):
        (folder / part).mkdir(parents=True)
    (folder / "new" / "1.a.host").write_text(report(mail))
    (folder / "new" / "2.b.host").write_text(report(mail).replace(mail.mail_from, BOUNCES))

    with monkeypatch.context() as away:
        away.setenv("LIMEN_DATABASE_URL", "postgresql://limen@127.0.0.1:1/limen")
        assert limen("bounce", "--maildir", folder).code == 3
    assert len(list((folder / "new").iterdir())) == 2
    answer = limen("bounce", "--maildir", folder)

    assert answer.code == 0
    assert f"1.a.host: Mail {mail_number(mail.mail_from, BOUNCES, [KEY.encode()])} came back" in answer.out
    assert "2.b.host: Refused" in answer.out
    assert list((folder / "new").iterdir()) == []
    assert {each.name for each in (folder / "cur").iterdir()} == {"1.a.host:2,S", "2.b.host:2,FS"}


def test_the_command_says_how_it_is_to_be_used(limen: Command) -> None:
    for arguments in ([], ["-", "--clear", "x"], ["--maildir", ".", "--recipient", "x"]):
        answer = limen("bounce", *arguments)
        assert answer.code == 2
        assert "one of them" in answer.err
