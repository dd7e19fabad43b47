"""The HTTP port's one application: metrics, health, and a small page for people.

All of it is read only but the answers to links in mails (:mod:`monitor.web.acknowledge`). What is shown comes
from a :class:`~monitor.web.status.StatusSource`, never from the store itself.
"""

from pathlib import Path
from zoneinfo import ZoneInfo

import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor.palette import DARK, DOUBTFUL, GREEN, LATE, LEVEL_TONES, LIGHT, RED
from monitor.web.acknowledge import acknowledge_routes
from monitor.web.acknowledging import AckDesk
from monitor.web.status import StatusSource
from monitor.web.status_page import RATING_TONES, status_page

_TEMPLATES = Path(__file__).parent / "templates"

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""On every answer. The page loads nothing but its own style sheet, and no other site may frame or read it."""


def web_application(source: StatusSource, zone: ZoneInfo, desk: AckDesk | None = None) -> ASGIApp:
    """Builds the application; ``zone`` is the one in which people read times.

    ``desk`` answers the links in mails (None: there is no such page).
    """
    pages = _Pages(source, zone)
    application = Starlette(
        routes=[
            *(() if desk is None else pages.acknowledging(desk)),
            Route("/", pages.status),
            Route("/status.css", pages.style),
            Route("/metrics", pages.metrics),
            Route("/healthz", pages.healthz),
            Route("/readyz", pages.readyz),
        ],
        exception_handlers={HTTPException: _refusal, Exception: _fault},
    )
    # Such a redirect would name this port's own address, which is not the one that people behind a proxy use.
    application.router.redirect_slashes = False
    return _WithSecurityHeaders(application)


class _Pages:
    """The endpoints. They are plain functions, so Starlette runs them beside its event loop."""

    def __init__(self, source: StatusSource, zone: ZoneInfo) -> None:
        self._source = source
        self._zone = zone
        self._environment = Environment(
            loader=FileSystemLoader(_TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
        )

    def status(self, request: Request) -> Response:
        page = status_page(
            self._source.scoreboard,
            self._source.vitals(),
            self._source.readiness(),
            area=request.query_params.get("area"),
            now=self._source.now(),
            zone=self._zone,
        )
        if page is None:
            raise HTTPException(404, "There is no such area.")
        html = self._environment.get_template("status.html").render(page=page)
        return Response(html, media_type="text/html")

    def acknowledging(self, desk: AckDesk) -> list[BaseRoute]:
        return acknowledge_routes(desk, self._source, self._environment, self._css("acknowledge.css"))

    def style(self, _request: Request) -> Response:
        return Response(self._css(), media_type="text/css")

    def _css(self, *further: str) -> str:
        shown = (*RATING_TONES.values(), *LEVEL_TONES.values(), LATE, DOUBTFUL)
        tones = {tone.word.replace(" ", "-"): tone for tone in shown}
        return "".join(
            self._environment.get_template(name).render(
                light=LIGHT, dark=DARK, green=GREEN, red=RED, tones=sorted(tones.items())
            )
            for name in ("status.css", *further)
        )

    def metrics(self, request: Request) -> Response:
        content, content_type = self._source.exposition(request.headers.get("accept", ""))
        return Response(content, headers={"Content-Type": content_type})

    def healthz(self, _request: Request) -> Response:
        """The process is alive and answers: nothing more is said by it."""
        return PlainTextResponse("ok\n")

    def readyz(self, _request: Request) -> Response:
        verdict = self._source.readiness()
        vitals = self._source.vitals()
        return JSONResponse(
            {
                "ready": verdict.ready,
                "reasons": list(verdict.reasons),
                "remarks": list(verdict.remarks),
                "rulebook": vitals.rulebook,
                "last_successful_cycle": vitals.last_success and vitals.last_success.isoformat(),
            },
            status_code=200 if verdict.ready else 503,
        )


def _refusal(_request: Request, refusal: Exception) -> Response:
    if not isinstance(refusal, HTTPException):
        raise refusal
    return PlainTextResponse(f"{refusal.detail}\n", status_code=refusal.status_code, headers=refusal.headers)


def _fault(request: Request, fault: Exception) -> Response:
    structlog.get_logger(__name__).error("A page could not be made", path=request.url.path, exc_info=fault)
    return PlainTextResponse("limen could not make this page; its log says why.\n", status_code=500)


class _WithSecurityHeaders:
    """Puts :data:`SECURITY_HEADERS` on every answer, also on refusals."""

    def __init__(self, application: ASGIApp) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._application(scope, receive, send_with_headers)
