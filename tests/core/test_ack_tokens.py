"""Links in mails: what one key signed and nobody changed is believed, until it expires; nothing else is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.ack_tokens import (
    LINK_LASTS,
    LONGEST_TOKEN,
    AckClaim,
    TokenFault,
    ack_token,
    acknowledge_link,
    acknowledge_links,
    is_page_seal,
    page_seal,
    read_token,
)
from monitor.core.rulebook import Level
from tests.support.notices import BREACH

NOW = datetime(2013, 10, 14, 9, tzinfo=UTC)
KEY, OTHER = b"k" * 32, b"o" * 32
URL_SAFE = frozenset(ascii_letters + digits + "-_.")
LEVELS = st.sampled_from([None, *Level])
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
CLAIMS = st.builds(
    AckClaim,
    rule=NAMES,
    area=NAMES,
    episode=st.integers(1, 10**6),
    recipient=NAMES,
    level=LEVELS,
    expires=st.datetimes(datetime(2013, 10, 15), datetime(2099, 1, 1)).map(  # noqa: DTZ001 - given a zone next
        lambda when: when.replace(microsecond=0, tzinfo=UTC)
    ),
)
CLAIM = AckClaim("the-rule", "Folkestone and Hythe", 3, "e-llewellyn", Level.WARNING, NOW + LINK_LASTS)


@given(claim=CLAIMS, keys=st.permutations([KEY, OTHER, b"x" * 64]))
def test_what_was_signed_by_any_of_the_keys_is_read_as_it_was_said(
    claim: AckClaim, keys: list[bytes]
) -> None:
    token = ack_token(KEY, claim)
    assert URL_SAFE.issuperset(token)
    assert read_token(keys, token, NOW) == claim
    assert read_token(keys, token, claim.expires) is TokenFault.EXPIRED
    assert read_token([OTHER], token, NOW) is TokenFault.NOT_OURS


@given(place=st.integers(0, 10_000), other=st.characters(codec="ascii"))
def test_a_token_with_any_character_changed_is_not_believed(place: int, other: str) -> None:
    token = ack_token(KEY, CLAIM)
    place %= len(token)
    changed = token[:place] + other + token[place + 1 :]
    if changed == token:
        assert read_token([KEY], changed, NOW) == CLAIM
    else:
        assert read_token([KEY], changed, NOW) in (TokenFault.INCOMPLETE, TokenFault.NOT_OURS)


@given(st.text(max_size=300))
def test_any_text_at_all_is_refused_and_raises_nothing(text: str) -> None:
    assert read_token([KEY], text, NOW) in (TokenFault.INCOMPLETE, TokenFault.NOT_OURS)


@pytest.mark.parametrize("cut", [0, 1, 20, -20, -1])
def test_a_link_that_a_mail_program_has_cut_off_is_not_believed(cut: int) -> None:
    assert isinstance(read_token([KEY], ack_token(KEY, CLAIM)[:cut], NOW), TokenFault)


def test_an_expired_token_of_another_key_says_nothing_of_its_age() -> None:
    old = ack_token(OTHER, replace(CLAIM, expires=NOW - timedelta(days=1)))
    assert read_token([KEY], old, NOW) is TokenFault.NOT_OURS
    assert read_token([KEY], "a." + "b" * LONGEST_TOKEN, NOW) is TokenFault.INCOMPLETE


@given(shown=LEVELS, said=LEVELS)
def test_a_page_is_for_one_token_and_one_level(shown: Level | None, said: Level | None) -> None:
    token, other = ack_token(KEY, CLAIM), ack_token(KEY, replace(CLAIM, recipient="somebody-else"))
    seal = page_seal(KEY, token, shown)
    assert is_page_seal([OTHER, KEY], token, said, seal) is (shown is said)
    assert not is_page_seal([KEY], other, shown, seal)
    assert not is_page_seal([OTHER], token, shown, seal)
    assert not is_page_seal([KEY], token, shown, "é")
    assert not is_page_seal([KEY], token, shown, token.rpartition(".")[2])


def test_the_link_of_a_mail_names_its_breach_and_reader_and_keeps_the_path_of_a_proxy() -> None:
    notice = replace(BREACH, thread=f"{BREACH.rule}/{BREACH.area}/4")
    link = acknowledge_link("https://www.council.example/limen/", KEY, notice, "e-llewellyn", NOW)
    page, _, token = link.partition("?token=")
    assert page == "https://www.council.example/limen/acknowledge"
    assert read_token([KEY], token, NOW) == AckClaim(
        BREACH.rule, BREACH.area, 4, "e-llewellyn", BREACH.level, NOW + LINK_LASTS
    )
    assert acknowledge_links("https://www.council.example/limen", KEY, NOW)(notice, "e-llewellyn") == link
