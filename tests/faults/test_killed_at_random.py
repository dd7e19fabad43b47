"""SIGKILLs at random instants of a busy run, and then the store beside that of a run without any.

A busy run takes in one file after the other, judges it, and sends beside that what came of those before; it
never runs out of work, so every kill falls into some. Many more kills with

    pytest tests/faults/test_killed_at_random.py --kills 250 -s

for each store, with one sender and with two: 1,000 in all. They end with a line of figures each.
"""

import random
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.council import MONTHS_PER_TOPIC, Council, monthly_figures
from tests.support.council_books import what_is_wrong
from tests.support.council_twins import unlike
from tests.support.station import traced

LONGEST_LIFE_S = 0.6
IN_THE_QUEUE = 20
"""Files that wait for a life: hardly any judges them all before it is killed."""

FILES_PER_KILL = 8
"""More than a life can judge, on average."""

FILES_AT_THE_END, LAST_LIVES = 3, 3
"""Undisturbed, each some minutes after the one before: a mail may have been put off on a slow machine."""

SEED = 20140331

_PHASES = {
    "": "starting",
    "reload: written": "starting",
    "reload: committed": "starting",
    "fed": "reading a file",
    "read": "recording figures",
    "take_in: written": "committing figures",
    "take_in: committed": "moving a file",
    "recorded": "moving a file",
    "rejected rows written": "moving a file",
    "moved": "moving a file",
    "finished": "judging",
    "evaluate: written": "committing a judgement",
    "evaluate: committed": "between two files",
    "deliver: written": "committing a claim or an answer",
    "deliver: committed": "composing a mail",
    "composed": "talking to the server",
    "said MAIL": "talking to the server",
    "said RCPT": "talking to the server",
    "said DATA": "talking to the server",
    "handed over": "waiting for the answer to a mail",
    "answered": "recording an answer",
    "wrote delivery_attempts": "recording an answer",
}


def _phase(step: str) -> str:
    if step.startswith("said "):
        return "talking to the server"
    if step.startswith("wrote "):
        return _PHASES.get(step, "recording figures" if step in _INTAKE else "judging")
    return _PHASES[step]


_INTAKE = {"wrote batches", "wrote series"}


@dataclass
class Campaign:
    """Kills one life of a council after the other."""

    council: Council
    chance: random.Random
    kills: int = 0
    senders_killed: int = 0
    phases: Counter[str] = field(default_factory=Counter)

    def life(self, *, beside: bool) -> None:
        """One life, and a sender beside it, each killed after a while of its own."""
        self._fill_the_queue()
        traces = [self.council.folder / name for name in ("trace", "trace-beside")][: 1 + beside]
        with ExitStack() as processes:
            first = processes.enter_context(self.council.life(task="busy", trace=traces[0]))
            both = [first]
            if beside:
                life = self.council.life(beside=True, task="send", trace=traces[1])
                both.append(processes.enter_context(life))
            for process in self.chance.sample(both, len(both)):
                process.join(self.chance.uniform(0, LONGEST_LIFE_S))
                process.kill()
                process.join()
        for process, trace in zip(both, traces, strict=True):
            assert process.exitcode in {0, -9}, self.council.spoken()
            if process.exitcode != 0:
                self._count(trace, of_sender=process is not first)

    def _fill_the_queue(self) -> None:
        for _ in range(IN_THE_QUEUE - len(list(self.council.queue.iterdir()))):
            self.council.send_figures(monthly_figures(self.council.files), queued=True)

    def _count(self, trace: Path, *, of_sender: bool) -> None:
        self.kills += 1
        self.senders_killed += of_sender
        main, other = traced(trace)
        found = [main] if of_sender else [main, other]
        self.phases.update(f"{'2nd sender' if of_sender else 'daemon'}: {_phase(step)}" for step in found)
        trace.unlink()

    def end(self) -> None:
        """Lets a few lives end in peace; most of what was to keep them busy is not needed any more."""
        self.council.withdraw_queued(but=FILES_AT_THE_END)
        for _ in range(LAST_LIVES):
            assert self.council.run(task="busy") == 0, self.council.spoken()

    def report(self) -> str:
        """Its figures, for people."""
        received = self.council.received()
        different = len({mail.message_id for mail in received})
        phases = "".join(f"\n  {count:5}  {phase}" for phase, count in self.phases.most_common())
        return (
            f"\n{self.council.url.partition(':')[0]}: {self.kills} kills ({self.senders_killed} of a second "
            f"sender), {self.council.files} files, {different} mails, "
            f"{len(received) - different} repeats; the last step of each thread before its kill:{phases}"
        )


@pytest.fixture
def kills(request: pytest.FixtureRequest) -> int:
    wanted: int = request.config.getoption("--kills")
    return wanted


@pytest.fixture
def undisturbed(
    store_twin_url: str, mail_server: tuple[Path, int], tmp_path: Path, council: Council
) -> Council:
    """A council with a store of the same kind, whose limen nobody kills."""
    folder = tmp_path / "undisturbed"
    folder.mkdir()
    return Council(folder, store_twin_url, *mail_server, domain=f"undisturbed.{council.domain}")


def _judge_without_a_fault(undisturbed: Council, files: int) -> None:
    for number in range(files):
        undisturbed.send_figures(monthly_figures(number), queued=True)
    assert undisturbed.run(task="judge") == 0, undisturbed.spoken()


@pytest.mark.timeout(7200)
@pytest.mark.parametrize("beside", [False, True], ids=["alone", "with-another-sender"])
def test_kills_at_random_instants_lose_nothing_and_repeat_only_what_was_not_heard_of(
    council: Council, undisturbed: Council, kills: int, beside: bool
) -> None:
    topics = 2 + (IN_THE_QUEUE + kills * FILES_PER_KILL) // MONTHS_PER_TOPIC
    for each in (council, undisturbed):
        each.watch_topics(topics)
    campaign = Campaign(council, random.Random(SEED))  # noqa: S311 - instants, not secrets

    while campaign.kills < kills:
        campaign.life(beside=beside)
    campaign.end()
    _judge_without_a_fault(undisturbed, council.files)

    print(campaign.report())  # noqa: T201 - for whoever runs it with -s
    assert council.files <= topics * MONTHS_PER_TOPIC
    assert what_is_wrong(council) == []
    assert unlike(council, undisturbed) == []
