"""Webhook, Alertmanager, GOV.UK Notify and Apprise against real servers on loopback."""

import json
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
import trustme
from standardwebhooks import Webhook

from notifiers.alertmanager import AlertmanagerNotifier, AlertmanagerSettings, alerts_of
from notifiers.apprise import AppriseNotifier, AppriseSettings
from notifiers.govuk_notify import GovukNotifyNotifier, GovukNotifySettings
from notifiers.http_target import HttpTarget
from notifiers.message import Address, Deferred, Delivered, Notifier, OutcomeCode, Rejected
from notifiers.webhook import WebhookNotifier, WebhookSettings, signature
from tests.support.components import require_program
from tests.support.post import a_message
from tests.support.promises import keeps_its_promises
from tests.support.service_manager import wait_for

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SERVICE, KEY = "26785a09-ab16-4eb0-8407-a37497a57506", "3d844edf-8d35-48ac-975b-e847b4f122b0"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"


@dataclass
class WebServer:
    """Answers as told, and keeps what it was sent. `fault`: hang or drop once it has the request."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"
    fault: str = ""
    requests: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    answers: Callable[[str, str, bytes], tuple[int, bytes]] | None = None
    over: threading.Event = field(default_factory=threading.Event)
    port: int = 0


@contextmanager
def serving(server: WebServer, tls: trustme.CA | None = None) -> Iterator[WebServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            named = {name.lower(): value for name, value in self.headers.items()}
            server.requests.append((self.command, self.path, named, content))
            if server.fault == "hang":
                server.over.wait(20)
            if server.fault:
                self.close_connection = True
                return
            status, body = server.status, server.body
            if server.answers is not None:
                status, body = server.answers(self.command, self.path, content)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **server.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 - the name that http.server asks for

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.issue_cert("127.0.0.1").configure_cert(context)
        web.socket = context.wrap_socket(web.socket, server_side=True)
        web.handle_error = lambda *_: None  # type: ignore[method-assign] # a client that trusts nobody
    server.port = web.server_address[1]
    thread = threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        web.shutdown()
        web.server_close()
        thread.join()


@pytest.fixture
def web() -> Iterator[WebServer]:
    with serving(WebServer()) as server:
        yield server


def present() -> datetime:
    return datetime.now(UTC)


def webhook(port: int, **changes: Any) -> WebhookNotifier:
    target: dict[str, Any] = {"url": f"http://127.0.0.1:{port}/hooks/very-secret-path", "timeout": 3.0}
    settings = WebhookSettings(target=HttpTarget(**target | changes), secrets=(SECRET,))
    return WebhookNotifier("cases", settings, clock=present)


def govuk(port: int) -> GovukNotifyNotifier:
    target = HttpTarget(url=f"http://127.0.0.1:{port}", timeout=0.5)
    settings = GovukNotifySettings(
        api_key=f"limen-{SERVICE}-{KEY}", template_id=TEMPLATE, by="email", target=target
    )
    return GovukNotifyNotifier("text", settings, clock=present)


def apprise(port: int) -> AppriseNotifier:
    targets = {"swale": f"json://limen:very-secret-word@127.0.0.1:{port}/very-secret-path"}
    return AppriseNotifier("teams", AppriseSettings(targets=targets, timeout=1.0))


def alertmanager(*ports: int) -> AlertmanagerNotifier:
    targets = tuple(HttpTarget(url=f"http://127.0.0.1:{port}", timeout=3.0) for port in ports)
    return AlertmanagerNotifier(
        "alerts",
        AlertmanagerSettings(targets=targets),
        levels=("info", "warning", "critical"),
        clock=present,
    )


def notice(**changes: Any) -> dict[str, Any]:
    known = {
        "rule": "cp-plans",
        "area": "Swale",
        "indicator": "cp_plans",
        "kind": "breach",
        "level": "warning",
    }
    return known | {"title": "Plans", "value": "46", "limit": "40", "unit": "", "protected": False} | changes


def message(**changes: Any) -> Any:
    address = changes.pop("address", "ann@kent.example")
    found = {"payload": {"notices": [notice()]}, "date": datetime.now(UTC) - timedelta(seconds=5)} | changes
    return a_message(Address("Ann Archer", address), **found)


ECHOED = {
    "cases": b"/hooks/very-secret-path " + SECRET.encode(),
    "text": KEY.encode(),
    "teams": b"very-secret-word very-secret-path",
    "alerts": b"oh",
}
CHANNELS: list[Callable[[int], Notifier]] = [webhook, govuk, apprise, alertmanager]


def addressed(notifier: Notifier) -> Any:
    return message(address="swale" if notifier.channel == "teams" else "ann@kent.example")


@dataclass
class Site:
    """A web server as the other side of a channel; when it fails it repeats the channel's secrets."""

    web: WebServer
    repeated: bytes

    @property
    def port(self) -> int:
        return self.web.port

    def drop(self) -> None:
        self.web.fault = "drop"

    def fail(self) -> None:
        self.web.fault, self.web.status, self.web.body = "", 500, self.repeated


