"""What telling rests on, kept in memory: for history that never happened so, and is gone afterwards."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from monitor.core.alerts import Alert, AlertKey, AlertState, EpisodeKey, Transition
from monitor.core.notifications import Decision, TellReason
from monitor.core.routing import Change
from monitor.core.suppressions import Acknowledgement, Silence
from monitor.store.decisions import Told, told_once_more
from monitor.store.follow_ups import FollowUp, FollowUpKind

K = TypeVar("K")
V = TypeVar("V")

RowKey = tuple[str, str, int, str, str]

_ASKING = (FollowUpKind.REMINDER, FollowUpKind.ESCALATION)


@dataclass
class InMemory:
    """A recollection without a store: nobody makes silences, and every mail is delivered at once.

    Each method of telling does what the store's function of the same name does.
    """

    _alerts: dict[AlertKey, Alert] = field(default_factory=dict)
    _firing: dict[AlertKey, Alert] = field(default_factory=dict)
    _fired_at: dict[AlertKey, datetime] = field(default_factory=dict)
    _steps: dict[AlertKey, Transition] = field(default_factory=dict)
    _endings: dict[EpisodeKey, Transition] = field(default_factory=dict)
    _told: dict[EpisodeKey, dict[str, Told]] = field(default_factory=dict)
    _rows: dict[EpisodeKey, dict[RowKey, FollowUp]] = field(default_factory=dict)
    _given: dict[EpisodeKey, tuple[Acknowledgement, ...]] = field(default_factory=dict)

    def take_in(self, changes: Iterable[Change], at: datetime) -> None:
        """Takes in what a cycle did to alerts."""
        for change in changes:
            after = change.after
            key = (after.rule, after.area)
            self._alerts[key] = after
            if after.state is AlertState.FIRING:
                self._firing[key] = after
            else:
                self._firing.pop(key, None)
            for step in change.transitions:
                self._steps[key] = step
                fires = step.to_state is AlertState.FIRING
                if fires:
                    self._fired_at[key] = at
                elif step.from_state is AlertState.FIRING:
                    self._endings[*key, step.episode] = step

    def note_told(self, made: Iterable[Decision], at: datetime) -> None:
        """Takes in who was told what."""
        for decision in made:
            recipient = decision.recipient
            if recipient is not None and decision.reason.told:
                people = self._told.setdefault((decision.rule, decision.area, decision.episode), {})
                people[recipient.id] = told_once_more(
                    decision, recipient, people.get(recipient.id), at=at, message_id=None
                )

    def next_due(self, after: datetime) -> datetime | None:
        """The first instant after ``after`` at which there is something to come back to, if there is."""
        due = (row.due_at for row in self._all_rows() if row.due_at is not None and row.due_at > after)
        return min(due, default=None)

    def alerts(self, keys: Collection[AlertKey]) -> Mapping[AlertKey, Alert]:
        return _only(self._alerts, keys)

    def firing_alerts(self) -> Mapping[AlertKey, Alert]:
        return dict(sorted(self._firing.items()))

    def last_transitions(self, keys: Collection[AlertKey]) -> Mapping[AlertKey, Transition]:
        return _only(self._steps, keys)

    def last_endings(self, keys: Collection[EpisodeKey]) -> Mapping[EpisodeKey, Transition]:
        return _only(self._endings, keys)

    def fired_at(self, keys: Collection[AlertKey]) -> Mapping[AlertKey, datetime]:
        return _only(self._fired_at, keys)

    def told_of(self, keys: Collection[EpisodeKey]) -> dict[EpisodeKey, tuple[Told, ...]]:
        return {key: tuple(people.values()) for key, people in _only(self._told, keys).items()}

    def due_follow_ups(self, now: datetime, *, held_by: Collection[TellReason] = ()) -> tuple[FollowUp, ...]:
        found = (row for row in self._all_rows() if row.is_due(now) or row.reason in held_by)
        return tuple(sorted(found, key=_key))

    def follow_ups_of(self, keys: Collection[EpisodeKey]) -> tuple[FollowUp, ...]:
        found = (row for key in set(keys) for row in self._rows.get(key, {}).values())
        return tuple(sorted(found, key=_key))

    def save_follow_ups(self, changed: Iterable[FollowUp]) -> None:
        for row in changed:
            self._rows.setdefault((row.rule, row.area, row.episode), {})[row.key] = row

    def remove_follow_ups(self, done: Iterable[FollowUp]) -> None:
        for row in done:
            episode = (row.rule, row.area, row.episode)
            rows = self._rows.get(episode, {})
            rows.pop(row.key, None)
            if not rows:
                self._rows.pop(episode, None)

    def count_anew_at(self, at: datetime, *, alert: AlertKey) -> None:
        later = [
            row
            for row in self._all_rows()
            if row.alert == alert and row.kind in _ASKING and row.due_at is not None and row.due_at > at
        ]
        self.save_follow_ups(replace(row, due_at=at) for row in later)

    def latest_acknowledgements(self, keys: Collection[EpisodeKey]) -> Mapping[EpisodeKey, Acknowledgement]:
        return {key: given[-1] for key, given in _only(self._given, keys).items()}

    def acknowledgements_by_breach(
        self, keys: Collection[EpisodeKey]
    ) -> Mapping[EpisodeKey, tuple[Acknowledgement, ...]]:
        return _only(self._given, keys)

    def append_acknowledgement(self, given: Acknowledgement) -> Acknowledgement:
        key = (given.rule, given.area, given.episode)
        self._given[key] = (*self._given.get(key, ()), given)
        return given

    def silences(self, *, ending_after: datetime) -> tuple[Silence, ...]:  # noqa: ARG002 - there are none
        return ()

    def with_unsent_mails(self) -> frozenset[str]:
        return frozenset()

    def mail_times_since(self, since: datetime) -> Mapping[str, list[datetime]]:  # noqa: ARG002 - none is kept
        return {}

    def _all_rows(self) -> Iterator[FollowUp]:
        return (row for rows in self._rows.values() for row in rows.values())


def _key(row: FollowUp) -> RowKey:
    return row.key


def _only(found: Mapping[K, V], keys: Collection[K]) -> dict[K, V]:
    return {key: found[key] for key in dict.fromkeys(keys) if key in found}
