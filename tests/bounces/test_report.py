"""What mails that come to the bounce address say."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.bounces.report import Verdict, read_report

SAMPLES = Path(__file__).with_name("samples")
TO = "bounces+17.abcd@council.example"
PERSON = (SAMPLES / "person.eml").read_text()


@pytest.mark.parametrize(
    ("sample", "verdict", "answer"),
    [
        ("rfc3464-given-up", Verdict.FAILED, "4.0.0 426 connection timed out"),
        ("rfc3464-several", Verdict.FAILED, "5.0.0 550 user unknown"),
        ("rfc3464-delayed", Verdict.DELAYED, "4.0.0"),
        ("international", Verdict.FAILED, "550 5.1.1 kein Postfach"),
        ("exim", Verdict.FAILED, "550 5.1.1 <ann@kent.example>: Recipient address rejected: User unknown"),
        ("qmail", Verdict.FAILED, "Sorry, no mailbox here by that name. (#5.1.1)"),
        ("away", Verdict.AUTOMATIC_REPLY, ""),
        ("person", Verdict.UNCLEAR, "it does not come from the null sender, so it is no bounce"),
        ("report-of-a-person", Verdict.UNCLEAR, "it does not come from the null sender, so it is no bounce"),
    ],
)
def test_each_mail_is_taken_for_what_it_is(sample: str, verdict: Verdict, answer: str) -> None:
    text = (SAMPLES / f"{sample}.eml").read_text().replace("{to}", TO)
    for content in (text, text.replace("\n", "\r\n")):
        report = read_report(content.encode())
        assert (report.verdict, report.answer.strip()) == (verdict, answer)
        assert TO in report.addresses


def test_a_report_of_success_is_no_bounce() -> None:
    text = (SAMPLES / "rfc3464-delayed.eml").read_text().replace("Action: delayed", "Action: relayed")
    report = read_report(text.encode())
    assert report.verdict is Verdict.UNCLEAR
    assert "relayed" in report.answer


@pytest.mark.parametrize(
    ("field", "verdict"),
    [
        ("Action: failed (it is full)", Verdict.FAILED),
        ("Action: (not (at all) delayed\\)) Failed", Verdict.FAILED),
        ("Action: delayed\n  (until (the) morning)", Verdict.DELAYED),
        ("Action: failed (not closed", Verdict.FAILED),
        ("Action: (failed) relayed", Verdict.UNCLEAR),
    ],
)
def test_a_comment_is_no_part_of_what_a_report_says(field: str, verdict: Verdict) -> None:
    text = (SAMPLES / "rfc3464-given-up.eml").read_text().replace("Action: failed", field)
    assert read_report(text.encode()).verdict is verdict


def test_a_comment_makes_no_status_and_no_automatic_reply() -> None:
    text = (SAMPLES / "rfc3464-given-up.eml").read_text().replace("Status: ", "Status: (2.0.0 was) ")
    report = read_report(text.encode())
    assert (report.verdict, report.answer) == (Verdict.FAILED, "4.0.0 426 connection timed out")
    plain = (SAMPLES / "qmail.eml").read_text()
    assert read_report(f"Auto-Submitted: no (by hand)\n{plain}".encode()).verdict is Verdict.FAILED
    assert read_report(f"Auto-Submitted: no (by hand)\n{PERSON}".encode()).verdict is Verdict.UNCLEAR


@given(
    st.binary(max_size=300) | st.sampled_from(sorted(SAMPLES.glob("*.eml"))).map(Path.read_bytes), st.data()
)
def test_no_mail_however_broken_makes_it_stumble(content: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(content)))
    broken = (
        content[:place] + data.draw(st.binary(max_size=5)) + content[place + data.draw(st.integers(0, 40)) :]
    )
    report = read_report(broken)
    assert len(report.answer) <= 1000
    assert report.answer.isprintable()


@pytest.mark.parametrize("charset", ["charset*=utf-8''utf-8", "charset=no\0such", "charset=nosuch"])
def test_a_character_set_that_python_stumbles_over_hides_no_bounce(charset: str) -> None:
    head = (
        f"Return-Path: <>\nFrom: MAILER-DAEMON@x.example\nTo: {TO}\nContent-Type: text/plain; {charset}\n\n"
    )
    report = read_report(head.encode() + b"caf\xe9 says 550 5.1.1 no mailbox\n")
    assert (report.verdict, report.addresses) == (Verdict.FAILED, (TO,))


def test_a_mail_that_is_nested_too_deeply_is_no_bounce_and_stops_nothing() -> None:
    assert read_report(b"Content-Type: message/rfc822\n\n" * 3000).verdict is Verdict.UNCLEAR
