"""Tells operations when an edit of the rules can't be used, and when the rules are good again: once each."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from monitor.core.notifications import Notification, OperationsKind, OperationsNews
from monitor.core.recipients import Recipient
from monitor.store.notifications import enqueue
from monitor.store.operations_news import (
    ToldOperations,
    append_told,
    hold_operations_news,
    standing_refusals,
)

LONGEST_LIST: Final = 20_000
"""Characters of problems in a mail: some hundred problems. ``limen check`` shows all."""


@dataclass(frozen=True, slots=True)
class RulesVerdict:
    """What came of reading the rules. ``fingerprint`` is the same for the same refusal, "" for good rules."""

    news: OperationsNews
    fingerprint: str
    recipients: tuple[Recipient, ...]


def refused(
    problems: str, errors: int, *, rules_version: str, rules_folder: str, recipients: tuple[Recipient, ...]
) -> RulesVerdict:
    """The rules on disk have errors; ``problems`` are as people read them, without secrets."""
    news = OperationsNews(
        OperationsKind.RULES_REFUSED, errors, _shortened(problems), rules_version, rules_folder
    )
    return RulesVerdict(news, hashlib.sha256(problems.encode()).hexdigest(), recipients)


def accepted(*, rules_version: str, rules_folder: str, recipients: tuple[Recipient, ...]) -> RulesVerdict:
    """The rules on disk are good and in force."""
    news = OperationsNews(OperationsKind.RULES_ACCEPTED, 0, "", rules_version, rules_folder)
    return RulesVerdict(news, "", recipients)


def tell_operations(connection: Connection, verdict: RulesVerdict, *, now: datetime, domain: str) -> int:
    """Puts one mail for each recipient into the outbox if the verdict is news; returns how many mails.

    A refusal is news unless the same one was told since the rules were last good; good rules are news after a
    refusal that was told. What was told is in the store, so a restart repeats nothing.
    """
    hold_operations_news(connection)
    standing = standing_refusals(connection)
    if verdict.news.kind is OperationsKind.RULES_REFUSED:
        is_news = verdict.fingerprint not in {each.fingerprint for each in standing}
    else:
        is_news = bool(standing)
    if not is_news:
        return 0
    mails = [Notification(person, (), now, verdict.news) for person in verdict.recipients]
    entries = enqueue(connection, mails, now, domain)
    summary = verdict.news.problems.partition("\n")[0]
    append_told(connection, ToldOperations(now, verdict.news.kind, verdict.fingerprint, summary))
    return len(entries)


def _shortened(problems: str) -> str:
    if len(problems) <= LONGEST_LIST:
        return problems
    kept = problems[:LONGEST_LIST].rpartition("\n")[0]
    left = len(problems.splitlines()) - len(kept.splitlines())
    return f"{kept}\n… and {left:,} more lines: “limen check” shows all"
