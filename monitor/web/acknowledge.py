"""The page behind the link in a mail, on which its reader says that they are dealing with a breach.

A link that is followed changes nothing: mail servers, virus scanners and phones follow links before anybody
reads the mail. What acknowledges is the form, and only with what stood in the page that it came from.

Answers never say more of a link than that it is incomplete, not this limen's, or too old; the last only of
one that limen signed itself. The token is in no log.
"""

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import parse_qsl

import structlog
from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from monitor.core.ack_tokens import AckClaim, TokenFault
from monitor.web.acknowledging import WEEKS, AckDesk, AckForm, AckSheet, DeskAwayError, form_of
from monitor.web.status import StatusSource

LONGEST_FORM: Final = 16_000
"""Bytes. The page's own form has at most 7,000."""

MOST_FIELDS: Final = 10
_FORM: Final = "application/x-www-form-urlencoded"

HEADERS: Final = {"X-Robots-Tag": "noindex, nofollow, noarchive"}
"""Beside those of every page, among which are ``Referrer-Policy: no-referrer`` and ``no-store``."""

_STATUS: Final = {TokenFault.INCOMPLETE: 400, TokenFault.NOT_OURS: 403, TokenFault.EXPIRED: 410}
_FAULTS: Final = {
    TokenFault.INCOMPLETE: (
        "This link is not complete",
        "Some mail programs break a long link over two lines. Open it from the mail, or copy all of it.",
    ),
    TokenFault.NOT_OURS: (
        "This link can’t be used",
        "It was changed on its way, or does not come from this limen. Open it from the mail once more.",
    ),
    TokenFault.EXPIRED: (
        "This link is too old",
        "Links in limen’s mails work for six weeks. The newest mail about this alert has a newer one.",
    ),
}
_ASK: Final = "If that does not help, ask the performance team: they can note that you are dealing with it."


class BadLinks:
    """Counts links that can't be used; past a limit they get a short answer. Good links never do."""

    MOST: Final = 30
    WITHIN: Final = timedelta(minutes=1)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: deque[datetime] = deque(maxlen=self.MOST)

    def one_more(self, now: datetime) -> bool:
        """Notes one; returns whether there are too many."""
        with self._lock:
            too_many = len(self._seen) == self.MOST and now - self._seen[0] < self.WITHIN
            if not too_many:
                self._seen.append(now)
            return too_many


def acknowledge_routes(
    desk: AckDesk, source: StatusSource, pages: Environment, style: str
) -> list[BaseRoute]:
    """The page, its form and its style sheet, all under /acknowledge: a proxy can let just that through.

    ``style`` is the style sheet, rendered.
    """
    page = _AcknowledgePage(desk, source, pages, style)
    return [
        Route("/acknowledge", page.show, methods=["GET"]),
        Route("/acknowledge", page.answer, methods=["POST"]),
        Route("/acknowledge/style.css", page.style, methods=["GET"]),
    ]


class _AcknowledgePage:
    def __init__(self, desk: AckDesk, source: StatusSource, pages: Environment, style: str) -> None:
        self._desk = desk
        self._source = source
        self._pages = pages
        self._style = style
        self._bad_links = BadLinks()
        self._log = structlog.get_logger(__name__)

    def show(self, request: Request) -> Response:
        """The page for a link: it changes nothing, however often it is asked for and by whom."""
        token = request.query_params.get("token", "")
        claim = self._desk.claim(token)
        if isinstance(claim, TokenFault):
            return self._refused(claim)
        try:
            sheet = self._desk.sheet(claim)
        except DeskAwayError:
            return self._away()
        return self._unknown() if sheet is None else self._form(token, sheet)

    async def answer(self, request: Request) -> Response:
        """The form: what a person has sent by the page's button."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
            return self._problem(415, "This is not the page’s form", _PRESS)
        body = await _bounded_body(request)
        if body is None:
            return self._problem(413, "The answer is too long", "Write a shorter comment.")
        return await run_in_threadpool(self._answered, body)

    def style(self, _request: Request) -> Response:
        return Response(self._style, media_type="text/css", headers=HEADERS)

    def _answered(self, body: bytes) -> Response:
        form = _form(body)
        if form is None:
            return self._problem(400, "Nothing was noted", _PRESS)
        claim = self._desk.claim(form.token)
        if isinstance(claim, TokenFault):
            return self._refused(claim)
        if not self._desk.is_seal(form.token, form.level, form.seal):
            return self._problem(400, "Nothing was noted", _PRESS)
        try:
            return self._noted(form, claim)
        except DeskAwayError:
            return self._away()

    def _noted(self, form: AckForm, claim: AckClaim) -> Response:
        if form.withdraws:
            return self._withdrawn(form, claim)
        answer = self._desk.acknowledge(claim, seen=form.level, weeks=form.weeks, comment=form.comment)
        if answer is None:
            return self._unknown()
        if answer.done:
            return self._page("acknowledged.html", sheet=answer.sheet, withdrawn=False)
        return self._form(form.token, answer.sheet, comment=form.comment, just_worsened=answer.worsened)

    def _withdrawn(self, form: AckForm, claim: AckClaim) -> Response:
        answer = self._desk.withdraw(claim)
        if answer is None:
            return self._unknown()
        if answer.done:
            return self._page("acknowledged.html", sheet=answer.sheet, withdrawn=True)
        return self._form(form.token, answer.sheet)

    def _form(
        self, token: str, sheet: AckSheet, *, comment: str | None = None, just_worsened: bool = False
    ) -> Response:
        return self._page(
            "acknowledge.html",
            status=409 if just_worsened else 200,
            sheet=sheet,
            token=token,
            seal=self._desk.seal(token, sheet.level),
            weeks=WEEKS,
            comment=sheet.own_comment if comment is None else comment,
            just_worsened=just_worsened,
        )

    def _refused(self, fault: TokenFault) -> Response:
        if self._bad_links.one_more(self._source.now()):
            seconds = int(BadLinks.WITHIN.total_seconds())
            answer = self._problem(429, "Too many links that can’t be used", "Try again in a minute.")
            answer.headers["Retry-After"] = str(seconds)
            return answer
        self._log.warning("A link to acknowledge an alert can't be used", reason=str(fault))
        return self._problem(_STATUS[fault], *_FAULTS[fault])

    def _unknown(self) -> Response:
        return self._problem(
            410,
            "There is nothing to say any more",
            "This alert is not watched any more, or you are not among limen’s contacts any more.",
        )

    def _away(self) -> Response:
        answer = self._problem(
            503, "limen can’t be asked just now", "Nothing was noted. Try the link again in a few minutes."
        )
        answer.headers["Retry-After"] = "120"
        return answer

    def _problem(self, status: int, title: str, text: str) -> Response:
        return self._page("acknowledge_problem.html", status=status, title=title, text=text, ask=_ASK)

    def _page(self, template: str, *, status: int = 200, **shown: object) -> Response:
        html = self._pages.get_template(template).render(**shown)
        return Response(html, status_code=status, media_type="text/html", headers=HEADERS)


_PRESS: Final = "Open the link in the mail and press the button on the page that it shows."


async def _bounded_body(request: Request) -> bytes | None:
    """The body; None: it is longer than any form of ours, and the rest of it is not read."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            return None
    return body


def _form(body: bytes) -> AckForm | None:
    try:
        text = body.decode("ascii")
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:
        return None
    return form_of(dict(fields)) if len(dict(fields)) == len(fields) else None
