"""Whole mails, compared with files: what changes here changes what managers read.

`UPDATE_GOLDEN=1 .venv/bin/pytest tests/compose/test_golden_mails.py` writes them anew; read the difference.
"""

import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from monitor.compose import Links
from monitor.compose.samples import SAMPLES
from monitor.core.notifications import AnswerEnd, EarlierAnswer, Notice, NoticeKind, Notification
from monitor.core.observations import Status
from tests.compose.conftest import Composing
from tests.support.notices import (
    ACCEPTED,
    ADDRESS_FAILING,
    ARRIVED,
    BELOW_RANGE,
    BREACH,
    CLOSED,
    CONFIRMED,
    DISTRICTS,
    DOUBTFUL,
    ESCALATED,
    FILES_REFUSED,
    HELD,
    LATE,
    LINGERING,
    MARKED,
    MISSING,
    NO_LONGER_EXPECTED,
    PENDING,
    PROTECTED,
    PROVISIONAL,
    RECOVERED,
    REFUSED,
    REMINDER,
    RERATED,
    RESTATED,
    RESTATED_AFTER_ALL,
    RESTATED_BY_RULE,
    RESTATED_EARLIER,
    RESTATED_MILDER,
    RESTATED_STILL,
    SILENCE_ENDED,
    STORM,
    TEMPLATES_ACCEPTED,
    TEMPLATES_REFUSED,
    WITHDRAWN,
    WORSENED,
    core_assessments,
    late_in,
    many,
)

GOLDEN = Path(__file__).parent / "golden"

MAILS: dict[str, tuple[Notice, ...]] = {
    "breach": (BREACH,),
    "worsened": (WORSENED,),
    "recovered": (RECOVERED,),
    "recovered-after-correction": (replace(RECOVERED, reason="an earlier figure was restated"),),
    "closed": (CLOSED,),
    "not-over-yet": (LINGERING,),
    "provisional": (PROVISIONAL,),
    "provisional-since-long": (replace(BREACH, status=Status.PROVISIONAL, since=date(2013, 6, 30)),),
    "protected": (PROTECTED,),
    "below-range": (BELOW_RANGE,),
    "rating-without-limit": (replace(PROVISIONAL, limit=None, limit_text="rating == amber"),),
    "gap-in-history": (
        replace(BREACH, history=core_assessments((28, 31, None, 34, None, 36, 43, 46)), value=Decimal(46)),
    ),
    "first-figure": (
        replace(BREACH, history=BREACH.history[-1:], previous_value=None, since=BREACH.period_end),
    ),
    "several": (RECOVERED, BELOW_RANGE, PROVISIONAL, CLOSED, BREACH),
    "eleven": many(11),
    "late": (LATE,),
    "late-in-five-areas": late_in("Swale", "Thanet", "Dover", "Ashford", "Maidstone"),
    "late-in-twelve-areas-since-different-months": tuple(
        replace(
            each,
            period_end=date(2013, 8, 31),
            period_label="31 Aug 2013",
            previous_label="31 Jul 2013",
            due=date(2013, 9, 20),
        )
        if each.area in ("Dover", "Swale")
        else each
        for each in late_in(*DISTRICTS)
    ),
    "late-beside-a-breach": (*late_in("Swale", "Thanet"), BREACH),
    "arrived": (ARRIVED,),
    "no-longer-expected": (NO_LONGER_EXPECTED,),
}
ANSWERED = EarlierAnswer(
    "Amara Okafor", date(2013, 10, 4), date(2013, 10, 7), date(2013, 10, 7), AnswerEnd.UNTIL
)
MORE: dict[str, tuple[Notice, ...]] = {
    "held": (HELD,),
    "reminder": (REMINDER,),
    "escalated": (ESCALATED,),
    "reminder-after-an-answer": (replace(REMINDER, earlier_answer=ANSWERED),),
    "escalated-after-an-answer": (replace(ESCALATED, earlier_answer=ANSWERED),),
    "escalated-names-unknown": (replace(ESCALATED, not_acknowledged_by=(), first_told_on=None),),
    "restated": (RESTATED,),
    "restated-milder": (RESTATED_MILDER,),
    "restated-by-rule": (RESTATED_BY_RULE,),
    "restated-still": (RESTATED_STILL,),
    "restated-after-all": (RESTATED_AFTER_ALL,),
    "restated-earlier-period": (RESTATED_EARLIER,),
    "restated-rating": (RERATED,),
    "restated-withdrawn": (WITHDRAWN,),
    "breach-in-doubt": (MARKED,),
    "doubtful": (DOUBTFUL,),
    "missing": (MISSING,),
    "pending": (PENDING,),
    "late-reminder": (replace(LATE, kind=NoticeKind.REMINDER, reminders=1),),
    "confirmed": (CONFIRMED,),
}
WHOLE: dict[str, Notification] = {
    name: SAMPLES[name].notification for name in ("alert-deputy", "digest", "summary")
}
OPERATIONS = {
    "rules-refused": REFUSED,
    "rules-accepted": ACCEPTED,
    "templates-refused": TEMPLATES_REFUSED,
    "templates-accepted": TEMPLATES_ACCEPTED,
    "silence-ended": SILENCE_ENDED,
    "address-failing": ADDRESS_FAILING,
    "files-refused": FILES_REFUSED,
    "storm": STORM,
}


def _compare(name: str, found: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    assert path.exists(), f"{path} is missing: write it with UPDATE_GOLDEN=1"
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*MAILS, *MORE, *WHOLE])
def test_a_mail_reads_as_it_was_agreed(name: str, mail: Composing) -> None:
    message = mail(whole=WHOLE[name]) if name in WHOLE else mail(*(MAILS | MORE)[name])

    _compare(f"{name}.txt", f"Subject: {message.subject}\n\n{message.text}")
    assert message.html is not None
    _compare(f"{name}.html", message.html)


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_mail_about_limen_itself_reads_as_it_was_agreed(name: str, mail: Composing) -> None:
    message = mail(about_limen=OPERATIONS[name])

    _compare(f"{name}.txt", f"Subject: {message.subject}\n\n{message.text}")
    assert message.html is not None
    _compare(f"{name}.html", message.html)


def test_a_mail_without_pages_or_an_address_to_name_still_says_whom_to_ask(mail: Composing) -> None:
    message = mail(BREACH, links=Links())

    _compare("no-links.txt", f"Subject: {message.subject}\n\n{message.text}")
    assert message.html is not None
    assert "href" not in message.html


def test_no_golden_file_is_left_over() -> None:
    written = {path.name for path in GOLDEN.iterdir()}

    known = [*MAILS, *MORE, *WHOLE, *OPERATIONS]
    assert written == {f"{name}.{kind}" for name in known for kind in ("txt", "html")} | {"no-links.txt"}
