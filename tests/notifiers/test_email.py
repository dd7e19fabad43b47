"""The mail channel against a real server."""

import socket
from base64 import b64encode
from dataclasses import dataclass
from typing import Any

import pytest

from notifiers.email import EmailNotifier, SmtpSettings
from notifiers.message import Deferred, Delivered, Notifier, OutcomeCode, Rejected
from notifiers.smtp import _not_opened
from tests.support.post import ANN, BOB, Post, a_message, plain_message
from tests.support.promises import keeps_its_promises
from tests.support.smtp_server import SmtpServer

Code = OutcomeCode
LOGIN = ("limen", "correct horse £ battery")


def deferred(outcome: object) -> Deferred:
    assert isinstance(outcome, Deferred), outcome
    return outcome


@dataclass
class MailServer:
    """A real one as the other side of the channel."""

    server: SmtpServer

    @property
    def port(self) -> int:
        return self.server.port

    def drop(self) -> None:
        self.server.faults["*"] = "drop-after-data"

    def fail(self) -> None:
        self.server.faults["*"] = "452"


def test_mail_keeps_the_promises_of_a_notifier(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    server = post.server(login=LOGIN)

    def make(port: int) -> Notifier:
        return post.notifier(server, port=port, username=LOGIN[0], password=LOGIN[1])

    in_base64 = [b64encode(text.encode()).decode() for text in (LOGIN[1], f"\0{LOGIN[0]}\0{LOGIN[1]}")]
    keeps_its_promises(make, MailServer(server), a_message(), [LOGIN[1], *in_base64], caplog)
    assert [mail.heard for mail in server.mails] == [True, True, False]
    assert len({mail.message_id for mail in server.mails}) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_mail_goes_over_verified_tls_with_a_login(post: Post, security: str, mechanism: str) -> None:
    server = post.server(security=security, login=LOGIN, mechanisms=[mechanism])
    notifier: Notifier = post.notifier(server, username=LOGIN[0], password=LOGIN[1])

    outcome = notifier.send(a_message())

    assert outcome == Delivered("250 2.0.0 Accepted as 1")
    [mail] = server.mails
    assert mail.mail_from == "limen@kent.example"
    assert mail.recipients == ("ann@kent.example",)
    assert mail.message_id == "<outbox-17.ann@limen.example>"


def test_the_server_sees_the_bytes_that_were_composed(post: Post) -> None:
    server = post.server(security="none")
    text = "one\n.\n..two dots\n.\n" + "a long line " * 200 + "\nGrüße — ☂\n"

    post.notifier(server).send(a_message(text=text, html=None, images=()))

    assert server.mails[0].message.get_content().replace("\r\n", "\n") == text


def test_one_connection_carries_many_mails(post: Post) -> None:
    server = post.server()
    notifier = post.notifier(server)

    outcomes = [notifier.send(plain_message(ANN, number)) for number in range(50)]

    assert all(isinstance(outcome, Delivered) for outcome in outcomes)
    assert len(server.mails) == 50
    assert server.connections == 1


def test_a_new_connection_is_made_when_one_has_carried_enough(post: Post) -> None:
    server = post.server(security="none")
    notifier = post.notifier(server, mails_per_connection=4)

    for number in range(10):
        notifier.send(plain_message(ANN, number))

    assert [mail.connection for mail in server.mails] == [1] * 4 + [2] * 4 + [3] * 2


def test_a_connection_that_was_idle_too_long_is_replaced(post: Post) -> None:
    server = post.server(security="none")
    notifier = post.notifier(server, idle_limit=60)

    notifier.send(plain_message(ANN, 1))
    post.clock.seconds += 59
    notifier.send(plain_message(ANN, 2))
    post.clock.seconds += 61
    notifier.send(plain_message(ANN, 3))

    assert [mail.connection for mail in server.mails] == [1, 1, 2]


def test_a_connection_that_the_server_closed_is_replaced_without_a_word(post: Post) -> None:
    server = post.server()
    notifier = post.notifier(server)
    notifier.send(plain_message(ANN, 1))

    server.drop_connections()

    assert isinstance(notifier.send(plain_message(ANN, 2)), Delivered)
    assert [mail.connection for mail in server.mails] == [1, 2]


def test_a_server_that_comes_back_is_found_again(post: Post) -> None:
    server = post.server(security="none")
    notifier = post.notifier(server)
    notifier.send(plain_message(ANN, 1))
    server.stop()

    down = deferred(notifier.send(plain_message(ANN, 2)))
    assert (down.code, down.scope) == (Code.CONNECTION_FAILED, "channel")
    server.start()

    assert isinstance(notifier.send(plain_message(ANN, 2)), Delivered)


def test_closing_gives_the_connection_back_and_sending_may_go_on(post: Post) -> None:
    server = post.server(security="none")
    notifier = post.notifier(server)
    notifier.close()
    notifier.send(plain_message(ANN, 1))
    notifier.close()
    notifier.close()

    assert isinstance(notifier.send(plain_message(ANN, 2)), Delivered)
    assert server.connections == 2


@pytest.mark.parametrize(
    ("fault", "kind", "code", "scope", "said"),
    [
        ("greylist", Deferred, Code.RECIPIENT_DEFERRED, "message", "451 4.7.1 Greylisted"),
        ("450", Deferred, Code.RECIPIENT_DEFERRED, "message", "450 4.2.1"),
        ("421", Deferred, Code.SERVICE_UNAVAILABLE, "channel", "421 4.3.2"),
        ("550", Rejected, Code.RECIPIENT_REFUSED, None, "550 5.1.1 No such user"),
        ("relay", Deferred, Code.MISCONFIGURED, "message", "554 5.7.1 Relay access denied"),
        ("530", Deferred, Code.LOGIN_REFUSED, "channel", "530 5.7.0"),
        ("452", Deferred, Code.MESSAGE_DEFERRED, "message", "452 4.3.1"),
        ("552", Rejected, Code.MESSAGE_TOO_LARGE, None, "552 5.3.4"),
        ("554", Rejected, Code.MESSAGE_REFUSED, None, "554 5.6.0"),
        ("drop-before-data", Deferred, Code.CONNECTION_LOST, "message", "closed the connection"),
        ("drop-after-data", Deferred, Code.REPLY_LOST, "message", "may have been accepted"),
        ("hang", Deferred, Code.TIMED_OUT, "message", "did not answer within 0.3 seconds"),
        ("hang-after-data", Deferred, Code.REPLY_LOST, "message", "may have been accepted"),
    ],
)
def test_a_fault_touches_its_mail_only_and_says_what_it_is(  # noqa: PLR0917 - the columns of the table
    post: Post, fault: str, kind: type, code: Code, scope: str | None, said: str
) -> None:
    server = post.server(faults={"ann@kent.example": fault})
    timeouts = {"timeout": 0.3, "final_timeout": 0.3} if fault.startswith("hang") else {}
    notifier = post.notifier(server, **timeouts)

    first = notifier.send(plain_message(BOB, 1))
    outcome = notifier.send(plain_message(ANN, 2))
    last = notifier.send(plain_message(BOB, 3))

    assert isinstance(first, Delivered)
    assert isinstance(last, Delivered)
    assert isinstance(outcome, kind)
    assert isinstance(outcome, Deferred | Rejected)
    assert outcome.code == code
    assert said in outcome.reason
    assert getattr(outcome, "scope", None) == scope
    assert len(server.to("bob@kent.example")) == 2


@pytest.mark.parametrize("fault", ["greylist:1", "421:1", "452:1", "drop-before-data:1", "drop-after-data:1"])
def test_a_deferred_mail_arrives_when_sent_again_under_the_same_message_id(post: Post, fault: str) -> None:
    server = post.server(security="none", faults={"ann@kent.example": fault})
    notifier = post.notifier(server)
    message = a_message()

    assert isinstance(notifier.send(message), Deferred)
    assert isinstance(notifier.send(message), Delivered)

    *unheard, last = server.mails
    assert last.heard
    assert len(unheard) == (fault == "drop-after-data:1")
    assert all(mail.content == last.content and not mail.heard for mail in unheard)


@pytest.mark.parametrize("fault", ["421:1", "drop-before-data:1"])
def test_a_server_tired_of_a_used_connection_gets_one_more_try_on_a_new_one(post: Post, fault: str) -> None:
    server = post.server(security="none")
    notifier = post.notifier(server)
    notifier.send(plain_message(BOB, 1))
    server.faults["ann@kent.example"] = fault

    assert isinstance(notifier.send(plain_message(ANN, 2)), Delivered)
    assert [mail.connection for mail in server.mails] == [1, 2]


def test_a_mail_that_may_have_been_accepted_is_not_sent_again_at_once(post: Post) -> None:
    server = post.server(security="none")
    notifier = post.notifier(server)
    notifier.send(plain_message(BOB, 1))
    server.faults["ann@kent.example"] = "drop-after-data"

    assert deferred(notifier.send(plain_message(ANN, 2))).code == Code.REPLY_LOST
    assert len(server.to("ann@kent.example")) == 1


def test_two_exchanges_broken_off_in_a_row_stop_the_channel(post: Post) -> None:
    server = post.server(security="none", faults={"*": "drop-before-data"})
    notifier = post.notifier(server)

    assert deferred(notifier.send(plain_message(ANN, 1))).scope == "message"
    assert deferred(notifier.send(plain_message(BOB, 2))).scope == "channel"

    server.faults["*"] = "550"
    assert isinstance(notifier.send(plain_message(ANN, 3)), Rejected)
    server.faults["*"] = "drop-before-data"
    assert deferred(notifier.send(plain_message(ANN, 4))).scope == "message"


@pytest.mark.parametrize("fault", ["sender-550", "sender-451"])
def test_a_refused_sender_is_our_fault_and_no_mail_is_lost_for_it(post: Post, fault: str) -> None:
    server = post.server(security="none", faults={"*": fault})

    assert deferred(post.notifier(server).send(a_message())).scope == "channel"


def test_a_wrong_password_defers_and_is_told_to_nobody(
    post: Post, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    server = post.server(login=LOGIN)
    notifier = post.notifier(server, username="limen", password="not-the-word")

    outcome = deferred(notifier.send(a_message()))

    assert (outcome.code, outcome.scope) == (Code.LOGIN_REFUSED, "channel")
    assert "535 5.7.8" in outcome.reason
    told = caplog.text + "".join(capfd.readouterr()) + repr(outcome) + repr(notifier._settings)
    assert "not-the-word" not in told


def test_a_server_that_repeats_the_password_is_not_quoted(post: Post) -> None:
    certified = post.server(security="tls")
    ehlo = "250-script\r\n250 AUTH PLAIN"
    port = post.scripted(tls=certified.tls, ehlo=ehlo, auth="535 no: AGxpbWVuAHNlc2FtZQ== sesame")
    notifier = post.notifier(certified, port=port, username="limen", password="sesame")

    assert deferred(notifier.send(a_message())).reason.endswith("535 no: *** ***")


def test_a_server_without_a_login_by_password_is_our_fault(post: Post) -> None:
    certified = post.server(security="tls")
    port = post.scripted(tls=certified.tls, ehlo="250-script\r\n250 AUTH CRAM-MD5")
    notifier = post.notifier(certified, port=port, username="limen", password="sesame")

    outcome = deferred(notifier.send(a_message()))

    assert (outcome.code, outcome.scope) == (Code.LOGIN_REFUSED, "channel")
    assert "offers no login" in outcome.reason


def test_a_login_refused_at_the_name_keeps_the_password_back(post: Post) -> None:
    certified = post.server(security="tls")
    port = post.scripted(tls=certified.tls, ehlo="250-script\r\n250 AUTH LOGIN", auth="504 5.5.4 no")
    notifier = post.notifier(certified, port=port, username="limen", password="sesame")

    assert deferred(notifier.send(a_message())).code == Code.LOGIN_REFUSED


@pytest.mark.parametrize(
    ("starttls", "said"), [("454 4.7.0 not now", "454 4.7.0 not now"), ("220 go", "no encryption with")]
)
def test_a_server_that_offers_starttls_and_does_not_keep_to_it_gets_no_mail(
    post: Post, starttls: str, said: str
) -> None:
    port = post.scripted(ehlo="250-script\r\n250 STARTTLS", starttls=starttls)

    outcome = deferred(post.notifier_for(port, security="starttls").send(a_message()))

    assert (outcome.code, outcome.scope) == (Code.TLS_FAILED, "channel")
    assert said in outcome.reason


def test_a_login_is_tried_once_for_each_mail(post: Post) -> None:
    server = post.server(login=LOGIN, faults={"*": "535:1"})
    notifier = post.notifier(server, username=LOGIN[0], password=LOGIN[1])

    assert deferred(notifier.send(a_message())).code == Code.LOGIN_REFUSED
    assert isinstance(notifier.send(a_message()), Delivered)


def test_a_missing_login_is_our_fault(post: Post) -> None:
    server = post.server(login=LOGIN)

    outcome = deferred(post.notifier(server).send(a_message()))

    assert (outcome.code, outcome.scope) == (Code.LOGIN_REFUSED, "channel")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_not_trusted(post: Post, security: str) -> None:
    server = post.server(security=security)

    outcome = deferred(post.notifier(server, ca_file=None).send(a_message()))

    assert (outcome.code, outcome.scope) == (Code.TLS_FAILED, "channel")
    assert "could not prove who it is" in outcome.reason
    assert server.mails == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_for_another_name_is_not_trusted(post: Post, security: str) -> None:
    server = post.server(security=security, certified_for=["mail.example"])

    outcome = deferred(post.notifier(server).send(a_message()))

    assert (outcome.code, outcome.scope) == (Code.TLS_FAILED, "channel")
    assert "certificate is not valid for 'localhost'" in outcome.reason
    assert server.mails == []


def test_no_mail_and_no_password_goes_to_a_server_without_starttls(post: Post) -> None:
    server = post.server(security="none", login=LOGIN)
    notifier = post.notifier(
        server, security="starttls", ca_file=server.ca_file, username="limen", password="x"
    )

    outcome = deferred(notifier.send(a_message()))

    assert outcome.code == Code.TLS_FAILED
    assert "offers no STARTTLS" in outcome.reason


def test_a_missing_file_of_authorities_is_named(post: Post) -> None:
    server = post.server()

    outcome = deferred(post.notifier(server, ca_file="/nowhere/ca.pem").send(a_message()))

    assert (outcome.code, outcome.scope) == (Code.MISCONFIGURED, "channel")
    assert "/nowhere/ca.pem" in outcome.reason


def test_a_name_that_does_not_exist_defers(post: Post) -> None:
    notifier = post.notifier_for(25, host="mail.invalid", security="tls")

    outcome = deferred(notifier.send(a_message()))

    assert (outcome.code, outcome.scope) == (Code.NAME_NOT_RESOLVED, "channel")
    assert "mail.invalid" in outcome.reason


@pytest.mark.parametrize("number", [socket.EAI_NONAME, socket.EAI_AGAIN, socket.EAI_FAIL])
def test_a_name_that_is_not_found_now_may_be_found_later_whatever_the_resolver_says(number: int) -> None:
    settings = SmtpSettings(host="mail.kent.example", port=25, sender=ANN)

    failure = _not_opened(socket.gaierror(number, "whatever"), settings)

    outcome = deferred(failure.outcome)
    assert (outcome.code, outcome.scope) == (Code.NAME_NOT_RESOLVED, "channel")


@pytest.mark.parametrize(
    ("replies", "code", "scope"),
    [
        ({"greeting": "554 5.3.2 no mail here"}, Code.SERVICE_UNAVAILABLE, "channel"),
        ({"greeting": "421 4.3.2 not now"}, Code.SERVICE_UNAVAILABLE, "channel"),
        ({"greeting": ""}, Code.CONNECTION_LOST, "channel"),
        ({"greeting": "HTTP/1.1 400 Bad Request"}, Code.CONNECTION_LOST, "channel"),
        ({"ehlo": "550 5.7.1 who?", "helo": "550 5.7.1 who?"}, Code.SERVICE_UNAVAILABLE, "channel"),
        ({"ehlo": ""}, Code.CONNECTION_LOST, "channel"),
        ({"mail": "552 5.3.4 too big"}, Code.MESSAGE_TOO_LARGE, None),
        ({"mail": ""}, Code.CONNECTION_LOST, "message"),
        ({"data": "451 4.3.0 later"}, Code.MESSAGE_DEFERRED, "message"),
        ({"data": "503 5.5.1 what?"}, Code.MISCONFIGURED, "message"),
        ({"data": ""}, Code.CONNECTION_LOST, "message"),
        ({"content": ""}, Code.REPLY_LOST, "message"),
        ({"content": "hello"}, Code.REPLY_LOST, "message"),
        ({"content": "421 4.3.2 closing"}, Code.SERVICE_UNAVAILABLE, "channel"),
    ],
)
def test_whatever_a_server_says_is_an_outcome(
    post: Post, replies: dict[str, Any], code: Code, scope: str | None
) -> None:
    outcome = post.notifier_for(post.scripted(**replies)).send(a_message())

    assert outcome.code == code
    assert getattr(outcome, "scope", None) == scope


def test_a_server_that_knows_only_helo_gets_the_mail(post: Post) -> None:
    port = post.scripted(ehlo="502 5.5.1 what?")

    assert isinstance(post.notifier_for(port).send(a_message()), Delivered)


def test_a_silent_server_is_given_up(post: Post) -> None:
    server = post.server(security="tls")
    notifier = post.notifier(server, security="none", timeout=0.3)  # waits for a greeting that TLS holds back

    outcome = deferred(notifier.send(a_message()))

    assert (outcome.code, outcome.scope) == (Code.TIMED_OUT, "channel")


def test_bounces_go_where_the_settings_say(post: Post) -> None:
    server = post.server(security="none")

    post.notifier(server, envelope_sender="bounces@kent.example").send(a_message())

    assert server.mails[0].mail_from == "bounces@kent.example"
    assert server.mails[0].message["From"] == "limen at Kent <limen@kent.example>"


def test_a_mail_over_the_servers_limit_is_rejected_before_it_is_sent(post: Post) -> None:
    server = post.server(security="none", size_limit=5000)
    notifier = post.notifier(server)

    outcome = notifier.send(a_message(text="x" * 6000))

    assert isinstance(outcome, Rejected)
    assert outcome.code == Code.MESSAGE_TOO_LARGE
    assert isinstance(notifier.send(plain_message(ANN)), Delivered)


def test_the_channel_has_its_name() -> None:
    assert EmailNotifier.channel == "email"
