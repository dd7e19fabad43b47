from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.core.statistics.flapping import FlappingRule, flapping

# Icinga 2, test/icinga-checkable-flapping.cpp: "host_flapping_docs_example", after a host that is up
DOCUMENTED = "O CCCWCWOOOOWWWWOOOWWWC"


def states(letters: str) -> list[str]:
    return list(letters.replace(" ", ""))


def test_the_documented_example_changes_by_39_1_percent_and_is_flapping() -> None:
    found = flapping(states(DOCUMENTED))
    assert found[-1].percent == Fraction("39.1")
    assert found[-1].flapping


def test_seven_more_states_without_a_change_end_the_documented_example() -> None:
    found = flapping(states(DOCUMENTED + "CCCCCCC"))
    assert found[-5].flapping
    assert found[-1].percent < 25
    assert not found[-1].flapping


def test_changes_at_every_state_are_flapping_from_the_sixth_on() -> None:
    # "host_flapping": there the first result counts as a change too, so it is preceded by another state here.
    found = flapping(states("W" + "OW" * 12 + "O"))
    assert [each.flapping for each in found[1:]] == [False] * 5 + [True] * 20


def test_a_state_that_never_changes_is_not_flapping() -> None:
    assert all(each.percent == 0 and not each.flapping for each in flapping(states("O" * 30)))


def test_between_the_limits_it_stays_what_it_was() -> None:
    rising = flapping(states("OWOWOW"))
    assert 25 < rising[-1].percent <= 30
    assert not rising[-1].flapping
    falling = flapping(states("OWOWOWO" + "O" * 8))
    assert 25 <= falling[-1].percent <= 30
    assert falling[-1].flapping


def test_an_unknown_state_is_no_state_and_no_change() -> None:
    with_gaps: list[str | None] = [None]
    for state in states(DOCUMENTED):
        with_gaps += [state, None]
    assert flapping(with_gaps)[-1] == flapping(states(DOCUMENTED))[-1]


def test_a_shorter_memory_for_quarterly_figures() -> None:
    rule = FlappingRule(places=8, high=Fraction(50), low=Fraction(40))
    assert flapping(states("RGRGRG"), rule)[-1].flapping
    assert not flapping(states("RRGGGR"), rule)[-1].flapping
    with pytest.raises(ValueError, match="two places"):
        flapping([], FlappingRule(places=1))


@given(st.lists(st.sampled_from("OWC"), max_size=60))
def test_the_percentage_runs_from_nothing_to_99(sequence: list[str]) -> None:
    found = flapping(sequence)
    assert len(found) == len(sequence)
    for before, now in pairwise(found):
        assert 0 <= now.percent <= 99
        assert now.flapping == (now.percent > 30 or (before.flapping and now.percent >= 25))
