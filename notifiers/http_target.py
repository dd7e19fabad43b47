"""Where an HTTP channel sends to, checked before the first connection."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from notifiers.smtp_settings import is_loopback

_PORTS = {"http": 80, "https": 443}
_SHORTEST_SECRET = 8
_MASK = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTarget:
    """One server that takes documents over HTTP.

    Attributes:
        url: absolute. Its path and query are kept out of every text: with many services they are the secret.
        authorization: the whole value of the Authorization header, such as `Bearer …`; in no repr.
        ca_file: PEM file of certificate authorities to trust in place of the system's.
        timeout: seconds for one exchange, from connecting to the end of the answer; looking up the server's
            name is not counted.
        allow_insecure: lets a URL begin with http:// though its host is not this machine.

    Raises:
        ValueError: saying what can't be used and what it should be; holds no secret.
    """

    url: str = field(repr=False)
    authorization: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout: float = 15.0
    allow_insecure: bool = False

    def __post_init__(self) -> None:
        if self.timeout <= 0:
            raise ValueError("timeout must be above 0 seconds")
        if not self.url.isascii() or not self.url.isprintable() or " " in self.url:
            raise ValueError("url may hold no spaces and no characters beyond ASCII")
        try:
            parts, port = self._parts, self.port
        except ValueError:
            raise ValueError(
                "url must be a web address, such as https://hooks.council.example/limen"
            ) from None
        if parts.scheme not in _PORTS or not parts.hostname or not port:
            raise ValueError("url must be a web address, such as https://hooks.council.example/limen")
        if "@" in parts.netloc:
            raise ValueError("url may hold no user name and no password: give them as authorization")
        if parts.fragment:
            raise ValueError("url may hold no #: what stands behind it is never sent")
        if parts.scheme == "http" and not self.allow_insecure and not is_loopback(parts.hostname):
            raise ValueError(f"url would send to {parts.hostname} unencrypted: use https://")
        if self.authorization is not None and not self.authorization.isprintable():
            raise ValueError("authorization must be one line")
        if self.authorization is not None and not self.authorization.isascii():
            raise ValueError("authorization may hold no characters beyond ASCII")

    @property
    def _parts(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def encrypted(self) -> bool:
        return self._parts.scheme == "https"

    @property
    def host(self) -> str:
        return self._parts.hostname or ""

    @property
    def port(self) -> int:
        port = self._parts.port
        return _PORTS.get(self._parts.scheme, 0) if port is None else port

    @property
    def path(self) -> str:
        """What stands in the request's first line, with the query."""
        parts = self._parts
        return f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"

    @property
    def shown(self) -> str:
        """The server for people: without path and query."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self._parts.scheme}://{host}:{self.port}"

    def masked(self, text: str, *secrets: str) -> str:
        """`text` without anything secret of this target, or of `secrets`, should the server repeat it."""
        return masked(text, self.url, self.path, *self._own_secrets(), *secrets)

    def _own_secrets(self) -> list[str]:
        parts = self._parts
        pieces = [*parts.path.split("/"), *(pair.partition("=")[2] for pair in parts.query.split("&"))]
        given = self.authorization or ""
        return [given, given.partition(" ")[2], *pieces]


def masked(text: str, *secrets: str) -> str:
    """`text` with each of the secrets that is long enough to be one covered; the longest first."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, _MASK)
    return text
