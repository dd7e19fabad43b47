"""One cycle's telling, from what changed to the mails in the outbox."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from monitor.core.audit import ERASED
from monitor.core.holding import Candidate, is_about_data
from monitor.core.notices import urgency
from monitor.core.notifications import (
    Decision,
    EarlierAnswer,
    Notice,
    NoticeKind,
    Notification,
    Occasion,
    RestatedFigure,
    TellReason,
)
from monitor.core.past_answers import PastAnswer
from monitor.core.recipients import Recipient
from monitor.core.routing import Change
from monitor.core.windows import Calendar
from monitor.store.decisions import append_decisions
from monitor.store.follow_ups import FollowUpKind
from monitor.store.notifications import enqueue
from monitor.telling.acknowledged import end_outgrown_acknowledgements
from monitor.telling.gates import Sorted, StormGuard, sort_out
from monitor.telling.gathered import Gathered
from monitor.telling.gathering import gather
from monitor.telling.ledger import BEGINNINGS, keep_account, row_of
from monitor.telling.notices import Facts, facts_of, figure_told, notice_of, told_before
from monitor.telling.operations import silence_news, storm_news
from monitor.telling.restatements import Restated, add_restatements, restatements
from monitor.telling.scene import CycleScene
from monitor.world import World

SeriesKey = tuple[str, str]
Pairs = Mapping[tuple[str, str, str], RestatedFigure]
Said = tuple[Candidate, Notice]
"""A piece that is told, and what its mail says."""

MOST_BEFORE_A_SUMMARY = 8
"""Alerts of services in one mail; with more it begins with an overview."""


def tell(
    connection: Connection,
    world: World,
    changes: Iterable[Change],
    cycle_id: int,
    *,
    restated: Collection[SeriesKey],
    now: datetime,
    calendar: Calendar,
    domain: str,
    guard: StormGuard | None = None,
) -> int:
    """Decides who is told, and puts one mail for each of them into the outbox; returns how many mails.

    Every decision is written with its reason, also those not to tell, or not yet.

    Args:
        connection: the cycle's transaction.
        world: the areas, people and rules in force.
        changes: what the cycle did to alerts.
        cycle_id: the cycle.
        restated: series (indicator, area) of which figures that were known have changed, or are judged anew.
        now: the present instant.
        calendar: which day and hour it is where people are.
        domain: the right-hand side of the mails' Message-IDs.
        guard: the limits past which mails are folded into summaries.
    """
    scene = CycleScene.of(connection, world, now, calendar)
    changes = list(changes)
    end_outgrown_acknowledgements(scene, changes)
    gathered = gather(scene, changes)
    found_restated = _add_restated(scene, restated, gathered)
    pairs = found_restated.pairs
    found = sort_out(scene, gathered.candidates, guard or StormGuard())
    told, facts = _with_facts(scene, without_needless_reminders(found.told), found, pairs)
    said = _said(scene, gathered, told, facts, pairs)
    told = [each for each, _ in said]
    mails = _mails(said, now)
    of_limen = [*silence_news(scene, gathered.silences, told), *storm_news(scene, found)]
    entries = enqueue(connection, [*mails, *of_limen], now, domain)
    fresh = keep_account(scene, gathered, told, found.held)
    beside = _figures_beside(told, facts, found_restated)
    decisions = [*gathered.untold, *fresh, *beside, *(each.decision for each in told)]
    numbers = {mail.recipient.id: entry.id for mail, entry in zip(mails, entries, strict=False)}
    append_decisions(connection, decisions, cycle_id=cycle_id, at=now, mails=numbers)
    return len(entries)


def _with_facts(
    scene: CycleScene, told: Sequence[Candidate], found: Sorted, pairs: Pairs
) -> tuple[list[Candidate], Facts]:
    """What is told, with the figures that it tells, and all that there is to say of it."""
    facts = facts_of(
        scene.connection,
        scene.world,
        {(each.decision.rule, each.decision.area) for each in told},
        found.firing.keys(),
        told_before(told, scene.world),
        told_now=told,
    )
    return [_with_figure(each, facts, pairs) for each in told], facts


def _said(
    scene: CycleScene, gathered: Gathered, told: Sequence[Candidate], facts: Facts, pairs: Pairs
) -> list[Said]:
    """What mails say of each piece.

    Of what neither the rules nor any mail know any more nothing can be said; that is a decision, and must not
    keep all else from being told.
    """
    said = []
    for each in told:
        notice = _notice(scene, gathered, each, facts, pairs)
        if notice is not None:
            said.append((each, notice))
            continue
        gathered.untold.append(replace(each.decision, kind=None, reason=TellReason.NOTHING_KEPT, figure=None))
        row = row_of(gathered, each)
        gathered.done += [row] if row is not None else []
    return said


def _add_restated(scene: CycleScene, restated: Collection[SeriesKey], gathered: Gathered) -> Restated:
    """Also what was held back may have been a restatement: those series are looked at again."""
    book = scene.world.rulebook
    again = {
        (book.alerts[each.rule].indicator, each.area)
        for rows in gathered.rows.values()
        for each in rows
        if each.rule in book.alerts and each.kind is FollowUpKind.NEWS
    }
    return add_restatements(scene, restatements(scene, {*restated, *again}), gathered)


def without_needless_reminders(told: Sequence[Candidate]) -> list[Candidate]:
    """Whoever is told today how a breach stands is not reminded of it in the same mail."""
    news = {
        (each.decision.rule, each.decision.area, each.person)
        for each in told
        if each.decision.kind in BEGINNINGS
    }
    return [
        each
        for each in told
        if each.decision.kind is not NoticeKind.REMINDER
        or (each.decision.rule, each.decision.area, each.person) not in news
    ]


def _said_once(group: Sequence[Candidate]) -> list[Candidate]:
    """Of somebody's news what the mail says: that a breach was passed on to them, only if nothing else is."""
    news = {
        (each.decision.rule, each.decision.area)
        for each in group
        if each.decision.kind in BEGINNINGS and each.decision.kind is not NoticeKind.ESCALATED
    }
    return [
        each
        for each in group
        if each.decision.kind is not NoticeKind.ESCALATED
        or (each.decision.rule, each.decision.area) not in news
    ]


