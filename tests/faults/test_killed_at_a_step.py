"""A SIGKILL between any two steps from the file to the server's 250: nothing is lost, nothing done twice."""

import signal
from collections import Counter

import pytest

from monitor.store.tables import cycles
from tests.support.council import Council, figure, monthly_figures
from tests.support.council_books import rows_in, what_is_wrong

KILLED = -signal.SIGKILL
SWALE_BREACHES = figure("Swale", 0, 46) | figure("Thanet", 0, 12)
BAD_ROW = "open_cases_0,Atlantis,2012-04-30,12"
OPERATIONS = "ops@kent.example"
"""Told of the row that was set aside."""

STEPS = [
    "read",
    "wrote observations",
    "wrote file_faults",
    "take_in: written",
    "take_in: committed",
    "rejected rows written",
    "moved",
    "take_in: committed:2",
    "wrote evaluations",
    "wrote alerts",
    "wrote transitions",
    "wrote outbox",
    "wrote decisions",
    "evaluate: written",
    "evaluate: committed",
    "evaluate: written:2",
    "evaluate: committed:2",
    "deliver: written",
    "deliver: committed",
    "composed",
    "said MAIL",
    "said RCPT",
    "said DATA",
    "handed over",
    "answered",
    "wrote delivery_attempts",
    "deliver: committed:2",
    "answered:2",
]
REPEATED = {"handed over": {3, 4}, "answered": {4}, "answered:2": {4}, "wrote delivery_attempts": {4}}
"""How many mails come when the server has, or may have, one that the store knows nothing of at the kill."""


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_loses_nothing_and_does_nothing_twice(council: Council, step: str) -> None:
    council.send_figures(SWALE_BREACHES, BAD_ROW)

    assert council.run(die_at=step) == KILLED, council.spoken()
    assert council.run() == 0, council.spoken()

    assert what_is_wrong(council) == []
    received = council.received()
    came = Counter(mail.message_id for mail in received)
    assert len(came) == 3
    assert came.total() in REPEATED.get(step, {3})
    assert len({(mail.message_id, mail.content) for mail in received}) == 3
    assert len({mail.message_id for mail in received if mail.recipients == (OPERATIONS,)}) == 1
    (rejected,) = (council.folder / "archive").glob("*/*.rejected.csv")
    assert "Atlantis" in rejected.read_text("utf-8-sig")


def test_a_life_without_a_fault_sends_each_manager_one_mail(council: Council) -> None:
    council.send_figures(monthly_figures(0), BAD_ROW)

    assert council.run() == 0, council.spoken()
    assert council.run() == 0, council.spoken()

    assert what_is_wrong(council) == []
    assert sorted(mail.recipients[0] for mail in council.received()) == [
        "jan@kent.example",
        "joy@kent.example",
        "kit@kent.example",
        OPERATIONS,
        "wyn@kent.example",
    ]
    assert rows_in(council.url, cycles) == 1


def test_a_recovery_after_a_kill_goes_to_those_who_were_told(council: Council) -> None:
    council.send_figures(figure("Swale", 0, 46))
    assert council.run(die_at="answered") == KILLED
    council.send_figures(figure("Swale", 1, 12))
    assert council.run(die_at="evaluate: written") == KILLED
    assert council.run() == 0, council.spoken()

    assert what_is_wrong(council) == []
    subjects = Counter(mail.recipients[0] for mail in council.received())
    assert set(subjects) == {"joy@kent.example", "kit@kent.example"}
    last = council.received()[-1].message
    assert "12" in str(last["Subject"])
    assert last["References"]


@pytest.mark.parametrize("step", ["evaluate: written", "composed", "answered"])
def test_kills_one_after_the_other_at_the_same_step_still_come_to_an_end(council: Council, step: str) -> None:
    for index in range(3):
        council.send_figures(monthly_figures(index))
        assert council.run(die_at=step) == KILLED
    assert council.run() == 0, council.spoken()

    assert what_is_wrong(council) == []
