"""SIGKILLs at random instants of a busy run; many more with `pytest --kills 1000`."""

import random
from contextlib import ExitStack

import pytest

from tests.support.council import MONTHS_PER_TOPIC, Council, monthly_figures
from tests.support.council_books import what_is_wrong

LIVES_PER_KILL = 4
LAST_LIVES = 3
"""Undisturbed, each some minutes after the one before: a mail may have been put off on a slow machine."""

SEED = 20140331


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    wanted: int = request.config.getoption("--kills")
    return wanted


def _kill_at_random(council: Council, kills: int, *, senders: int) -> int:
    """Kills so many lives, each a while after its beginning; further senders beside it die each in a while.

    A life that had ended before its kill does not count, and the next is given less time. Returns how many
    lives it took.
    """
    chance = random.Random(SEED)  # noqa: S311 - instants, not secrets
    longest, killed = 0.6, 0
    for life in range(1, LIVES_PER_KILL * kills + 1):
        council.send_figures(monthly_figures(life - 1))
        with ExitStack() as processes:
            first = processes.enter_context(council.life(task="all"))
            others = [processes.enter_context(council.life(beside=True, task="send")) for _ in range(senders)]
            for process in chance.sample([first, *others], 1 + senders):
                process.join(chance.uniform(0, longest))
                process.kill()
                process.join()
        assert first.exitcode in {0, -9}, council.spoken()
        killed += first.exitcode != 0
        longest *= 0.9 if first.exitcode == 0 else 1.05
        if killed == kills:
            return life
    raise AssertionError(f"only {killed} of {kills} kills hit a living process")


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("senders", [0, 1], ids=["alone", "with-another-sender"])
def test_kills_at_random_instants_lose_nothing_and_repeat_only_what_was_not_heard_of(
    council: Council, kills: int, senders: int
) -> None:
    council.watch_topics(1 + LIVES_PER_KILL * kills // MONTHS_PER_TOPIC)
    lives = _kill_at_random(council, max(kills // (1 + senders), 1), senders=senders)

    for _ in range(LAST_LIVES):
        assert council.run(task="all") == 0, council.spoken()

    assert council.files == lives
    assert what_is_wrong(council) == []