def _figures_beside(told: Sequence[Candidate], facts: Facts, restated: Restated) -> list[Decision]:
    """What a mail about a restated figure says beside it, so that it counts as told.

    Those are the figures of earlier periods that were changed as well, and the latest one.
    """
    found = []
    for each in told:
        decision = each.decision
        key = (decision.rule, decision.area, each.person)
        if key not in restated.pairs or each.asks_again:
            continue
        figures = [piece.figure.now for piece in restated.settled.get(key, ())]
        latest = figure_told(facts, (decision.rule, decision.area))
        if latest is not None and decision.figure is not None:
            figures += [latest] if latest.period_end != decision.figure.period_end else []
        found += [
            replace(
                decision,
                kind=NoticeKind.RESTATED,
                reason=TellReason.WAS_TOLD_OF_FIGURE,
                figure=figure,
                note="told beside another figure",
            )
            for figure in figures
        ]
    return found


def _with_figure(candidate: Candidate, facts: Facts, pairs: Pairs) -> Candidate:
    """The candidate with the figure that its mail tells; of a restatement the one that was restated."""
    decision = candidate.decision
    pair = _pair_of(candidate, pairs)
    figure = pair.now if pair is not None else figure_told(facts, (decision.rule, decision.area))
    return replace(candidate, decision=replace(decision, figure=figure))


def _pair_of(candidate: Candidate, pairs: Pairs) -> RestatedFigure | None:
    """Both figures, where one was restated; a reminder leaves that to the news that stands beside it."""
    decision = candidate.decision
    key = (decision.rule, decision.area, candidate.person)
    return None if candidate.asks_again else pairs.get(key)


def _mails(said: Sequence[Said], now: datetime) -> list[Notification]:
    """One mail for each person, of all that they are told."""
    groups: dict[str, list[Said]] = {}
    for each in said:
        groups.setdefault(each[0].person, []).append(each)
    return [_mail(group, now) for group in groups.values()]


def _mail(group: Sequence[Said], now: datetime) -> Notification:
    told = [each for each, _ in group]
    once = _said_once(told)
    notices = sorted((notice for each, notice in group if each in once), key=urgency)
    return Notification(_recipient(told), tuple(notices), now, occasion=occasion_of(told))


def _recipient(group: Sequence[Candidate]) -> Recipient:
    return next(each.decision.recipient for each in group if each.decision.recipient is not None)


def occasion_of(group: Sequence[Candidate]) -> Occasion:
    """Why a mail of these is sent now.

    Past so many alerts it is a summary that lists them all, as after a first run on a long history.
    """
    held_for = {each.held_for for each in group}
    of_services = [each for each in group if not is_about_data(each.decision.rule)]
    if TellReason.STORM in held_for or len(of_services) > MOST_BEFORE_A_SUMMARY:
        return Occasion.SUMMARY
    return Occasion.DIGEST if TellReason.DIGEST in held_for else Occasion.NEWS


def _notice(
    scene: CycleScene, gathered: Gathered, candidate: Candidate, facts: Facts, pairs: Pairs
) -> Notice | None:
    decision = candidate.decision
    pair = _pair_of(candidate, pairs)
    made = notice_of(scene.world, candidate, facts, pair)
    if made is None or not candidate.asks_again:
        return made
    key = (decision.rule, decision.area, decision.episode)
    known = gathered.known(key)
    reminder = decision.kind is NoticeKind.REMINDER
    before = [each for person, each in known.items() if (person == candidate.person) is reminder]
    first = min((each.first_at for each in before or known.values()), default=None)
    answer = gathered.past_answers.get(key)
    return replace(
        made,
        first_told_on=None if first is None else scene.calendar.local_day(first),
        reminders=candidate.step if reminder else 0,
        not_acknowledged_by=() if reminder else tuple(each.recipient.name for each in before),
        earlier_answer=None if answer is None else _earlier_answer(scene, answer),
    )


def _earlier_answer(scene: CycleScene, answer: PastAnswer) -> EarlierAnswer:
    """What a mail says of an acknowledgement that counts no more."""
    given, on = answer.given, scene.calendar.local_day
    known = scene.world.directory.people.get(given.author)
    erased = given.author.startswith(ERASED)
    return EarlierAnswer(
        by=known.name if known is not None else "" if erased else given.author,
        given_on=on(given.at),
        until=None if given.until is None else on(given.until),
        ended_on=on(answer.ended_at),
        ended=answer.ended,
    )
