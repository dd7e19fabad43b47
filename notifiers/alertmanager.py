"""Prometheus' Alertmanager, by its API v2: each notice of a message becomes an alert or ends one.

What the API wants is in its OpenAPI file (prometheus/alertmanager, api/v2/openapi.yaml) and in
prometheus.io/docs/alerting/latest/clients: an alert is known by its labels, and one that is sent again under
the same labels is the same alert. So the labels hold nothing that changes from message to message or from
reader to reader, and several recipients on this channel make one alert.

Routing there goes by labels, so the level must be one, as `severity`. A breach that changes its level changes
its labels, to Alertmanager another alert: what it holds of the same breach at other levels is asked for and
ended in the same request.

An alert without an end is ended by Alertmanager after its `resolve_timeout`, five minutes, unless it is sent
again all the time. limen sends news, not a heartbeat: its alerts end in ten years, or when news ends them.

Alertmanager takes what comes last for the newest: it sets `updatedAt` itself when a request comes in (api.go,
postAlertsHandler), an alert that comes later wins the merge (types.go, Merge), and a resolved one is neither
listed (alertFilter) nor kept (provider/mem/mem.go, gc). So each alert carries when its news was decided, and
older news than what a target holds changes nothing there. (A target that holds news from after the present
moment has it from a clock that went wrong, and any news is newer.) Of an alert that is over no target can
tell: the outbox sends no old news after newer unless somebody insists.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from urllib.parse import urlencode

from notifiers.http_answers import BreakOffs, outcome_of
from notifiers.http_exchange import HttpFailedError, exchange
from notifiers.http_target import HttpTarget
from notifiers.message import Deferred, Delivered, Message, Outcome, OutcomeCode, Rejected, Scope

NEVER = timedelta(days=3653)
"""How far ahead the end of an alert lies that goes on."""

A_DAY = timedelta(days=1)
"""How long an alert stands that is about something that happened, so that no later news ends it."""

ENDED = frozenset({"recovered", "pending", "closed", "arrived", "confirmed"})
"""The kinds of notices that end an alert; all others say that it is there, or still is."""

RULES_REFUSED = "limen-rules-refused"
TEMPLATES_REFUSED = "limen-templates-refused"
_OPERATIONS = {
    "rules refused": (RULES_REFUSED, False),
    "rules accepted": (RULES_REFUSED, True),
    "templates refused": (TEMPLATES_REFUSED, False),
    "templates accepted": (TEMPLATES_REFUSED, True),
}
"""What an alert on limen itself is called, and whether the news ends it.

