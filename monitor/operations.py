"""Tells operations when rules, or what else they edit, can't be used, and when they can again: once each."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from monitor.core.notifications import Notification, OperationsKind, OperationsNews
from monitor.core.recipients import Recipient
from monitor.store.notifications import enqueue
from monitor.store.operations_news import (
    ACCEPTED_BY,
    ToldOperations,
    append_told,
    hold_operations_news,
    standing_refusals,
)

LONGEST_LIST: Final = 20_000
"""Characters of problems in a mail: some hundred problems. ``limen check`` shows all."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of reading the rules, or the house's templates.

    ``fingerprint`` is the same for the same refusal, "" for what is good. ``summary`` is what is kept of it;
    ``version`` is that of the templates which a mail could not be laid out with, else "".
    """

    news: OperationsNews
    fingerprint: str
    recipients: tuple[Recipient, ...]
    summary: str = ""
    version: str = ""

    @property
    def accepts(self) -> bool:
        """Whether all is good."""
        return self.news.kind in ACCEPTED_BY.values()

    @property
    def refusal(self) -> OperationsKind:
        """The kind of the refusals that it repeats or takes back."""
        return next(kind for kind, good in ACCEPTED_BY.items() if self.news.kind in (kind, good))


IsNews = Callable[[Verdict, Sequence[ToldOperations]], bool]
"""Whether a verdict is news after the refusals that stand, the newest last."""


def refused(
    problems: str, errors: int, *, rules_version: str, rules_folder: str, recipients: tuple[Recipient, ...]
) -> Verdict:
    """The rules on disk have errors; ``problems`` are as people read them, without secrets."""
    news = OperationsNews(
        OperationsKind.RULES_REFUSED, errors, shortened(problems), rules_version, rules_folder
    )
    return Verdict(news, fingerprint_of(problems), recipients, problems.partition("\n")[0])


def accepted(*, rules_version: str, rules_folder: str, recipients: tuple[Recipient, ...]) -> Verdict:
    """The rules on disk are good and in force."""
    news = OperationsNews(OperationsKind.RULES_ACCEPTED, 0, "", rules_version, rules_folder)
    return Verdict(news, "", recipients)


def differs(verdict: Verdict, standing: Sequence[ToldOperations]) -> bool:
    """A refusal is news unless the same one was told; what is good is news after a refusal that was told."""
    if verdict.accepts:
        return bool(standing)
    return verdict.fingerprint not in {each.fingerprint for each in standing}


def tell_operations(
    connection: Connection, verdict: Verdict, *, now: datetime, domain: str, is_news: IsNews = differs
) -> int:
    """Puts one mail for each recipient into the outbox if the verdict is news; returns how many mails.

    What was told since all was last good is in the store, so a restart repeats nothing.
    """
    hold_operations_news(connection)
    if not is_news(verdict, standing_refusals(connection, verdict.refusal)):
        return 0
    mails = [Notification(person, (), now, verdict.news) for person in verdict.recipients]
    entries = enqueue(connection, mails, now, domain)
    kind, fingerprint = verdict.news.kind, verdict.fingerprint
    append_told(connection, ToldOperations(now, kind, fingerprint, verdict.summary, verdict.version))
    return len(entries)


def fingerprint_of(problems: str) -> str:
    """The same for the same problems, and for no others."""
    return hashlib.sha256(problems.encode()).hexdigest()


def shortened(problems: str) -> str:
    """As much of a list of problems as a mail may hold."""
    if len(problems) <= LONGEST_LIST:
        return problems
    kept = problems[:LONGEST_LIST].rpartition("\n")[0]
    left = len(problems.splitlines()) - len(kept.splitlines())
    return f"{kept}\n… and {left:,} more lines: “limen check” shows all"
