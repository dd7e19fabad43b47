"""The audit trail's chain: whatever is done to it, it is found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.core.audit import AuditKind, Entry, Fact, Head, Personal, canonical, instant, linked
from monitor.core.audit_check import walk

NOON = datetime(2013, 7, 15, 12, tzinfo=UTC)
Trail = list[tuple[Entry, Personal | None]]

WORDS = st.text(max_size=6)
FACTS = st.dictionaries(WORDS, st.one_of(st.none(), st.integers(), WORDS, st.booleans()), max_size=3)
NOTED = st.builds(
    Fact,
    st.sampled_from([AuditKind.DECISION, AuditKind.ATTEMPT, AuditKind.SILENCE]),
    st.integers(0, 10**9).map(lambda seconds: NOON + timedelta(seconds=seconds)),
    FACTS,
    st.sampled_from(["", "anna", "ben"]),
    st.dictionaries(WORDS, WORDS, max_size=2),
)


def trail_of(*facts: Fact) -> Trail:
    head, trail = Head(), []
    for fact in facts:
        entry, part = linked(fact, head, salt=f"salt {head.entries}")
        head = Head(entry.id, entry.hash)
        trail.append((entry, part))
    return trail


def _changed(data: st.DataObject, trail: Trail) -> Trail:
    """The trail with one thing about it changed."""
    place = data.draw(st.integers(0, len(trail) - 1))
    entry, part = trail[place]
    changes: dict[str, Trail] = {
        "put in again": [*trail[: place + 1], *trail[place:]],
        "another one put in": [*trail[:place], *trail_of(Fact(AuditKind.RETRY, NOON, {})), *trail[place:]],
    }
    if place < len(trail) - 1:
        changes["taken out"] = [*trail[:place], *trail[place + 1 :]]
        swapped = [trail[place + 1], trail[place]]
        changes["moved"] = [*trail[:place], *swapped, *trail[place + 2 :]]
        renumbered = [
            (replace(one, id=two[0].id), own) for (one, own), two in zip(swapped, trail[place:], strict=False)
        ]
        changes["moved and renumbered"] = [*trail[:place], *renumbered, *trail[place + 2 :]]
    field = data.draw(st.sampled_from(["at", "kind", "facts", "personal_digest", "previous", "hash"]))
    other = data.draw(WORDS.filter(lambda text: text != getattr(entry, field)))
    changed: dict[str, Any] = {field: other}
    changes["written over"] = [*trail[:place], (replace(entry, **changed), part), *trail[place + 1 :]]
    changes["written over, hash and all"] = [
        *trail[:place],
        (_rehashed(entry, other), part),
        *trail[place + 1 :],
    ]
    if part is not None:
        about = replace(part, data=canonical({"other": other}))
        changes["person written over"] = [*trail[:place], (entry, about), *trail[place + 1 :]]
        changes["person taken out"] = [*trail[:place], (entry, None), *trail[place + 1 :]]
    else:
        changes["person put in"] = [*trail[:place], (entry, Personal("eve", "s", "{}")), *trail[place + 1 :]]
    how = data.draw(st.sampled_from(sorted(changes)))
    if how == "written over, hash and all" and place == len(trail) - 1:
        how = "written over"  # whoever may write the last entry anew is found by a head kept elsewhere
    return changes[how]


def _rehashed(entry: Entry, text: str) -> Entry:
    bare = replace(entry, facts=canonical({"other": text}))
    return replace(bare, hash=bare.expected_hash)


@given(st.lists(NOTED, min_size=1, max_size=6), st.data())
def test_any_single_change_to_a_trail_is_found(facts: list[Fact], data: st.DataObject) -> None:
    trail = trail_of(*facts)
    assert walk(trail).holds

    verdict = walk(_changed(data, trail))

    assert not verdict.holds
    assert verdict.misfit is not None


@given(st.lists(NOTED, min_size=2, max_size=6), st.data())
def test_a_tail_that_was_cut_off_or_written_anew_is_found_by_the_head_noted_earlier(
    facts: list[Fact], data: st.DataObject
) -> None:
    trail = trail_of(*facts)
    noted = walk(trail).head.hash
    kept = data.draw(st.integers(0, len(facts) - 1))

    cut, anew = trail[:kept], trail_of(*facts[:kept], Fact(AuditKind.RETENTION, NOON, {"before": ""}))

    assert walk(cut).holds
    assert not walk(cut, noted).holds
    assert not walk(anew, noted).holds
    assert walk(trail_of(*facts, Fact(AuditKind.RETRY, NOON, {})), noted).holds


def test_the_first_entry_that_does_not_fit_is_named() -> None:
    trail = trail_of(*(Fact(AuditKind.RETRY, NOON, {"mails": [n]}) for n in range(5)))
    trail[2] = (replace(trail[2][0], facts='{"mails":[9]}'), None)

    verdict = walk(trail)

    assert verdict.misfit is not None
    assert (verdict.misfit.entry, verdict.head.entries) == (3, 2)
    assert "contents" in verdict.misfit.problem


def test_a_personal_part_may_be_gone_only_where_an_erasure_or_retention_says_so() -> None:
    def told(day: int) -> Fact:
        return Fact(AuditKind.MAIL, NOON + timedelta(days=day), {"mail": day}, "anna", {"name": "Anna"})

    erasure = Fact(AuditKind.ERASURE, NOON + timedelta(days=9), {"entries": [[2, 2]]})
    retention = Fact(AuditKind.RETENTION, NOON, {"before": instant(NOON + timedelta(days=1))})
    for accounted, by, gone in [
        (True, erasure, 1),
        (False, erasure, 0),
        (True, retention, 0),
        (False, retention, 1),
    ]:
        trail = trail_of(told(0), told(1), by)
        trail[gone] = (trail[gone][0], None)

        verdict = walk(trail)

        assert verdict.holds is accounted
        assert verdict.erased == int(accounted)
        assert verdict.misfit is None or verdict.misfit.entry == gone + 1


def test_an_erasure_speaks_of_the_past_only() -> None:
    later = Fact(AuditKind.MAIL, NOON, {"mail": 1}, "anna", {"name": "Anna"})
    trail = trail_of(Fact(AuditKind.ERASURE, NOON, {"entries": [[2, 2]]}), later)
    trail[1] = (trail[1][0], None)

    assert not walk(trail).holds


def test_the_same_instant_is_written_alike_in_every_zone_and_sorts_as_time() -> None:
    summer = datetime.fromisoformat("2013-07-15T13:00:00+01:00")
    assert instant(summer) == instant(NOON) == "2013-07-15T12:00:00.000000+00:00"
    assert instant(NOON) < instant(NOON + timedelta(microseconds=1)) < instant(NOON + timedelta(days=365))