One of another kind is called as its kind, and told apart from others of it by what it is about.
"""
_WITHOUT_LEVEL = "warning"
_PATH = "api/v2/alerts"
_LONGEST_LIST = 4_194_304
_DECIDED = "decided_at"
_IDENTITY = ("alertname", "area", "indicator", "about", "source")

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertmanagerSettings:
    """Which Alertmanagers are told.

    Attributes:
        targets: the base URL of each, such as `https://alerts.council.example:9093`. Members of a cluster
            share silences and what they sent, not alerts: each is told (prometheus.io/docs/alerting, "High
            availability").
        labels: more labels for every alert, for routing.
        page: where people see more, or None; it becomes the generatorURL.

    Raises:
        ValueError: no target, or a label that limen sets itself.
    """

    targets: tuple[HttpTarget, ...]
    labels: Labels = field(default_factory=dict, hash=False)
    page: str | None = None

    def __post_init__(self) -> None:
        if not self.targets:
            raise ValueError("urls must name at least one Alertmanager")
        own = sorted({*_IDENTITY, "severity"} & self.labels.keys())
        if own:
            raise ValueError(f"labels may not hold {' and '.join(own)}: limen sets them")

    @property
    def longest_exchange(self) -> float:
        """Seconds: each Alertmanager may be asked once and told once."""
        return sum(2 * target.timeout for target in self.targets)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert as it is to stand in Alertmanager; without `level` every level of it is over.

    `lasts`: how long it stands there, from when it is told, unless news ends it.
    """

    identity: Labels
    level: str | None
    annotations: Labels
    starts: datetime
    lasts: timedelta = NEVER


@dataclass(frozen=True, slots=True)
class _Held:
    """An alert that Alertmanager holds, and when the news it holds of it was decided; None: unknown."""

    labels: Labels
    decided: datetime | None

    @classmethod
    def read(cls, found: Mapping[str, Any]) -> Self:
        return cls(found["labels"], _instant(found.get("annotations", {}).get(_DECIDED)))


def alerts_of(message: Message) -> tuple[Alert, ...]:
    """What a message's payload says of alerts, each identity once; the payload is that of a notification."""
    payload = message.payload
    found = [_of_notice(notice, message) for notice in _mappings(payload.get("notices"))]
    found += [_of_operations(news, message) for news in _mappings([payload.get("operations")])]
    return tuple({tuple(sorted(alert.identity.items())): alert for alert in found}.values())


def _of_notice(notice: Mapping[str, object], message: Message) -> Alert:
    level = None if _over(notice) else str(notice.get("level") or _WITHOUT_LEVEL)
    identity = {
        "alertname": str(notice.get("rule")),
        "area": str(notice.get("area")),
        "indicator": str(notice.get("indicator")),
        "source": "limen",
    }
    annotations = {
        "summary": f"{notice.get('title')}: {notice.get('area')}{_figure(notice)}",
        "description": _description(notice),
        "rule": f"{notice.get('rule_position')}, rules {notice.get('rule_version')}",
    }
    return Alert(identity, level, annotations, message.date)


def _over(notice: Mapping[str, object]) -> bool:
    """Whether a notice ends its alert; a restatement does where the figure as it is now is at no level."""
    return notice.get("kind") in ENDED or (notice.get("kind") == "restated" and notice.get("level") is None)


def _figure(notice: Mapping[str, object]) -> str:
    """The figure against its limit, for people; a protected one is not in the payload."""
    if notice.get("protected"):
        return ", a figure too small to show"
    if notice.get("value") is None:
        return ""
    unit = f" {notice['unit']}" if notice.get("unit") else ""
    limit = f", limit {notice['limit']}" if notice.get("limit") is not None else ""
    return f" {notice['value']}{unit}{limit}"


def _description(notice: Mapping[str, object]) -> str:
    facts = {
        "News": notice.get("kind"),
        "Why": notice.get("reason"),
        "Period ending": notice.get("period_end"),
        "Breached since the period ending": notice.get("since"),
        "Due by": notice.get("due"),
        "Rating": notice.get("rag"),
        "Target": notice.get("target"),
        "Direction": notice.get("direction"),
    }
    return "\n".join(f"{name}: {fact}" for name, fact in facts.items() if fact not in (None, ""))


def _of_operations(news: Mapping[str, object], message: Message) -> Alert:
    kind = str(news.get("kind"))
    annotations = {"summary": message.subject, "description": message.text}
    if kind in _OPERATIONS:
        name, over = _OPERATIONS[kind]
        identity = {"alertname": name, "source": "limen"}
        return Alert(identity, None if over else _WITHOUT_LEVEL, annotations, message.date)
    identity = {"alertname": f"limen-{kind.replace(' ', '-')}", "source": "limen"}
    about = {"about": str(news["subject"])} if news.get("subject") else {}
    return Alert(identity | about, _WITHOUT_LEVEL, annotations, message.date, A_DAY)


def _mappings(found: object) -> list[Mapping[str, object]]:
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, Sequence) else []


