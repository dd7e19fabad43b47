"""A real browser shows the mail: on a phone and on a desk, light and dark.

Screenshots are left in the tests' temporary folders.
"""

import base64
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest

from monitor.compose.samples import SAMPLES
from monitor.core.notifications import Notice, Notification, OperationsNews
from notifiers.message import Message
from tests.compose.conftest import Composing
from tests.compose.test_palette import contrast
from tests.support.notices import (
    ADDRESS_FAILING,
    BELOW_RANGE,
    BREACH,
    CLOSED,
    DISTRICTS,
    DOUBTFUL,
    PROTECTED,
    PROVISIONAL,
    RECOVERED,
    REFUSED,
    REMINDER,
    RESTATED,
    STORM,
    WITHDRAWN,
    late_in,
    many,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.xdist_group("browser")

MAILS: dict[str, tuple[Notice, ...] | Notification | OperationsNews] = {
    "breach": (BREACH,),
    "protected": (PROTECTED,),
    "several": (RECOVERED, PROVISIONAL, BREACH, BELOW_RANGE, CLOSED),
    "eleven": many(11),
    "late": late_in(*DISTRICTS),
    "reminder": (REMINDER,),
    "restated": (RESTATED,),
    "withdrawn": (WITHDRAWN,),
    "doubtful": (DOUBTFUL,),
    "summary": SAMPLES["summary"].notification,
    "digest": SAMPLES["digest"].notification,
    "refused": REFUSED,
    "failing": ADDRESS_FAILING,
    "storm": STORM,
}
# Every text's colour and the nearest colour behind it, as the browser computes them.
COLOURS = """() => {
  const found = [];
  for (const node of document.body.querySelectorAll('*')) {
    const own = [...node.childNodes].some(c => c.nodeType === 3 && c.textContent.trim());
    if (!own || !node.getBoundingClientRect().height) continue;
    const ground = node => getComputedStyle(node).backgroundColor;
    let behind = node;
    while (behind && ground(behind) === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
    found.push([node.textContent.trim().slice(0, 40), getComputedStyle(node).color,
                ground(behind || document.body)]);
  }
  return found;
}"""


def shown_html(message: Message) -> str:
    """The HTML with its pictures in it, as a mail program shows them."""
    html = message.html or ""
    for image in message.images:
        html = html.replace(
            f"cid:{image.content_id}", f"data:image/png;base64,{base64.b64encode(image.png).decode()}"
        )
    return html


def as_hex(colour: str) -> str:
    """``rgb(1, 2, 3)`` as ``#010203``."""
    return "#" + "".join(
        f"{int(part):02x}" for part in colour.removeprefix("rgb(").removesuffix(")").split(",")
    )


def composed(told: tuple[Notice, ...] | Notification | OperationsNews, mail: Composing) -> Message:
    if isinstance(told, OperationsNews):
        return mail(about_limen=told)
    return mail(whole=told) if isinstance(told, Notification) else mail(*told)


@pytest.mark.parametrize("name", MAILS)
def test_a_mail_fits_the_screen_and_can_be_read(
    name: str, mail: Composing, browser: "Browser", tmp_path: Path
) -> None:
    """On a phone and in a mail program's pane, light and dark."""
    page = browser.new_page()
    page.set_content(shown_html(composed(MAILS[name], mail)))
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for width in (375, 700):
        page.set_viewport_size({"width": width, "height": 667})
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            picture = page.screenshot(path=tmp_path / f"{name}-{width}-{scheme}.png", full_page=True)

            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("[...document.images].every(i => i.complete && i.naturalWidth > 0)")
            pairs = page.evaluate(COLOURS)
            assert pairs
            assert [pair for pair in pairs if contrast(as_hex(pair[1]), as_hex(pair[2])) < 4.5] == []
            assert struct.unpack(">I", picture[16:20])[0] == width
    page.close()


def test_dark_mode_is_dark(mail: Composing, browser: "Browser") -> None:
    grounds = {}
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page = browser.new_page(color_scheme=scheme)
        page.set_content(shown_html(mail(BREACH)))
        grounds[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.close()

    assert grounds == {"light": "rgb(238, 241, 244)", "dark": "rgb(16, 22, 27)"}


def test_what_matters_is_on_the_first_screen_of_a_phone(mail: Composing, browser: "Browser") -> None:
    """Colour, measure, figure, limit, direction and what to do, without scrolling on 375 by 667."""
    page = browser.new_page(viewport={"width": 375, "height": 667})
    page.set_content(shown_html(mail(BREACH)))

    for text in ("Red: limit crossed", "6 above the limit of 40", "worsening", "Go through every"):
        box = page.get_by_role("article").get_by_text(text).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 667, text
    page.close()


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("reminder", ("reminder 2, no answer yet", "first told on 4 October", "I am dealing with this")),
        ("restated", ("no longer beyond the limit", "You were told", "It is now", "The alert is over")),
        ("summary", ("60 things to know", "20", "40", "critical: act now")),
    ],
)
def test_so_it_is_of_what_is_told_again_or_otherwise(
    name: str, texts: tuple[str, ...], mail: Composing, browser: "Browser"
) -> None:
    page = browser.new_page(viewport={"width": 375, "height": 667})
    page.set_content(shown_html(composed(MAILS[name], mail)))

    for text in texts:
        box = page.get_by_role("article").get_by_text(text).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 667, text
    page.close()


def test_without_pictures_the_figures_are_still_told(mail: Composing, browser: "Browser") -> None:
    page = browser.new_page(viewport={"width": 375, "height": 667})
    message = mail(BREACH)
    page.set_content(message.html or "")

    assert page.get_by_alt_text("30 Sep 2013: 46").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
    page.close()
