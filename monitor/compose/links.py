"""Where a mail leads: to limen's pages, to the page that takes an answer, and to people."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from monitor.core.notifications import Notice, NoticeKind
from monitor.wording import is_missing

Acknowledging = Callable[[Notice, str], str | None]
"""From a notice and a recipient's id to the page on which they say that they are dealing with it."""

_ANSWERED = frozenset({NoticeKind.BREACH, NoticeKind.WORSENED, NoticeKind.REMINDER, NoticeKind.ESCALATED})


@dataclass(frozen=True, slots=True)
class Links:
    """Where a mail points to.

    ``page_url`` is the address at which readers of mails reach limen's status page (None: mails hold no link
    to it), ``contact`` the mail address of the performance team (None: readers are asked to turn to the team
    without an address).
    ``acknowledging`` makes the address of the confirmation page on which one reader says that they are
    dealing with one alert (None: mails ask for no answer).

    Raises:
        ValueError: ``page_url`` is not an http or https address.
    """

    page_url: str | None = None
    contact: str | None = None
    acknowledging: Acknowledging | None = None

    def __post_init__(self) -> None:
        if self.page_url is not None and not _is_web_address(self.page_url):
            raise ValueError(
                f"{self.page_url!r} cannot be linked to: give an address that starts with http:// or https://"
            )

    def area(self, area: str) -> str | None:
        """The status page with this area's figures and alerts."""
        if self.page_url is None:
            return None
        return f"{self.page_url.rstrip('/')}/?area={quote(area, safe='')}"

    def acknowledge(self, notice: Notice, recipient: str) -> str | None:
        """The page on which the recipient of that id says that they are dealing with it.

        Of a doubtful figure it is the page on which its data owner says that it is right. None where an
        answer is not asked for: for what is over, figures that have not come, and where there is no such
        page.

        Raises:
            ValueError: what ``acknowledging`` made is not an http or https address.
        """
        if self.acknowledging is None or not _asks_for_an_answer(notice):
            return None
        address = self.acknowledging(notice, recipient)
        if address is not None and not _is_web_address(address):
            raise ValueError(f"{address!r} cannot be linked to: it is no http or https address")
        return address


def _asks_for_an_answer(notice: Notice) -> bool:
    match notice.kind:
        case NoticeKind.DOUBTFUL:
            return not is_missing(notice)
        case NoticeKind.RESTATED:
            return notice.level is not None  # the alert goes on
        case _:
            return notice.kind in _ANSWERED


def _is_web_address(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and text.split() == [text]
