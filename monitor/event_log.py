"""Counts and logs what happens to mails and files. No address, and no figure, gets into the log."""

import structlog

from monitor.intake.recording import IntakeEvent, LeftInPlace, Refused, TakenIn
from monitor.metrics import Metrics
from monitor.store.outbox import OutboxEntry
from notifiers.message import Deferred, Delivered, Outcome, Rejected


class EventLog:
    """What the application hears of, in the metrics and in the log."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._log = structlog.get_logger(__name__)

    def attempted(self, entry: OutboxEntry, outcome: Outcome) -> None:
        """Counts and logs an attempt. The address stays out of the log; the outbox has it."""
        facts = {"mail": entry.id, "recipient": entry.recipient_id, "message_id": entry.message_id}
        match outcome:
            case Delivered():
                self._metrics.delivered(entry.channel, "delivered")
                self._log.info("A mail was delivered", **facts, response=outcome.response)
            case Deferred():
                self._metrics.delivered(entry.channel, "deferred")
                self._log.warning("A mail was deferred", **facts, code=outcome.code, reason=outcome.reason)
            case Rejected():
                self._metrics.delivered(entry.channel, "rejected")
                self._log.error(
                    "A mail was refused for good", **facts, code=outcome.code, reason=outcome.reason
                )

    def came_in(self, event: IntakeEvent) -> None:
        """Counts and logs a file. Its rows stay out of the log."""
        match event:
            case TakenIn():
                rows = {
                    "accepted": event.accepted - event.restated,
                    "restated": event.restated,
                    "unchanged": event.unchanged,
                    "rejected": event.rejected,
                    "empty": event.empty,
                }
                self._metrics.file_read("already known" if event.already_known else "taken in", rows)
                log = self._log.warning if event.rejected else self._log.info
                log("A file was taken in", file=event.name, batch=event.batch, **rows, **_set_aside(event))
            case Refused():
                self._metrics.file_read("refused", {})
                self._log.error("A file can't be read", file=event.name, code=event.code, reason=event.reason)
            case LeftInPlace(stuck=True, known=False):
                self._log.warning("A file stays in the inbox", file=event.name, reason=event.reason)
            case LeftInPlace(stuck=True):
                pass  # that was logged when it was found so first
            case LeftInPlace():
                self._log.info("A file was left in the inbox", file=event.name, reason=event.reason)


def _set_aside(event: TakenIn) -> dict[str, str]:
    """Where the rejected rows lie, and why, by codes: the reasons in words may quote small figures."""
    if event.rejected_file is None:
        return {}
    reasons = ", ".join(f"{code} {count:,}" for code, count in event.reasons)
    return {"rejected_file": str(event.rejected_file), "reasons": reasons}
