"""What telling rests on: how alerts stand, who was told what, what is to be come back to, who answered."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from monitor.core.alerts import Alert, AlertKey, EpisodeKey, Transition
from monitor.core.notifications import TellReason
from monitor.core.suppressions import Acknowledgement, Silence
from monitor.store import acknowledgements, alerts, decisions, follow_ups, notifications, silences
from monitor.store.decisions import Told
from monitor.store.follow_ups import FollowUp


class Recollection(Protocol):
    """What is known when a cycle tells, and what it leaves for the next one.

    Each method is the store's function of the same name, and says what that one says.
    """

    def alerts(self, keys: Collection[AlertKey]) -> Mapping[AlertKey, Alert]: ...

    def firing_alerts(self) -> Mapping[AlertKey, Alert]: ...

    def last_transitions(self, keys: Collection[AlertKey]) -> Mapping[AlertKey, Transition]: ...

    def last_endings(self, keys: Collection[EpisodeKey]) -> Mapping[EpisodeKey, Transition]: ...

    def fired_at(self, keys: Collection[AlertKey]) -> Mapping[AlertKey, datetime]: ...

    def told_of(self, keys: Collection[EpisodeKey]) -> dict[EpisodeKey, tuple[Told, ...]]: ...

    def due_follow_ups(
        self, now: datetime, *, held_by: Collection[TellReason] = ()
    ) -> tuple[FollowUp, ...]: ...

    def follow_ups_of(self, keys: Collection[EpisodeKey]) -> tuple[FollowUp, ...]: ...

    def save_follow_ups(self, changed: Iterable[FollowUp]) -> None: ...

    def remove_follow_ups(self, done: Iterable[FollowUp]) -> None: ...

    def count_anew_at(self, at: datetime, *, alert: AlertKey) -> None: ...

    def latest_acknowledgements(
        self, keys: Collection[EpisodeKey]
    ) -> Mapping[EpisodeKey, Acknowledgement]: ...

    def acknowledgements_by_breach(
        self, keys: Collection[EpisodeKey]
    ) -> Mapping[EpisodeKey, tuple[Acknowledgement, ...]]: ...

    def append_acknowledgement(self, given: Acknowledgement) -> Acknowledgement: ...

    def silences(self, *, ending_after: datetime) -> tuple[Silence, ...]: ...

    def with_unsent_mails(self) -> frozenset[str]: ...

    def mail_times_since(self, since: datetime) -> Mapping[str, list[datetime]]: ...


class StoredRecollection:
    """The store's, within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def alerts(self, keys: Collection[AlertKey]) -> Mapping[AlertKey, Alert]:
        return alerts.alerts(self._connection, keys)

    def firing_alerts(self) -> Mapping[AlertKey, Alert]:
        return alerts.firing_alerts(self._connection)

    def last_transitions(self, keys: Collection[AlertKey]) -> Mapping[AlertKey, Transition]:
        return alerts.last_transitions(self._connection, keys)

    def last_endings(self, keys: Collection[EpisodeKey]) -> Mapping[EpisodeKey, Transition]:
        return alerts.last_endings(self._connection, keys)

    def fired_at(self, keys: Collection[AlertKey]) -> Mapping[AlertKey, datetime]:
        return alerts.fired_at(self._connection, keys)

    def told_of(self, keys: Collection[EpisodeKey]) -> dict[EpisodeKey, tuple[Told, ...]]:
        return decisions.told_of(self._connection, keys)

    def due_follow_ups(self, now: datetime, *, held_by: Collection[TellReason] = ()) -> tuple[FollowUp, ...]:
        return follow_ups.due_follow_ups(self._connection, now, held_by=held_by)

    def follow_ups_of(self, keys: Collection[EpisodeKey]) -> tuple[FollowUp, ...]:
        return follow_ups.follow_ups_of(self._connection, keys)

    def save_follow_ups(self, changed: Iterable[FollowUp]) -> None:
        follow_ups.save_follow_ups(self._connection, changed)

    def remove_follow_ups(self, done: Iterable[FollowUp]) -> None:
        follow_ups.remove_follow_ups(self._connection, done)

    def count_anew_at(self, at: datetime, *, alert: AlertKey) -> None:
        follow_ups.count_anew_at(self._connection, at, alert=alert)

    def latest_acknowledgements(self, keys: Collection[EpisodeKey]) -> Mapping[EpisodeKey, Acknowledgement]:
        return acknowledgements.latest_acknowledgements(self._connection, keys)

    def acknowledgements_by_breach(
        self, keys: Collection[EpisodeKey]
    ) -> Mapping[EpisodeKey, tuple[Acknowledgement, ...]]:
        return acknowledgements.acknowledgements_by_breach(self._connection, keys)

    def append_acknowledgement(self, given: Acknowledgement) -> Acknowledgement:
        return acknowledgements.append_acknowledgement(self._connection, given)

    def silences(self, *, ending_after: datetime) -> tuple[Silence, ...]:
        return silences.silences(self._connection, ending_after=ending_after)

    def with_unsent_mails(self) -> frozenset[str]:
        return notifications.with_unsent_mails(self._connection)

    def mail_times_since(self, since: datetime) -> Mapping[str, list[datetime]]:
        return notifications.mail_times_since(self._connection, since)
