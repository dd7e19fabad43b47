"""`limen once` and `limen outbox`: one round, with a real mail server and without."""

import json
from contextlib import closing
from email import message_from_string
from email.policy import default
from pathlib import Path
from shutil import copytree
from sqlite3 import connect

import pytest

from monitor.shipped_files import shipped_config_dir
from tests.support.command import GOOD, MIXED, Command
from tests.support.smtp_server import SmtpServer

ANALYST = "daniel.whitcombe@kent.example"
DIRECTOR = "margaret.oyelaran@kent.example"


@pytest.fixture
def inbox(state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The inbox, beside the state folder, so that it may be filled before limen makes that."""
    folder = state.with_name("inbox")
    folder.mkdir()
    monkeypatch.setenv("LIMEN_INBOX_DIR", str(folder))
    monkeypatch.setenv("LIMEN_CYCLE__SETTLE", "0")
    return folder


def serve(server: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIMEN_SMTP__HOST", server.host)
    monkeypatch.setenv("LIMEN_SMTP__PORT", str(server.port))


def outbox(limen: Command) -> list[dict[str, object]]:
    found = json.loads(limen("outbox", "list", "--format", "json").out)
    assert isinstance(found, list)
    return found


def test_a_round_takes_in_judges_and_tells(
    limen: Command, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "kent.csv").write_text(GOOD, encoding="utf-8")
    with SmtpServer(security="none") as server:
        serve(server, monkeypatch)

        said = limen("once")
        again = limen("once")

    assert (said.code, again.code) == (0, 0)
    assert "Judged 2 figures: 1 alert starts." in said.out
    assert "Delivered 2 mails." in said.out
    assert {mail.recipients for mail in server.mails} == {(ANALYST,), (DIRECTOR,)}
    assert "No file was ready" in again.out
    assert "Nothing has changed" in again.out
    assert "No mail was to be sent." in again.out
    assert len(server.mails) == 2


def test_without_a_mail_server_the_mails_wait(limen: Command, inbox: Path) -> None:
    (inbox / "kent.csv").write_text(GOOD, encoding="utf-8")

    said = limen("once")

    assert said.code == 0
    assert "2 mails did not go out and will be tried again; `limen outbox` shows why and when." in said.out
    assert "to send later" not in said.out
    assert {entry["state"] for entry in outbox(limen)} == {"pending"}
    listed = limen("outbox").out
    assert "next try" in listed
    assert "Kent: children leaving care who are adopted 12.0%, target 13.0% — amber" in listed


def test_a_refused_mail_is_shown_and_sent_again_by_hand(
    limen: Command, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "kent.csv").write_text(MIXED.replace("17.2", "9.0"), encoding="utf-8")
    with SmtpServer(security="none", faults={ANALYST: "550:1"}) as server:
        serve(server, monkeypatch)

        said = limen("once")
        (dead,) = json.loads(limen("outbox", "list", "--state", "dead", "--format", "json").out)
        shown = limen("outbox", "show", dead["id"])
        retried = limen("outbox", "retry", "--all-dead")
        limen("once")

    assert said.code == 1
    assert "1 row was set aside" in said.out
    assert "Refused for good: 1 mail" in said.out
    assert (dead["address"], dead["attempts"]) == (ANALYST, 1)
    assert "550 5.1.1 No such user" in dead["last_response"]
    assert f"limen outbox retry {dead['id']}" in shown.out
    assert (retried.code, retried.out) == (0, "1 mail is due now.\n")
    assert [mail.message_id for mail in server.to(ANALYST)] == [dead["message_id"]]
    assert limen("outbox", "retry", "--all-dead").out == "No mail was refused.\n"


def test_what_can_not_be_sent_again_is_said(
    limen: Command, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "kent.csv").write_text(GOOD, encoding="utf-8")
    with SmtpServer(security="none") as server:
        serve(server, monkeypatch)
        limen("once")

    said = limen("outbox", "retry", "1", "99")

    assert said.code == 1
    assert said.err.splitlines() == [
        "1: it was sent, so there is nothing to try again",
        "99: there is no such mail",
    ]


def test_a_mail_that_went_out_is_said_to_be_laid_out_anew_and_a_template_with_a_slip_is_named(
    limen: Command, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "kent.csv").write_text(GOOD, encoding="utf-8")
    limen("once")
    before = limen("outbox", "show", "1")
    with SmtpServer(security="none") as server:
        serve(server, monkeypatch)
        limen("once")
        limen("outbox", "retry", "1")
        limen("once")
    config = tmp_path / "config"
    copytree(shipped_config_dir(), config)
    (config / "templates" / "mail").mkdir(parents=True)
    (config / "templates" / "mail" / "closing.txt.j2").write_text("{% if %}")
    monkeypatch.setenv("LIMEN_CONFIG_DIR", str(config))

    shown, wire = limen("outbox", "show", "1"), limen("outbox", "show", "1", "--eml")

    assert before.err == ""
    for said in (shown, wire):
        assert "Laid out anew by today's templates" in said.err
        assert "mail/closing.txt.j2:1: LIM752" in said.err
        assert "Fault(" not in said.err
    assert "rated amber" in shown.out


def test_a_mail_can_be_looked_at_in_every_form(limen: Command, inbox: Path) -> None:
    (inbox / "kent.csv").write_text(GOOD, encoding="utf-8")
    limen("once")

    text, eml, html = (limen("outbox", "show", "1", *style).out for style in ((), ("--eml",), ("--html",)))

    message = message_from_string(eml, policy=default)
    assert "rated amber against a target of 13.0%" in text
    assert message["Subject"] == "Kent: children leaving care who are adopted 12.0%, target 13.0% — amber"
    assert message.get_content_type() == "multipart/alternative"
    assert 'src="data:image/png;base64,' in html
    assert "cid:" not in html
    missing = limen("outbox", "show", "99")
    assert (missing.code, missing.err) == (2, "There is no mail 99: `limen outbox` lists them.\n")


def test_what_goes_by_another_channel_is_no_mail(limen: Command, inbox: Path, state: Path) -> None:
    (inbox / "kent.csv").write_text(GOOD, encoding="utf-8")
    limen("once")
    with closing(connect(next(state.rglob("*.db")))) as database, database:
        database.execute("UPDATE outbox SET channel = 'webhook' WHERE id = 1")

    said = limen("outbox", "show", "1", "--eml")

    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "This went by webhook; there is no mail. `limen outbox show 1` prints what it says.\n"
    )
    assert "rated amber against a target of 13.0%" in limen("outbox", "show", "1").out


def test_the_outbox_without_a_command_takes_the_options_of_its_list(limen: Command, inbox: Path) -> None:
    (inbox / "kent.csv").write_text(GOOD, encoding="utf-8")
    limen("once")

    short = limen("outbox", "-n", "1", "--format", "csv")
    misplaced = limen("outbox", "-n", "1", "list")

    assert short == limen("outbox", "list", "-n", "1", "--format", "csv")
    assert len(short.out.splitlines()) == 2
    assert misplaced.code == 2
    assert "write this after the command: limen outbox list" in misplaced.err


def test_the_outbox_is_a_table_for_other_programs_too(limen: Command, inbox: Path) -> None:
    (inbox / "kent.csv").write_text(GOOD, encoding="utf-8")
    limen("once")

    said = limen("outbox", "list", "--format", "csv", "--limit", "1")

    head, row = said.out.splitlines()
    assert head.startswith("id,state,created_at,recipient,address,subject,attempts")
    assert row.startswith("2,pending,")
    assert limen("outbox", "list", "--limit", "1").err == "There are more; --limit 2 shows them.\n"


def test_a_mail_that_waits_for_another_says_so_and_a_passed_one_is_not_retried_unasked(
    limen: Command, inbox: Path, state: Path
) -> None:
    (inbox / "kent.csv").write_text(GOOD, encoding="utf-8")
    limen("once")
    file = next(state.rglob("*.db"))
    with closing(connect(file)) as database, database:
        database.execute("UPDATE mail_order SET key = 'the same for both'")

    listed, record, shown = limen("outbox"), outbox(limen), limen("outbox", "show", "2")
    row = limen("outbox", "list", "--format", "csv", "--limit", "1").out.splitlines()[-1]
    with closing(connect(file)) as database, database:
        database.execute("UPDATE outbox SET state = CASE id WHEN 1 THEN 'dead' ELSE 'sent' END")
    refused = limen("outbox", "retry", "--all-dead")
    insisted = limen("outbox", "retry", "1", "--even-overtaken")

    assert "waits until mail 1 has gone out" in listed.out
    assert [each["waits_for"] for each in record] == [[1], []]
    assert row.endswith(",1")
    assert "; waits until mail 1 has gone out, which it follows" in shown.out
    assert (refused.code, refused.out) == (1, "0 mails are due now.\n")
    assert refused.err == (
        "1: mail 2 tells what became of the same thing and has gone out, or is going out now, so this "
        "would look new: --even-overtaken sends it all the same\n"
    )
    assert (insisted.code, insisted.out) == (0, "1 mail is due now.\n")
