"""How things stand at a moment of a test: what the store holds after that moment's cycle."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy import Connection

from monitor.core.alerts import Alert, AlertState, Transition
from monitor.core.judgements import Evaluation, RuleEvaluation
from monitor.core.notifications import Decision, Occasion
from monitor.core.wall_calendar import Calendar
from monitor.store.alerts import AlertKey, alerts, transitions_of
from monitor.store.evaluations import evaluations_of, latest_evaluations, rule_evaluations_of
from monitor.store.outbox import outbox_entries


@dataclass(frozen=True, slots=True)
class Telling:
    """A decision, when it was made, and the number of the mail that came of it."""

    at: datetime
    decision: Decision
    mail: int | None


@dataclass(frozen=True)
class Scene:
    """A moment of a test.

    ``decisions`` are those made since an author last said who was told, ``recent`` those made since the
    expectation before.
    """

    connection: Connection
    calendar: Calendar
    decisions: tuple[Telling, ...]
    recent: tuple[Telling, ...]

    @cached_property
    def alerts(self) -> dict[AlertKey, Alert]:
        """Every alert that was ever judged."""
        return alerts(self.connection)

    @property
    def open_alerts(self) -> dict[AlertKey, Alert]:
        """The alerts that are pending or fire."""
        states = (AlertState.PENDING, AlertState.FIRING)
        return {key: alert for key, alert in self.alerts.items() if alert.state in states}

    def alert(self, rule: str, area: str) -> Alert:
        """An alert as it stands; one that was never judged is inactive."""
        return self.alerts.get((rule, area), Alert(rule, area))

    def evaluation(self, indicator: str, area: str, period: date | None) -> Evaluation | None:
        """The rating of a series' latest figure, or of that of a period; None where there is no figure."""
        if period is None:
            latest = latest_evaluations(self.connection, indicator=indicator, area=area)
            return latest[-1].evaluation if latest else None
        found = evaluations_of(self.connection, indicator, area, period_end=period)
        return found[-1].evaluation if found else None

    def verdict(self, alert: Alert) -> RuleEvaluation | None:
        """What the rule said of the last figure that the alert took into account."""
        if alert.judged_to is None:
            return None
        found = rule_evaluations_of(self.connection, alert.rule, alert.area, period_end=alert.judged_to)
        return found[-1].evaluation if found else None

    def last_transition(self, alert: Alert) -> Transition | None:
        """The step that brought the alert where it stands."""
        found = transitions_of(self.connection, alert.rule, alert.area)
        return found[-1].transition if found else None

    def occasion(self, telling: Telling) -> Occasion | None:
        """In what kind of mail somebody was told; None where there is no mail."""
        entries = () if telling.mail is None else outbox_entries(self.connection, ids=[telling.mail])
        return entries[0].notification.occasion if entries else None
