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
from monitor.core.notifications import Notice
from monitor.core.observations import Status
from tests.compose.conftest import Composing
from tests.support.notices import (
    BELOW_RANGE,
    BREACH,
    CLOSED,
    PROTECTED,
    PROVISIONAL,
    RECOVERED,
    WORSENED,
    core_assessments,
    many,
)

GOLDEN = Path(__file__).parent / "golden"

MAILS: dict[str, tuple[Notice, ...]] = {
    "breach": (BREACH,),
    "worsened": (WORSENED,),
    "recovered": (RECOVERED,),
    "recovered-after-correction": (replace(RECOVERED, reason="an earlier figure was restated"),),
    "closed": (CLOSED,),
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
}


def _compare(name: str, found: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    assert path.exists(), f"{path} is missing: write it with UPDATE_GOLDEN=1"
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_reads_as_it_was_agreed(name: str, mail: Composing) -> None:
    message = mail(*MAILS[name])

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

    assert written == {f"{name}.{kind}" for name in MAILS for kind in ("txt", "html")} | {"no-links.txt"}