@pytest.mark.parametrize("make", CHANNELS)
def test_a_channel_keeps_the_promises_of_a_notifier(
    make: Callable[[int], Notifier], web: WebServer, caplog: pytest.LogCaptureFixture
) -> None:
    sample = make(web.port)
    secrets = ("very-secret", SECRET.removeprefix("whsec_"), KEY)
    keeps_its_promises(make, Site(web, ECHOED[sample.channel]), addressed(sample), secrets, caplog)


def test_a_webhook_is_signed_as_an_independent_receiver_wants_it(web: WebServer) -> None:
    notifier = webhook(web.port)
    assert isinstance(notifier.send(message()), Delivered)
    assert isinstance(notifier.send(message()), Delivered)

    for _, path, headers, body in web.requests:
        assert path == "/hooks/very-secret-path"
        found = Webhook(SECRET).verify(body, headers)
        assert headers["webhook-id"] == found["data"]["id"] == message().message_id
        assert found["data"]["payload"] == {"notices": [notice()]}


def test_the_signature_is_that_of_the_published_example() -> None:
    # The example of the reference libraries' tests (standard-webhooks/standard-webhooks).
    identifier, at, body = "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    assert signature((SECRET,), identifier, at, body) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "kind", "code", "scope"),
    [
        (302, Deferred, OutcomeCode.MISCONFIGURED, "channel"),
        (400, Rejected, OutcomeCode.MESSAGE_REFUSED, None),
        (401, Deferred, OutcomeCode.MISCONFIGURED, "channel"),
        (403, Deferred, OutcomeCode.MISCONFIGURED, "channel"),
        (404, Deferred, OutcomeCode.MISCONFIGURED, "channel"),
        (408, Deferred, OutcomeCode.MESSAGE_DEFERRED, "message"),
        (410, Rejected, OutcomeCode.RECIPIENT_REFUSED, None),
        (413, Rejected, OutcomeCode.MESSAGE_TOO_LARGE, None),
        (425, Deferred, OutcomeCode.MESSAGE_DEFERRED, "message"),
        (429, Deferred, OutcomeCode.RATE_LIMITED, "channel"),
        (500, Deferred, OutcomeCode.MESSAGE_DEFERRED, "message"),
        (503, Deferred, OutcomeCode.SERVICE_UNAVAILABLE, "channel"),
    ],
)
def test_each_answer_has_its_outcome(status: int, kind: type, code: OutcomeCode, scope: str | None) -> None:
    with serving(WebServer(status=status, headers={"Location": "/elsewhere", "Retry-After": "120"})) as web:
        outcome = webhook(web.port).send(message())
        assert len(web.requests) == 1

    assert (type(outcome), outcome.code, getattr(outcome, "scope", None)) == (kind, code, scope)
    if status in (408, 425, 429, 500, 503):
        assert isinstance(outcome, Deferred)
        assert outcome.retry_after == timedelta(minutes=2)


def test_a_date_to_come_back_at_is_honoured() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)
    with serving(WebServer(status=503, headers={"Retry-After": until})) as web:
        outcome = webhook(web.port).send(message())

    assert isinstance(outcome, Deferred)
    assert outcome.retry_after is not None
    assert timedelta(hours=1, minutes=55) < outcome.retry_after <= timedelta(hours=2)