class AlertmanagerNotifier:
    """A Notifier for Alertmanager: delivered when at least one of its targets has taken all alerts.

    `levels` are all that `severity` can be. `clock` gives the present instant, for a Retry-After.
    """

    def __init__(
        self,
        channel: str,
        settings: AlertmanagerSettings,
        *,
        levels: Iterable[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._channel = channel
        self._settings = settings
        self._levels = tuple(levels)
        self._clock = clock
        self._break_offs = {target: BreakOffs() for target in settings.targets}

    @property
    def channel(self) -> str:
        return self._channel

    def send(self, message: Message) -> Outcome:
        alerts = alerts_of(message)
        if not alerts:
            return Rejected("the message holds no alert", OutcomeCode.MESSAGE_REFUSED)
        outcomes = []
        for target in self._settings.targets:
            outcome = self._tell(target, alerts)
            outcomes.append(self._break_offs[target].in_view_of_the_last(outcome))
        return together(outcomes)

    def close(self) -> None:
        """Nothing is kept open between messages."""

    def _tell(self, target: HttpTarget, alerts: Sequence[Alert]) -> Outcome:
        try:
            posted = [each for alert in alerts for each in self._entries(target, alert)]
            if not posted:
                return Delivered(f"{target.shown} holds newer news of it, or nothing that would have to end")
            body = json.dumps(posted, ensure_ascii=False, separators=(",", ":")).encode()
            headers = {"Content-Type": "application/json"}
            answer = exchange(target, "POST", _path(target), body=body, headers=headers)
        except HttpFailedError as failure:
            return failure.outcome
        return outcome_of(answer, target, self._clock())

    def _entries(self, target: HttpTarget, alert: Alert) -> list[dict[str, object]]:
        """The alert, and the end of what the target holds of it at other levels."""
        entries, now = [], self._clock()
        if alert.level is not None:
            labels = {**self._settings.labels, **alert.identity, "severity": alert.level}
            entries.append(self._entry(labels, alert, max(alert.starts, now) + alert.lasts))
        held = self._held(target, alert)
        if any(each.decided is not None and alert.starts < each.decided <= now for each in held):
            return []
        others = [each.labels for each in held if each.labels.get("severity") != alert.level]
        return entries + [self._entry(labels, alert, alert.starts) for labels in others]

    def _entry(self, labels: Labels, alert: Alert, ends: datetime) -> dict[str, object]:
        entry: dict[str, object] = {
            "labels": dict(labels),
            "annotations": {**alert.annotations, _DECIDED: _rfc3339(alert.starts)},
            "endsAt": _rfc3339(ends),
        }
        if ends > alert.starts:  # of what is over Alertmanager knows when it began
            entry["startsAt"] = _rfc3339(alert.starts)
        if self._settings.page is not None:
            entry["generatorURL"] = self._settings.page
        return entry

    def _held(self, target: HttpTarget, alert: Alert) -> list["_Held"]:
        """The alerts of this identity that the target holds.

        Where it can't say, those that it may hold: what is unknown there and over is nobody's news.
        """
        query = urlencode(
            [("filter", f'{name}="{_quoted(value)}"') for name, value in alert.identity.items()]
        )
        headers = {"Accept": "application/json"}
        answer = exchange(target, "GET", f"{_path(target)}?{query}", headers=headers, longest=_LONGEST_LIST)
        try:
            found = [_Held.read(each) for each in json.loads(answer.body)] if answer.status == 200 else None  # noqa: PLR2004 - OK
        except (ValueError, TypeError, KeyError, AttributeError):
            found = None
        if found is None:
            whole = {**self._settings.labels, **alert.identity}
            return [_Held({**whole, "severity": level}, None) for level in self._levels]
        return found


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """What the outcomes at several Alertmanagers come to: the best of them, with what all said."""
    reasons = "; ".join(
        outcome.response if isinstance(outcome, Delivered) else outcome.reason for outcome in outcomes
    )
    if any(isinstance(outcome, Delivered) for outcome in outcomes):
        return Delivered(reasons)
    deferred = [outcome for outcome in outcomes if isinstance(outcome, Deferred)]
    if not deferred:
        return Rejected(reasons, next(outcome.code for outcome in outcomes))
    waits = [outcome.retry_after for outcome in deferred if outcome.retry_after is not None]
    by_channel = all(outcome.scope == "channel" for outcome in deferred) and len(deferred) == len(outcomes)
    scope: Scope = "channel" if by_channel else "message"
    return Deferred(reasons, deferred[0].code, scope, min(waits) if len(waits) == len(deferred) else None)


def _path(target: HttpTarget) -> str:
    return f"{target.path.rstrip('/')}/{_PATH}"


def _quoted(value: str) -> str:
    """A matcher's value (prometheus.io/docs/alerting/latest/configuration, "Label matchers")."""
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _instant(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return None if found.tzinfo is None else found


def _rfc3339(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")
