"""The same facts as data, for channels that carry data rather than mails."""

from collections.abc import Sequence
from decimal import Decimal

from monitor.core.notifications import (
    EarlierAnswer,
    Lapse,
    Notice,
    Notification,
    OperationsNews,
    RestatedFigure,
    ToldFigure,
)


def payload_of(notification: Notification, notices: Sequence[Notice]) -> dict[str, object]:
    """JSON types only, of shielded notices: Decimals as strings, that no digit be lost; dates in ISO 8601."""
    news = notification.operations
    return {
        "recipient": notification.recipient.id,
        "stands_in_for": notification.recipient.stands_in_for,
        "decided_at": notification.decided_at.isoformat(),
        "occasion": notification.occasion.value,
        "notices": [_notice(notice) for notice in notices],
        "operations": None if news is None else _operations(news),
    }


def _operations(news: OperationsNews) -> dict[str, object]:
    return {
        "kind": news.kind.value,
        "errors": news.errors,
        "problems": news.problems,
        "rules_version": news.rules_version,
        "rules_folder": news.rules_folder,
        "subject": news.subject,
        "thread": news.thread,
    }


def _notice(notice: Notice) -> dict[str, object]:
    return {
        "rule": notice.rule,
        "area": notice.area,
        "area_type": notice.area_type.value,
        "kind": notice.kind.value,
        "reason": notice.reason,
        "level": None if notice.level is None else notice.level.value,
        "title": notice.title,
        "indicator": notice.indicator,
        "period_end": None if notice.period_end is None else notice.period_end.isoformat(),
        "status": None if notice.status is None else notice.status.value,
        "value": _number(notice.value),
        "protected": notice.protected,
        "unit": notice.unit,
        "rag": notice.rag.value,
        "target": _number(notice.target),
        "limit": _number(notice.limit),
        "since": None if notice.since is None else notice.since.isoformat(),
        "due": None if notice.due is None else notice.due.isoformat(),
        "direction": notice.direction.value,
        "rule_position": notice.rule_position,
        "rule_version": notice.rule_version,
        "thread": notice.thread,
        "restated": None if notice.restated is None else _restated(notice.restated),
        "held_since": None if notice.held_since is None else notice.held_since.isoformat(),
        "held_because": notice.held_because,
        "first_told_on": None if notice.first_told_on is None else notice.first_told_on.isoformat(),
        "reminders": notice.reminders,
        "not_acknowledged_by": list(notice.not_acknowledged_by),
        "earlier_answer": None if notice.earlier_answer is None else _answer(notice.earlier_answer),
        "doubt": notice.doubt,
        "lapse": None if notice.lapse is None else _lapse(notice.lapse),
    }


def _lapse(lapse: Lapse) -> dict[str, object]:
    return {"because": lapse.because, "asked": lapse.asked, "so_far": lapse.so_far}


def _answer(answer: EarlierAnswer) -> dict[str, object]:
    return {
        "by": answer.by,
        "given_on": answer.given_on.isoformat(),
        "until": None if answer.until is None else answer.until.isoformat(),
        "ended_on": answer.ended_on.isoformat(),
        "ended": answer.ended.value,
    }


def _restated(restated: RestatedFigure) -> dict[str, object]:
    return {
        "period_end": restated.was.period_end.isoformat(),
        "told_on": restated.told_on.isoformat(),
        "withdrawn": restated.withdrawn,
        "because": restated.because,
        "was": _told(restated.was),
        "now": _told(restated.now),
    }


def _told(figure: ToldFigure) -> dict[str, object]:
    return {
        "value": _number(figure.value),
        "protected": figure.protected,
        "rag": figure.rag.value,
        "level": None if figure.level is None else figure.level.value,
        "revision": figure.revision,
    }


def _number(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"