def test_a_server_that_hangs_twice_is_at_fault_itself(web: WebServer) -> None:
    web.fault = "hang"
    notifier = webhook(web.port, timeout=0.3)
    first, second = notifier.send(message()), notifier.send(message())

    assert isinstance(first, Deferred)
    assert (first.code, first.scope) == (OutcomeCode.REPLY_LOST, "message")
    assert isinstance(second, Deferred)
    assert second.scope == "channel"


def test_only_a_certificate_that_is_trusted_will_do(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with serving(WebServer(), authority) as web:
        url = f"https://127.0.0.1:{web.port}/"
        stranger = webhook(web.port, url=url).send(message())
        known = webhook(web.port, url=url, ca_file=tmp_path / "ca.pem").send(message())

    assert isinstance(stranger, Deferred)
    assert stranger.code is OutcomeCode.TLS_FAILED
    assert isinstance(known, Delivered)


def test_gov_uk_notify_is_asked_first_and_nobody_is_told_twice(web: WebServer) -> None:
    taken: list[dict[str, Any]] = []

    def answers(method: str, _path: str, content: bytes) -> tuple[int, bytes]:
        if method == "GET":
            return 200, json.dumps({"notifications": taken, "links": {}}).encode()
        taken.append({"id": "740e5834", "status": "created", **json.loads(content)})
        web.fault = "drop"
        return 201, b"no JSON: the answer is lost"

    web.answers = answers
    notifier = govuk(web.port)
    unheard = notifier.send(message())
    web.fault = ""
    repeated = notifier.send(message())
    notifier.close()

    assert isinstance(unheard, Deferred)
    assert unheard.code is OutcomeCode.REPLY_LOST
    assert isinstance(repeated, Delivered)
    assert len(taken) == 1
    assert taken[0]["reference"] == message().message_id
    assert taken[0]["personalisation"] == {"subject": message().subject, "body": message().text}
    for _, _, headers, _ in web.requests:
        token = headers["authorization"].removeprefix("Bearer ")
        assert jwt.decode(token, KEY, algorithms=["HS256"])["iss"] == SERVICE


@pytest.mark.parametrize(
    ("status", "said", "kind", "code"),
    [
        (400, "email_address Not a valid email address", Rejected, OutcomeCode.ADDRESS_INVALID),
        (400, "Can't send to this recipient using a team-only API key", Deferred, OutcomeCode.MISCONFIGURED),
        (400, "Missing personalisation: body", Deferred, OutcomeCode.MISCONFIGURED),
        (403, "Invalid token: signature, api token not found", Deferred, OutcomeCode.MISCONFIGURED),
        (429, "Exceeded rate limit for key type LIVE", Deferred, OutcomeCode.RATE_LIMITED),
        (500, "Internal server error", Deferred, OutcomeCode.MESSAGE_DEFERRED),
    ],
)
def test_errors_of_gov_uk_notify_have_their_outcome(
    status: int, said: str, kind: type, code: OutcomeCode, web: WebServer
) -> None:
    error = json.dumps({"status_code": status, "errors": [{"error": "E", "message": said}]}).encode()
    web.answers = lambda method, *_: (200, b'{"notifications": []}') if method == "GET" else (status, error)
    outcome = govuk(web.port).send(message())

    assert (type(outcome), outcome.code) == (kind, code)
    assert said.split(maxsplit=1)[0] in outcome.reason


def test_apprise_reaches_a_named_target_and_no_url(web: WebServer) -> None:
    notifier = apprise(web.port)
    assert isinstance(notifier.send(message(address="swale")), Delivered)
    assert json.loads(web.requests[0][3])["title"] == message().subject

    unknown = notifier.send(
        message(address="slack://very/secret/token", message_id="<outbox-1.a@limen.example>")
    )
    assert isinstance(unknown, Deferred)
    assert unknown.code is OutcomeCode.MISCONFIGURED
    assert "very" not in unknown.reason


@contextmanager
def running_alertmanager(folder: Path) -> Iterator[int]:
    program = require_program("prometheus-alertmanager", "prometheus-alertmanager")
    (folder / "am.yml").write_text(
        "global: {resolve_timeout: 1s}\nroute: {receiver: x}\nreceivers: [{name: x}]\n"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                program,
                f"--config.file={folder / 'am.yml'}",
                f"--storage.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
                "--cluster.listen-address=",
            ],
            stderr=log,
        )
        try:
            wait_for(lambda: _ready(port), (folder / "log").read_text)
            yield port
        finally:
            process.terminate()
            process.wait()


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/-/ready").is_success
    except httpx.TransportError:
        return False


