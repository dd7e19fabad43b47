"""Structured logs on standard error, for journald, for a terminal, or as JSON.

In the ``journal`` format every line begins with its priority, ``<3>`` for an error, which journald takes off
and keeps (sd-daemon(3); ``SyslogLevelPrefix=`` in systemd.exec(5)). An entry is always one line: journald
would take the lines of a traceback for messages of their own. What libraries log through :mod:`logging` goes
the same way.
"""

import json
import logging
import os
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from monitor.settings import LogSettings

LogFormat = Literal["journal", "console", "json"]

PRIORITIES = {"critical": 2, "error": 3, "warning": 4, "info": 6, "debug": 7}
"""syslog's severities, as sd-daemon(3) writes them: crit, err, warning, info, debug."""

REDACTED = "[redacted]"
_SECRET_NAME = re.compile(
    r"passw(or)?d|passphrase|secret|token|credential|authori[sz]ation|api_?key", re.IGNORECASE
)
_SECRET_IN_TEXT = re.compile(
    r"""(?P<name>[\w-]*(?:passw(?:or)?d|secret|token|api_?key)["']?\s*[:=]\s*)(?P<value>"[^"]*"|'[^']*'|[^\s,;&)]+)""",
    re.IGNORECASE,
)
# A password may hold an @ that nobody escaped: it reaches to the last @ before the path.
_SECRET_IN_URL = re.compile(r"(?P<scheme>\b[a-z][a-z0-9+.-]*://)(?P<user>[^/\s:@]*):[^/\s]*@", re.IGNORECASE)

# Libraries that tell too much of what is normal.
_QUIET = {
    "apscheduler": logging.WARNING,
    "apscheduler.scheduler": logging.ERROR,  # a job that is due while it runs is counted in the metrics
    "apscheduler.executors": logging.CRITICAL,  # the daemon logs its jobs' errors itself
    "alembic": logging.WARNING,
    "matplotlib": logging.WARNING,
    "uvicorn": logging.WARNING,
    "watchfiles": logging.WARNING,
}


def configure_logs(
    settings: LogSettings, *, stream: TextIO | None = None, environ: Mapping[str, str] = os.environ
) -> None:
    """Sends every log entry of this process to ``stream`` (None: standard error), formatted as set."""
    target = sys.stderr if stream is None else stream
    chosen = log_format(settings, target, environ)
    shared = _shared_processors(chosen)
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_last_processors(chosen),
            ],
        )
    )
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.level.upper())
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(max(level, root.level))
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def log_format(settings: LogSettings, stream: TextIO, environ: Mapping[str, str]) -> LogFormat:
    """Returns the format set; for ``auto`` what suits the reader at the other end of ``stream``."""
    if settings.format != "auto":
        return settings.format
    if is_journal(stream, environ):
        return "journal"
    return "console" if stream.isatty() else "json"


def is_journal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Says whether ``stream`` is connected to journald.

    ``JOURNAL_STREAM`` holds device and inode of the connection; that it is set is not enough, for the stream
    may have been redirected since (systemd.exec(5), "Environment variables in spawned processes").
    """
    device, _, inode = environ.get("JOURNAL_STREAM", "").partition(":")
    try:
        found = os.fstat(stream.fileno())
        return (found.st_dev, found.st_ino) == (int(device), int(inode))
    except (OSError, ValueError):  # no such variable, or no real file behind the stream
        return False


def redact(value: object) -> object:
    """Returns ``value`` without secrets: what is named as one, and passwords in URLs and texts, at any depth.

    The last resort: nothing that logs should hand a secret over in the first place.
    """
    if isinstance(value, str):
        text = _SECRET_IN_URL.sub(rf"\g<scheme>\g<user>:{REDACTED}@", value)
        return _SECRET_IN_TEXT.sub(rf"\g<name>{REDACTED}", text)
    if isinstance(value, Mapping):
        return {key: _redact_named(str(key), inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [redact(inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact(str(value))


def _redact_named(name: str, value: object) -> object:
    return REDACTED if _SECRET_NAME.search(name) and value is not None else redact(value)


def _redacted(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> EventDict:
    return {
        key: value if key.startswith("_") or key == "exc_info" else _redact_named(key, value)
        for key, value in event_dict.items()
    }


def _shared_processors(chosen: LogFormat) -> list[Processor]:
    stamp: list[Processor] = []
    if chosen != "journal":  # journald stamps what it receives
        stamp = [structlog.processors.TimeStamper(fmt="iso", utc=True)]
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        *stamp,
    ]


def _last_processors(chosen: LogFormat) -> list[Processor]:
    match chosen:
        case "journal":
            return [structlog.processors.format_exc_info, _redacted, _journal_line]
        case "json":
            renderer = structlog.processors.JSONRenderer(_readable_json, sort_keys=True)
            return [structlog.processors.format_exc_info, _redacted, renderer]
        case "console":
            return [structlog.processors.format_exc_info, _redacted, _console_line]


def _readable_json(entry: object, **options: Any) -> str:  # json.dumps's own options
    """JSON with letters and signs as they are; what can't be seen, line ends above all, stays escaped."""
    return "".join(
        character if character.isprintable() else json.dumps(character)[1:-1]
        for character in json.dumps(entry, ensure_ascii=False, **options)
    )


def _journal_line(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> str:
    level = str(event_dict.pop("level", "info"))
    return f"<{PRIORITIES.get(level, 6)}>{_one_line(event_dict)}"


def _console_line(_logger: WrappedLogger, _method: str, event_dict: EventDict) -> str:
    """A terminal shows no traceback; the journal and JSON keep it."""
    level = str(event_dict.pop("level", "info"))
    stamp = str(event_dict.pop("timestamp", ""))[:19].replace("T", " ")
    event_dict.pop("exception", None)
    return f"{stamp} {level:<8} {_one_line(event_dict)}".strip()


def _one_line(event_dict: MutableMapping[str, Any]) -> str:
    """The event, then its facts as ``name=value``; whatever is in them, no line ends within."""
    event = _escaped(str(event_dict.pop("event", "")))
    event_dict.pop("logger", None)
    facts = [f"{name}={_quoted(value)}" for name, value in event_dict.items() if value is not None]
    return " ".join([event, *facts])


def _quoted(value: object) -> str:
    text = _escaped(str(value))
    if text and not re.search(r'[\s="]', text):
        return text
    return '"' + text.replace('"', r"\"") + '"'


def _escaped(text: str) -> str:
    """``text`` without control characters, so that nothing in it can begin an entry of its own."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
