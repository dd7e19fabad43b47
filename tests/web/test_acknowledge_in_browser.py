"""The page behind a link in a mail, on a phone without scripts, behind a proxy that puts a path before it."""

import shutil
from datetime import time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from monitor.answers import AnswerDesk
from monitor.core.ack_tokens import LINK_LASTS, AckClaim, ack_token
from monitor.core.rulebook import Level
from monitor.store.acknowledgements import acknowledgements_of
from monitor.store.store import Store
from monitor.web.application import web_application
from monitor.web.server import HttpPort
from tests.scenarios.test_cycle import WORLD, cycle, swale, take_in
from tests.web.test_acknowledge import ALERT, KEY, LATER, Clock

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("browser")

LONDON = ZoneInfo("Europe/London")
ON_A_PHONE = 375
"""CSS pixels."""


@pytest.fixture
def store(sqlite_template: Path, tmp_path: Path) -> Store:
    """A store with a breach in Swale that was told."""
    shutil.copy(sqlite_template, tmp_path / "limen.db")
    opened = Store.open(f"sqlite:///{tmp_path / 'limen.db'}")
    take_in(opened, *swale("20", "46"))
    cycle(opened)
    return opened


def test_the_page_works_on_a_phone_by_keys_alone_and_below_a_path(store: Store, browser: "Browser") -> None:
    clock = Clock()
    desk = AnswerDesk(store, lambda: WORLD, (KEY,), LONDON, clock.now)
    application = Starlette(routes=[Mount("/limen", web_application(clock, LONDON, desk))])
    claim = AckClaim("the-rule", "Swale", 1, "sam", Level.CRITICAL, LATER + LINK_LASTS)
    port = HttpPort(application, "127.0.0.1", 0)
    port.start()
    try:
        page = browser.new_page(viewport={"width": ON_A_PHONE, "height": 700}, java_script_enabled=False)
        refused: list[str] = []
        page.on("console", lambda said: refused.append(said.text))
        page.goto(f"http://{port.address}/limen/acknowledge?token={ack_token(KEY, claim)}")
        comment = page.get_by_label("What are you doing about it?")
        button = page.get_by_role("button", name="I am dealing with this")
        assert page.get_by_label("2 weeks").is_checked()
        for target in (page.get_by_label("4 weeks").locator(".."), button):
            box = target.bounding_box()
            assert box is not None
            assert box["height"] >= 44, "a thumb hits it (WCAG 2.1, 2.5.5)"
            assert box["x"] + box["width"] <= ON_A_PHONE
        page.get_by_label("2 weeks").press("ArrowDown")
        comment.fill("Agency cover.")
        comment.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("Thank you. You are dealing with this.").wait_for()
        page.close()
    finally:
        port.stop()
    assert refused == []
    with store, store.reading() as connection:
        (given,) = acknowledgements_of(connection, *ALERT)
    assert (given.author, given.comment, given.via) == ("sam", "Agency cover.", "mail")
    assert given.until is not None
    assert given.until.astimezone(LONDON).time() == time(8)
    assert given.until.astimezone(LONDON).date() - given.at.astimezone(LONDON).date() == timedelta(weeks=4)