def held(port: int) -> list[dict[str, Any]]:
    return list(httpx.get(f"http://127.0.0.1:{port}/api/v2/alerts").json())


def test_alertmanager_holds_one_alert_however_often_told_until_it_is_over(tmp_path: Path) -> None:
    with running_alertmanager(tmp_path) as port, socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        notifier = alertmanager(port, unused.getsockname()[1])
        for who in ("ann@kent.example", "bob@kent.example", "ann@kent.example"):
            assert isinstance(notifier.send(message(address=who)), Delivered)
        (only,) = held(port)
        assert only["labels"] == {
            "alertname": "cp-plans",
            "area": "Swale",
            "indicator": "cp_plans",
            "severity": "warning",
            "source": "limen",
        }
        assert datetime.fromisoformat(only["endsAt"]) > datetime.now(UTC) + timedelta(days=3650)
        assert only["annotations"]["summary"] == "Plans: Swale 46, limit 40"

        worse = {"notices": [notice(kind="worsened", level="critical")]}
        assert isinstance(notifier.send(message(payload=worse)), Delivered)
        assert [each["labels"]["severity"] for each in held(port)] == ["critical"]

        past = message().date - timedelta(hours=1)
        for late in (notice(), notice(kind="recovered", level=None)):
            assert isinstance(notifier.send(message(payload={"notices": [late]}, date=past)), Delivered)
            assert [each["labels"]["severity"] for each in held(port)] == ["critical"]

        over = {"notices": [notice(kind="recovered", level=None)]}
        assert isinstance(notifier.send(message(payload=over)), Delivered)
        assert held(port) == []

        notifier.send(message(date=present() + timedelta(hours=1)))  # by a clock that was ahead
        assert isinstance(notifier.send(message(payload=over, date=present())), Delivered)
        assert held(port) == []


@pytest.mark.parametrize(("how", "over"), [("refused", False), ("accepted", True)])
@pytest.mark.parametrize("thing", ["rules", "templates"])
def test_news_of_limen_itself_is_an_alert_of_its_own(thing: str, how: str, *, over: bool) -> None:
    (alert,) = alerts_of(message(payload={"operations": {"kind": f"{thing} {how}", "subject": "/etc"}}))
    assert alert.identity == {"alertname": f"limen-{thing}-refused", "source": "limen"}
    assert (alert.level is None) is over


def test_of_what_happened_once_each_is_an_alert_of_its_own_that_ends_by_itself(tmp_path: Path) -> None:
    with running_alertmanager(tmp_path) as port:
        for address, date in (("bob@kent.example", present()), ("ann@kent.example", message().date)):
            news = {"operations": {"kind": "address failing", "subject": address}}
            assert isinstance(alertmanager(port).send(message(payload=news, date=date)), Delivered)
        found = held(port)
    assert {each["labels"]["about"] for each in found} == {"ann@kent.example", "bob@kent.example"}
    assert all(datetime.fromisoformat(each["endsAt"]) <= present() + timedelta(days=1) for each in found)


def test_a_server_that_drips_does_not_stretch_the_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def drip() -> None:
            client, _ = listening.accept()
            with client:
                client.recv(65_536)
                while not over.wait(0.02):
                    try:
                        client.sendall(b"H")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        outcome = webhook(listening.getsockname()[1], timeout=0.4).send(message())
        over.set()
        thread.join()

    assert isinstance(outcome, Deferred)
    assert outcome.code is OutcomeCode.REPLY_LOST
