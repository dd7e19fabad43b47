"""Acknowledgements, silences and what is to be come back to, on both engines."""

from dataclasses import replace
from datetime import timedelta

from monitor.core.notifications import TellReason
from monitor.store.acknowledgements import (
    acknowledgements_of,
    append_acknowledgement,
    latest_acknowledgements,
)
from monitor.store.follow_ups import (
    FollowUpKind,
    all_follow_ups,
    anything_due,
    due_follow_ups,
    follow_ups_of,
    look_again,
    remove_follow_ups,
    save_follow_ups,
)
from monitor.store.silences import append_silence, end_silence, silence, silences
from monitor.store.store import Store
from tests.support.store_samples import ACKNOWLEDGED, AREA, FOLLOW_UP, NOON, RULE, SILENCE


def test_the_newest_acknowledgement_of_a_breach_counts_and_all_are_kept(store: Store) -> None:
    withdrawn = replace(ACKNOWLEDGED, at=NOON + timedelta(hours=1), withdrawn=True)
    with store.writing() as connection:
        first = append_acknowledgement(connection, ACKNOWLEDGED)
        second = append_acknowledgement(connection, withdrawn)
        append_acknowledgement(connection, replace(ACKNOWLEDGED, episode=2))
        latest = latest_acknowledgements(connection, [(RULE, AREA, 1), (RULE, "Dover", 1)])
        history = acknowledgements_of(connection, RULE, AREA)

    assert first == replace(ACKNOWLEDGED, id=first.id)
    assert latest == {(RULE, AREA, 1): second}
    assert [each.withdrawn for each in history] == [False, True, False]


def test_a_silence_comes_back_as_it_was_made_and_ends_when_it_is_ended(store: Store) -> None:
    with store.writing() as connection:
        made = append_silence(connection, SILENCE)
        other = append_silence(connection, replace(SILENCE, ends_at=NOON + timedelta(hours=1)))
        assert silences(connection) == (made, other)
        assert silences(connection, ending_after=NOON + timedelta(hours=1)) == (made,)

        early = NOON + timedelta(hours=2)
        assert end_silence(connection, made.id, at=early, author="anna", comment="done sooner")
        assert not end_silence(connection, made.id, at=early, author="anna", comment="again")
        assert not end_silence(connection, 4711, at=early, author="anna", comment="there is none")
        ended = silence(connection, made.id)

    assert made == replace(SILENCE, id=made.id)
    assert ended == replace(made, ends_at=early)
    assert made.is_active(early)
    assert not ended.is_active(early)


def test_what_is_due_is_found_and_done_away_with(store: Store) -> None:
    due = NOON + timedelta(hours=20)
    tomorrow = due + timedelta(days=1)
    reminder = replace(
        FOLLOW_UP, kind=FollowUpKind.REMINDER, due_at=tomorrow, step=1, reason=TellReason.REMINDED
    )
    held = replace(FOLLOW_UP, area="Dover", due_at=None, reason=TellReason.INHIBITED)
    with store.writing() as connection:
        save_follow_ups(connection, [FOLLOW_UP, reminder, held])
        assert not anything_due(connection, due - timedelta(seconds=1))
        assert anything_due(connection, due)
        assert due_follow_ups(connection, due) == (FOLLOW_UP,)
        assert due_follow_ups(connection, NOON, held_by=[TellReason.INHIBITED]) == (held,)
        assert follow_ups_of(connection, [(RULE, AREA, 1)]) == (FOLLOW_UP, reminder)
        assert all_follow_ups(connection) == (FOLLOW_UP, reminder, held)

        later = replace(FOLLOW_UP, due_at=due + timedelta(days=3), reason=TellReason.SILENCED)
        save_follow_ups(connection, [later])
        assert follow_ups_of(connection, [(RULE, AREA, 1)]) == (later, reminder)
        assert look_again(connection, NOON, alert=(RULE, AREA)) == 1
        assert [each.kind for each in due_follow_ups(connection, NOON)] == [FollowUpKind.NEWS]

        remove_follow_ups(connection, [later, held])
        assert all_follow_ups(connection) == (reminder,)
