"""The address that a mail comes back to: it names the mail, and is signed so that nobody else can write it.

``bounces@council.example`` becomes ``bounces+17.SIGNATURE@council.example`` for mail 17, the way of
D. J. Bernstein's "Variable Envelope Return Paths" (1997). Without a signature anybody could have any address
marked as failing.
"""

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Sequence
from typing import Final

LONGEST_LOCAL_PART: Final = 64
"""Octets before the @ (RFC 5321, 4.5.3.1.1)."""

LONGEST_NUMBER: Final = 2**63 - 1
"""The largest number that a database gives a row."""

_SIGNATURE_BYTES: Final = 10
_MOST_DIGITS: Final = len(str(LONGEST_NUMBER))

LONGEST_OWN_PART: Final = LONGEST_LOCAL_PART - len("+.") - _MOST_DIGITS - _SIGNATURE_BYTES * 8 // 5
"""What is left for the part before the @ of the address as it is set."""


def signed_address(bounce_address: str, outbox_id: int, key: bytes) -> str:
    """The address that this mail comes back to.

    Raises:
        ValueError: the part before the @ is longer than :data:`LONGEST_OWN_PART`.
    """
    own, _, domain = bounce_address.rpartition("@")
    if len(own.encode()) > LONGEST_OWN_PART:
        raise ValueError(f"the part before the @ of {bounce_address} is longer than {LONGEST_OWN_PART}")
    return f"{own}+{outbox_id}.{_signature(outbox_id, key)}@{domain}"


def mail_number(address: str, bounce_address: str, keys: Sequence[bytes]) -> int | None:
    """The mail that an address is for; None: it was signed by none of the keys.

    Capitals make no difference: some mail servers change them.
    """
    local, _, domain = address.strip().strip("<>").lower().rpartition("@")
    own, _, own_domain = bounce_address.lower().rpartition("@")
    number, _, signature = local.removeprefix(f"{own}+").partition(".")
    written = local.startswith(f"{own}+") and number.isdecimal() and number.isascii()
    if not written or domain != own_domain or len(number) > _MOST_DIGITS:
        return None
    given = signature.encode(errors="replace")
    right = [hmac.compare_digest(_signature(int(number), key).encode(), given) for key in keys]
    return int(number) if any(right) else None


def _signature(outbox_id: int, key: bytes) -> str:
    """80 bits: nobody finds it by guesses that go by mail. The label keeps the key's uses apart."""
    whole = hmac.digest(key, f"limen bounce {outbox_id}".encode(), hashlib.sha256)
    return b32encode(whole[:_SIGNATURE_BYTES]).decode("ascii").lower()
