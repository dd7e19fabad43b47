"""Which addresses the mail channel can reach, against a real server."""

import pytest

from notifiers.message import Address, Delivered, OutcomeCode, Rejected
from tests.support.post import Post, a_message

Code = OutcomeCode


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ann",
        "@kent.example",
        "ann@",
        "ann@kent.example\r\nBcc: eve@example.org",
        "ann\n@kent.example",
        "ann@kent.example\n",
        "ann <ann@kent.example>",
        "ann@kent.example,eve@example.org",
        "ann@kent..example",
        "ann@-kent.example",
        "ann@kent.example> SIZE=1",
        "a" * 65 + "@kent.example",
        "ann@" + "a." * 130 + "example",
        "an\x00n@kent.example",
    ],
)
def test_what_is_no_address_is_rejected_before_any_connection(post: Post, address: str) -> None:
    server = post.server(security="none")

    outcome = post.notifier(server).send(a_message(Address("Ann", address), message_id="<1@limen.example>"))

    assert isinstance(outcome, Rejected)
    assert outcome.code == Code.ADDRESS_INVALID
    assert server.connections == 0


def test_letters_of_all_alphabets_before_the_at_need_smtputf8(post: Post) -> None:
    message = a_message(Address("Zoë", "zoë@kent.example"), message_id="<1@limen.example>")
    able = post.server(security="none")
    unable = post.server(security="none", smtputf8=False)

    assert isinstance(post.notifier(able).send(message), Delivered)
    refused = post.notifier(unable).send(message)

    assert able.mails[0].recipients == ("zoë@kent.example",)
    assert isinstance(refused, Rejected)
    assert refused.code == Code.ADDRESS_UNSUPPORTED


def test_letters_of_all_alphabets_after_the_at_need_nothing(post: Post) -> None:
    server = post.server(security="none", smtputf8=False)
    message = a_message(Address("Zoë", "zoe@kënt.example"), message_id="<1@limen.example>")

    assert isinstance(post.notifier(server).send(message), Delivered)
    assert server.mails[0].recipients == ("zoe@xn--knt-jma.example",)
