"""The table of replies, and what holds for all of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifiers.message import Deferred, Delivered, OutcomeCode, Rejected
from notifiers.smtp_replies import Reply, Stage, outcome_of

Code = OutcomeCode

CHANNEL = [
    (Stage.GREETING, "554 no SMTP service here", Code.SERVICE_UNAVAILABLE),
    (Stage.GREETING, "521 does not accept mail", Code.SERVICE_UNAVAILABLE),
    (Stage.HELLO, "504 5.5.2 need fully-qualified hostname", Code.SERVICE_UNAVAILABLE),
    (Stage.SECURITY, "454 4.7.0 TLS not available", Code.TLS_FAILED),
    (Stage.LOGIN, "454 4.7.0 temporary authentication failure", Code.LOGIN_REFUSED),
    (Stage.LOGIN, "535 5.7.139 SmtpClientAuthentication is disabled", Code.LOGIN_REFUSED),
    (Stage.SENDER, "452 4.3.1 insufficient system storage", Code.SERVICE_UNAVAILABLE),
    (Stage.SENDER, "550 5.1.8 sender domain not found", Code.SENDER_REFUSED),
    (Stage.SENDER, "553 5.7.1 sender address rejected: not owned by user", Code.SENDER_REFUSED),
    (Stage.SENDER, "530 5.7.0 must issue STARTTLS first", Code.LOGIN_REFUSED),
    (Stage.SENDER, "530 5.7.57 client not authenticated", Code.LOGIN_REFUSED),
    (Stage.SENDER, "555 unsupported option", Code.MISCONFIGURED),
    (Stage.RECIPIENT, "550 5.7.10 encryption needed", Code.LOGIN_REFUSED),
    (Stage.RECIPIENT, "421 4.7.0 too many errors", Code.SERVICE_UNAVAILABLE),
    (Stage.CONTENT, "421 4.3.2 system shutting down", Code.SERVICE_UNAVAILABLE),
]
THIS_MAIL = [
    (Stage.RECIPIENT, "450 4.2.0 greylisted", Code.RECIPIENT_DEFERRED),
    (Stage.RECIPIENT, "452 4.2.2 mailbox full", Code.RECIPIENT_DEFERRED),
    (Stage.RECIPIENT, "550 5.1.8 sender domain does not exist", Code.SENDER_REFUSED),
    (Stage.RECIPIENT, "550 5.7.23 SPF validation failed", Code.SENDER_REFUSED),
    (Stage.RECIPIENT, "554 5.7.1 <a@b>: Relay access denied", Code.MISCONFIGURED),
    (Stage.RECIPIENT, "550 relay not permitted", Code.MISCONFIGURED),
    (Stage.RECIPIENT, "550 5.7.1 Relaying denied", Code.MISCONFIGURED),
    (Stage.RECIPIENT, "550 5.7.54 Unable to relay recipient in non-accepted domain", Code.MISCONFIGURED),
    (Stage.RECIPIENT, "503 5.5.1 bad sequence of commands", Code.MISCONFIGURED),
    (Stage.CONTENT, "451 4.3.0 try later", Code.MESSAGE_DEFERRED),
    (Stage.CONTENT, "550 5.7.26 unauthenticated mail is prohibited", Code.SENDER_REFUSED),
]
REJECTED = [
    (Stage.SENDER, "552 message size exceeds fixed maximum message size", Code.MESSAGE_TOO_LARGE),
    (Stage.SENDER, "553 5.6.7 needs SMTPUTF8", Code.ADDRESS_UNSUPPORTED),
    (Stage.RECIPIENT, "550 5.1.1 no such user", Code.RECIPIENT_REFUSED),
    (Stage.RECIPIENT, "550 5.7.1 not allowed to send to this list", Code.RECIPIENT_REFUSED),
    (Stage.RECIPIENT, "501 5.1.3 bad recipient address syntax", Code.RECIPIENT_REFUSED),
    (Stage.RECIPIENT, "552 5.2.2 mailbox full", Code.RECIPIENT_REFUSED),
    (Stage.RECIPIENT, "553 5.6.7 needs SMTPUTF8", Code.ADDRESS_UNSUPPORTED),
    (Stage.RECIPIENT, "556 5.1.10 null MX", Code.RECIPIENT_REFUSED),
    (Stage.CONTENT, "552 5.3.4 message too big", Code.MESSAGE_TOO_LARGE),
    (Stage.CONTENT, "550 5.2.3 message too long for recipient", Code.MESSAGE_TOO_LARGE),
    (Stage.CONTENT, "552 5.2.2 mailbox full", Code.RECIPIENT_REFUSED),
    (Stage.CONTENT, "552 5.7.0 blocked: attachment", Code.MESSAGE_TOO_LARGE),
    (Stage.CONTENT, "554 5.7.1 spam", Code.MESSAGE_REFUSED),
    (Stage.CONTENT, "554 5.6.0 relay of such content is refused", Code.MESSAGE_REFUSED),
]


def reply(text: str) -> Reply:
    return Reply(int(text[:3]), text[4:])


@pytest.mark.parametrize(("stage", "said", "code"), CHANNEL)
def test_faults_of_server_or_settings_defer_the_channel(stage: Stage, said: str, code: Code) -> None:
    outcome = outcome_of(stage, reply(said))

    assert isinstance(outcome, Deferred)
    assert (outcome.code, outcome.scope) == (code, "channel")
    assert said in outcome.reason


@pytest.mark.parametrize(("stage", "said", "code"), THIS_MAIL)
def test_what_may_pass_for_this_mail_defers_it_alone(stage: Stage, said: str, code: Code) -> None:
    outcome = outcome_of(stage, reply(said))

    assert isinstance(outcome, Deferred)
    assert (outcome.code, outcome.scope) == (code, "message")


@pytest.mark.parametrize(("stage", "said", "code"), REJECTED)
def test_what_speaks_of_recipient_or_mail_for_good_rejects(stage: Stage, said: str, code: Code) -> None:
    outcome = outcome_of(stage, reply(said))

    assert isinstance(outcome, Rejected)
    assert outcome.code == code
    assert said in outcome.reason


REPLIES = st.builds(
    Reply, st.integers(400, 599), st.from_regex(r"([45]\.[0-7]\.[0-9]{1,2} )?[a-z ]{0,20}", fullmatch=True)
)


@given(st.sampled_from(Stage), REPLIES)
def test_only_a_permanent_reply_about_a_mail_ever_rejects_it(stage: Stage, said: Reply) -> None:
    outcome = outcome_of(stage, said)

    assert not isinstance(outcome, Delivered)
    if said.temporary or stage in {Stage.GREETING, Stage.HELLO, Stage.SECURITY, Stage.LOGIN}:
        assert isinstance(outcome, Deferred)
    if stage is Stage.SENDER and isinstance(outcome, Rejected):
        assert outcome.code in {Code.MESSAGE_TOO_LARGE, Code.ADDRESS_UNSUPPORTED}


@given(st.sampled_from(Stage), st.one_of(st.integers(-1, 199), st.integers(300, 399), st.integers(600, 999)))
def test_an_answer_that_is_not_smtp_neither_delivers_nor_rejects(stage: Stage, code: int) -> None:
    outcome = outcome_of(stage, Reply(code, "?"))

    assert isinstance(outcome, Deferred)
    assert outcome.code == (Code.REPLY_LOST if stage is Stage.CONTENT else Code.CONNECTION_LOST)


@given(st.integers(200, 299))
def test_any_positive_reply_to_the_content_delivers(code: int) -> None:
    assert outcome_of(Stage.CONTENT, Reply(code, "2.0.0 ok")) == Delivered(f"{code} 2.0.0 ok")


@given(st.binary(max_size=2000))
def test_a_reply_is_made_fit_to_print(raw: bytes) -> None:
    text = Reply.from_wire(550, raw).text

    assert len(text) <= 300
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in text)


@pytest.mark.parametrize(
    ("text", "status"),
    [("5.1.1 no", (1, 1)), ("5.7.139 no", (7, 139)), ("no", None), ("5.1.1.1 no", (1, 1)), ("", None)],
)
def test_the_enhanced_status_is_read_where_there_is_one(text: str, status: tuple[int, int] | None) -> None:
    assert Reply(550, text).status == status


@pytest.mark.parametrize(
    ("stage", "said", "fails"),
    [
        (Stage.RECIPIENT, "550 5.1.1 no such user", True),
        (Stage.RECIPIENT, "550 5.2.1 mailbox disabled", True),
        (Stage.RECIPIENT, "552 5.2.2 mailbox full", True),
        (Stage.RECIPIENT, "556 5.1.10 null MX", True),
        (Stage.RECIPIENT, "550 5.4.1 Recipient address rejected: Access denied", True),
        (Stage.RECIPIENT, "550 5.0.0 user unknown", True),
        (Stage.RECIPIENT, "550 Unrouteable address", True),
        (Stage.RECIPIENT, "551 user not local", True),
        (Stage.CONTENT, "550 5.1.1 no such user", True),
        (Stage.RECIPIENT, "550 5.7.1 not allowed to send to this list", False),
        (Stage.RECIPIENT, "554 5.7.1 blocked", False),
        (Stage.RECIPIENT, "554 no", False),
        (Stage.RECIPIENT, "553 5.6.7 needs SMTPUTF8", False),
        (Stage.RECIPIENT, "552 too much mail", False),
        (Stage.CONTENT, "550 looks like spam", False),
        (Stage.CONTENT, "552 5.3.4 message too big", False),
        (Stage.CONTENT, "554 5.6.0 no such content", False),
        (Stage.SENDER, "552 message size exceeds fixed maximum message size", False),
    ],
)
def test_a_rejection_says_whether_it_is_the_address_that_fails(stage: Stage, said: str, fails: bool) -> None:
    outcome = outcome_of(stage, reply(said))

    assert isinstance(outcome, Rejected)
    assert outcome.address_fails is fails
