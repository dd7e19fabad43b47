"""What those who run limen are told of telling itself: a silence that has ended, a storm that is folded."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from monitor.core.holding import Candidate, silence_note
from monitor.core.notifications import (
    Decision,
    Notification,
    OperationsKind,
    OperationsNews,
    TellReason,
)
from monitor.core.recipients import Recipient
from monitor.core.suppressions import Silence, match_in_words
from monitor.store.alerts import firing_alerts
from monitor.store.decisions import held_by_note
from monitor.store.operations_news import ToldOperations, append_told, last_told
from monitor.store.silences import end_by_hand, silence
from monitor.telling.gates import Sorted
from monitor.telling.scene import CycleScene

ONCE_A: Final = timedelta(days=1)
"""How often operations are told that too many mails are made."""


def silence_news(
    scene: CycleScene, numbers: Collection[int], told: Sequence[Candidate]
) -> list[Notification]:
    """A mail for whoever made each silence that has ended: what it kept from whom, and what became of it."""
    mails = []
    for number in sorted(set(numbers)):
        found = silence(scene.connection, number)
        if found is None or found.ends_at > scene.now:
            continue
        lines, kept = _account_of(scene, found, told)
        people = _author(scene, found)
        summary = f"silence {number} has ended"
        mails += _news(scene, OperationsKind.SILENCE_ENDED, str(number), summary, (lines, kept), people)
    return mails


def _author(scene: CycleScene, found: Silence) -> Sequence[Recipient]:
    """Whoever made the silence, if the contacts know them; else operations."""
    people = scene.world.directory.people
    named = [each for each in people.values() if found.author in (each.id, each.name, each.address)]
    return named[:1] or scene.world.operations


def _named(scene: CycleScene, author: str) -> str:
    """The name of somebody who may be known by an id or an address; else what they called themselves."""
    people = scene.world.directory.people.values()
    return next((each.name for each in people if author in (each.id, each.address)), author)


def _account_of(scene: CycleScene, found: Silence, told: Sequence[Candidate]) -> tuple[list[str], int]:
    """What a silence did, line by line, and how many alerts it was about."""
    zone = scene.calendar.zone
    lines = [
        f"Silence {found.id} by {_named(scene, found.author)}: {found.comment}",
        f"It silenced {match_in_words(found.match, scene.world.areas)}.",
        f"It lasted from {_minute(found.starts_at, zone)} until {_minute(found.ends_at, zone)}.",
    ]
    ended = end_by_hand(scene.connection, found.id)
    if ended is not None:
        said = f": {ended.comment}" if ended.comment else "."
        lines.append(f"{_named(scene, ended.author)} ended it by hand{said}")
    kept: dict[tuple[str, str], list[Decision]] = {}
    for each in held_by_note(scene.connection, TellReason.SILENCED, silence_note(found.id), found.starts_at):
        kept.setdefault((each.decision.rule, each.decision.area), []).append(each.decision)
    if not kept:
        return [*lines, "It kept nothing from anybody."], 0
    firing = firing_alerts(scene.connection)
    now = {(each.decision.rule, each.decision.area) for each in told}
    lines.append(f"It kept news of {len(kept)} alert{'' if len(kept) == 1 else 's'} from people:")
    for (rule, area), decisions in sorted(kept.items()):
        stands = "goes on" if (rule, area) in firing else "is over"
        after = "told now" if (rule, area) in now else "nothing is left to tell"
        people = ", ".join(
            dict.fromkeys(each.recipient.name for each in decisions if each.recipient is not None)
        )
        lines.append(f"- {_title(scene, rule)} in {area}: {stands}; {after}. Kept from {people or 'nobody'}.")
    return lines, len(kept)


def _minute(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%-d %B %Y %H:%M}"


def _title(scene: CycleScene, rule: str) -> str:
    known = scene.world.rulebook.alerts.get(rule)
    return known.title if known is not None else rule


def storm_news(scene: CycleScene, found: Sorted) -> list[Notification]:
    """A mail to operations when too many mails were to be made: whose are folded. At most once a day."""
    folded: dict[str, int] = {}
    for candidate, hold in found.held:
        if hold.reason is TellReason.STORM:
            folded[candidate.person] = folded.get(candidate.person, 0) + 1
    if not folded:
        return []
    before = last_told(scene.connection, OperationsKind.STORM)
    if before is not None and scene.now - before.at < ONCE_A:
        return []
    people = scene.world.directory.people
    lines = [
        (
            "More mails were to be sent than the limits allow. Nothing is lost: what waits for each of these "
            "people follows in one summary."
        ),
        *(
            f"- {people[person].name if person in people else person}: {count} "
            f"alert{'' if count == 1 else 's'}"
            for person, count in sorted(folded.items())
        ),
    ]
    summary = f"{len(folded)} people's mails folded"
    account = (lines, len(folded))
    return _news(scene, OperationsKind.STORM, f"{scene.today}", summary, account, scene.world.operations)


def _news(  # noqa: PLR0917 - what, about what, in short, in full, to whom
    scene: CycleScene,
    kind: OperationsKind,
    subject: str,
    summary: str,
    account: tuple[Sequence[str], int],
    people: Sequence[Recipient],
) -> list[Notification]:
    """Mails of this news, noted as told. ``account`` is all lines of it, and how many things they list."""
    lines, count = account
    version = scene.world.rulebook.revision or scene.world.rulebook.version
    news = OperationsNews(kind, count, "\n".join(lines), version, "", subject)
    append_told(scene.connection, ToldOperations(scene.now, kind, subject, summary))
    return [Notification(person, (), scene.now, news) for person in people]
