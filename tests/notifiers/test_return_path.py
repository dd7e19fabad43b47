"""A mail may have an address of its own to come back to."""

from notifiers.message import Deferred, OutcomeCode
from tests.support.post import Post, a_message


def test_a_mail_comes_back_to_its_own_address_and_others_to_that_of_the_settings(post: Post) -> None:
    server = post.server(security="none")
    notifier = post.notifier(server, envelope_sender="bounces@kent.example")

    for own in ("bounces+17.abcd@kent.example", None):
        notifier.send(a_message(return_path=own))

    assert [mail.mail_from for mail in server.mails] == [
        "bounces+17.abcd@kent.example",
        "bounces@kent.example",
    ]
    assert all("abcd" not in mail.content.decode() for mail in server.mails)


def test_an_address_that_can_not_be_one_keeps_the_mail_back_and_loses_nothing(post: Post) -> None:
    server = post.server(security="none")
    outcome = post.notifier(server).send(a_message(return_path="b" * 65 + "@kent.example"))

    assert isinstance(outcome, Deferred)
    assert (outcome.code, outcome.scope) == (OutcomeCode.MISCONFIGURED, "channel")
    assert server.mails == []
