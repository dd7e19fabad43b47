"""Settings that cannot work are refused with what to do, and the password stays hidden."""

from typing import Any

import pytest

from notifiers.email import SmtpSettings
from notifiers.message import Address
from notifiers.smtp_settings import is_loopback

GOOD: dict[str, Any] = {
    "host": "mail.kent.example",
    "port": 587,
    "sender": Address("limen", "limen@kent.example"),
}


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"host": ""}, "host must name"),
        ({"host": "mail\r\n"}, "host must name"),
        ({"port": 0}, "port must be between 1 and 65535, not 0"),
        ({"port": 65536}, "port must be"),
        ({"security": "ssl"}, "security must be starttls, tls or none"),
        ({"security": "none"}, "use starttls or tls"),
        ({"username": "limen"}, "belong together"),
        ({"password": "x"}, "belong together"),
        (
            {"host": "localhost", "security": "none", "username": "limen", "password": "x"},
            "a password is sent over TLS only",
        ),
        ({"username": "li\0men", "password": "x"}, "NUL"),
        ({"timeout": 0}, "timeouts"),
        ({"final_timeout": -1}, "timeouts"),
        ({"exchange_timeout": 0}, "timeouts"),
        ({"idle_limit": -1}, "idle_limit"),
        ({"mails_per_connection": 0}, "mails_per_connection"),
        ({"local_hostname": "a b"}, "local_hostname"),
        ({"sender": Address("limen", "limen")}, "the sender's address"),
        ({"envelope_sender": "bounces@kent.example\r\nX"}, "the sender's address"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        SmtpSettings(**GOOD | changes)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.9.1", "::1"])
def test_this_machine_may_be_spoken_to_in_clear(host: str) -> None:
    assert is_loopback(host)
    assert SmtpSettings(**GOOD | {"host": host, "security": "none"}).security == "none"


def test_another_machine_only_on_demand() -> None:
    assert not is_loopback("mail.kent.example")
    assert not is_loopback("192.0.2.1")
    assert SmtpSettings(**GOOD | {"security": "none", "allow_insecure": True}).allow_insecure


def test_tls_is_what_one_gets_without_asking() -> None:
    assert SmtpSettings(**GOOD).security == "starttls"


def test_the_password_is_in_no_text_made_of_the_settings() -> None:
    settings = SmtpSettings(**GOOD | {"username": "limen", "password": "sesame"})

    assert "sesame" not in f"{settings} {settings!r}"
