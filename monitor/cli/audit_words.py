"""Entries of the audit trail as sentences."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo
from typing import Any, Final

from monitor.core.audit import AuditKind, Entry, Personal
from monitor.core.freshness import late_indicator
from monitor.core.notifications import NoticeKind
from monitor.core.plausibility import faulty_indicator
from monitor.terminal import counted
from monitor.wording import day

Facts = Mapping[str, Any]

ERASED_PERSON: Final = "somebody (erased)"


class Record:
    """An entry, taken apart once: ``facts``, and what is kept of the person, {} where it was erased."""

    def __init__(self, entry: Entry, part: Personal | None) -> None:
        """Reads the entry's JSON."""
        self.entry = entry
        self.kind = entry.kind
        self.facts: Facts = json.loads(entry.facts)
        self.erased = bool(entry.personal_digest) and part is None
        self.person = part.person if part else ""
        self.personal: Facts = json.loads(part.data) if part else {}

    @property
    def who(self) -> str:
        """The person by name, else by id."""
        if self.erased:
            return ERASED_PERSON
        found = (
            self.personal.get("recipient_name") or self.personal.get("name") or self.personal.get("author")
        )
        return str(found or self.person)

    @property
    def alerts(self) -> list[tuple[str, str]]:
        """(rule, area) of everything that it is about."""
        own = [self.facts] if "rule" in self.facts else []
        return [(each["rule"], each["area"]) for each in [*own, *self.facts.get("tells", ())]]

    @property
    def renamed(self) -> frozenset[str]:
        """The earlier and the later name of an area that it is about."""
        own = (self.facts["before"], self.facts["after"]) if self.kind == AuditKind.AREA_RENAMED else ()
        return frozenset(own)

    @property
    def mails(self) -> set[int]:
        """The numbers of the mails that it is about."""
        named = (self.facts.get(key) for key in ("mails", "withdrawn"))
        listed = {number for each in named if isinstance(each, list) for number in each}
        single = self.facts.get("mail")  # under "mails" an erasure has how many they were
        return listed | ({single} if isinstance(single, int) else set())

    @property
    def called(self) -> tuple[str, ...]:
        """Every id, name and address that the person goes by here."""
        keys = ("recipient_name", "name", "address", "author")
        return tuple(str(each) for each in (self.person, *map(self.personal.get, keys)) if each)

    def is_about(self, person: str) -> bool:
        """Whether that is the person's id, name or address."""
        return person.casefold() in {each.casefold() for each in self.called}


def sentence(record: Record, zone: tzinfo) -> str:
    """What an entry says, for people; times are in ``zone``."""
    worded = _WORDED.get(record.kind)
    return f"{record.kind}: {record.entry.facts}" if worded is None else worded(record, zone)


def moment(when: str, zone: tzinfo) -> str:
    """An instant as people read it."""
    return f"{datetime.fromisoformat(when).astimezone(zone):%-d %b %Y %H:%M}"


def _rulebook(record: Record, _zone: tzinfo) -> str:
    revision = record.facts["revision"]
    return f"Judged from now on by rulebook {record.facts['version'][:12]}" + (
        f", revision {revision[:12]}" if revision else ""
    )


def _decision(record: Record, zone: tzinfo) -> str:
    facts = record.facts
    reason = str(facts["reason"])
    if record.person or record.erased:
        not_told = next((each for each in ("not told yet", "not told") if reason.startswith(each)), "told")
        what = f"{record.who} was {not_told}"
    else:
        what = "Nobody was told"
    why = reason.removeprefix("not told yet: ").removeprefix("not told: ")
    parts = [f"{what} that {_news(facts)}: {why}"]
    if note := record.personal.get("note"):
        parts.append(str(note))
    if facts["role"]:
        parts.append(f"as {facts['role']}" + (f" of {facts['role_area']}" if facts["role_area"] else ""))
    if facts["route"]:
        parts.append(f"route {facts['route']}")
    if facts["until"]:
        parts.append(f"looked at again {moment(facts['until'], zone)}")
    if facts["mail"]:
        parts.append(f"mail {facts['mail']}")
    return ", ".join(parts)


def _news(facts: Facts) -> str:
    """A clause: ``rule in area is in breach (critical), period to 30 June 2013``."""
    rule = facts["rule"]
    late, faulty = late_indicator(rule), faulty_indicator(rule)
    where = f"{late or faulty or rule} in {facts['area']}"
    if late is not None:
        state = f"figures of {where} are{{still}} late"
    elif faulty is not None:
        state = f"a figure of {where}{{still}} looks wrong or is missing"
    else:
        level = f" ({facts['level']})" if facts.get("level") else ""
        state = f"{where} is{{still}} in breach{level}"
    news = _NEWS.get(facts["kind"] or "", "{where} has changed")
    end = facts.get("period_end")
    period = f", period to {day(date.fromisoformat(end))}" if end else ""
    told = news.format(
        where=where,
        began=state.format(still=""),
        goes_on=state.format(still=" still"),
        level=f" (now {facts['level']})" if facts.get("level") else "",
    )
    return told + period


_NEWS: Final[Mapping[str, str]] = {
    NoticeKind.BREACH: "{began}",
    NoticeKind.WORSENED: "the breach of {where} has become worse{level}",
    NoticeKind.ESCALATED: "{goes_on}, as those told before have not acknowledged it",
    NoticeKind.REMINDER: "{goes_on}, as a reminder",
    NoticeKind.RESTATED: "a figure of {where} has changed",
    NoticeKind.PENDING: "the breach of {where} does not count any more, or not yet",
    NoticeKind.DOUBTFUL: "{began}",
    NoticeKind.LATE: "{began}",
    NoticeKind.CLOSED: "the alert of {where} is closed: the rules or the areas changed",
    NoticeKind.RECOVERED: "{where} is back within limits",
    NoticeKind.ARRIVED: "the late figures of {where} have come",
    NoticeKind.CONFIRMED: "a figure of {where} is no longer in doubt",
}
"""What a notice of each kind says, after "was told that"."""


def _mail(record: Record, _zone: tzinfo) -> str:
    facts = record.facts
    told = "; ".join(_news(each) for each in facts["tells"])
    operations = f"news for operations: {facts['operations']}" if facts["operations"] else ""
    occasion = "" if facts["occasion"] == "news" else f" ({facts['occasion']})"
    return (
        f"Mail {facts['mail']}{occasion} to {_addressed(record)} by {facts['channel']}: {operations or told}"
    )


def _addressed(record: Record) -> str:
    address = record.personal.get("address")
    return f"{record.who} <{address}>" if address else record.who


def _attempt(record: Record, _zone: tzinfo) -> str:
    response = record.personal.get("response")
    answered = f": {response}" if response else ""
    return f"Mail {record.facts['mail']} to {_addressed(record)}: {record.facts['outcome']}{answered}"


def _retry(record: Record, _zone: tzinfo) -> str:
    mails = record.facts["mails"]
    by = record.who or "By hand somebody"
    return f"{by} made {counted(len(mails), 'mail')} due again: {', '.join(map(str, mails))}"


def _acknowledgement(record: Record, zone: tzinfo) -> str:
    facts = record.facts
    did = "withdrew the acknowledgement of" if facts["withdrawn"] else "acknowledged"
    level = f" ({facts['level']})" if facts["level"] else ""
    until = f" until {moment(facts['until'], zone)}" if facts["until"] else ""
    what = f"{facts['rule']} in {facts['area']}{level}{until}, by {facts['via']}"
    return f"{record.who} {did} {what}{_comment(record)}"


def _comment(record: Record) -> str:
    comment = record.personal.get("comment")
    return f": “{comment}”" if comment else ""


def _silence(record: Record, zone: tzinfo) -> str:
    facts = record.facts
    lasting = f"from {moment(facts['starts_at'], zone)} to {moment(facts['ends_at'], zone)}"
    what = f"silence {facts['silence']} of {_matched(facts['match'])}"
    return f"{record.who} made {what}, {lasting}{_comment(record)}"


def _matched(match: Facts) -> str:
    scope = match.get("scope", {})
    listed = {
        **{key: match.get(key) for key in ("alerts", "indicators", "themes", "levels")},
        "areas": scope.get("names"),
        "kinds of area": scope.get("types"),
    }
    parts = [f"{what} {', '.join(sorted(names))}" for what, names in listed.items() if names]
    return "; ".join(parts) or "everything"


def _silence_end(record: Record, _zone: tzinfo) -> str:
    return f"{record.who} ended silence {record.facts['silence']}{_comment(record)}"


def _operations(record: Record, _zone: tzinfo) -> str:
    summary = record.personal.get("summary")
    return f"Operations were told: {record.facts['news']}" + (f": {summary}" if summary else "")


def _address_failing(record: Record, _zone: tzinfo) -> str:
    address, response = record.personal.get("address"), record.personal.get("response")
    named = (
        f"Mails to {address} ({record.person}) come back"
        if address
        else f"Mails to {ERASED_PERSON} come back"
    )
    return f"{named}, as mail {record.facts['mail']} showed" + (f": {response}" if response else "")


def _address_cleared(record: Record, _zone: tzinfo) -> str:
    address = record.personal.get("address", ERASED_PERSON)
    by = record.personal.get("author") or "Somebody"
    return f"{by} cleared the address {address}: it does not fail any more"


def _erasure(record: Record, _zone: tzinfo) -> str:
    facts = record.facts
    withdrawn = f", withdrawn: mails {', '.join(map(str, facts['withdrawn']))}" if facts["withdrawn"] else ""
    taken = f"{counted(facts['mails'], 'mail')}, {counted(facts['decisions'], 'decision')}"
    by = record.who or "Somebody"
    return f"{by} erased a person, now {facts['erased']}: {facts['reason']} ({taken}{withdrawn})"


def _retention(record: Record, zone: tzinfo) -> str:
    facts = record.facts
    taken = f"{counted(facts['mails'], 'mail')}, {counted(facts['decisions'], 'decision')}"
    return f"Personal data from before {moment(facts['before'], zone)} was erased ({taken})"


def _area_renamed(record: Record, _zone: tzinfo) -> str:
    before, after = record.facts["before"], record.facts["after"]
    return f"{before} is called {after} in areas.csv now: all that was kept of it goes by that name"


_WORDED: Final[Mapping[str, Callable[[Record, tzinfo], str]]] = {
    AuditKind.RULEBOOK: _rulebook,
    AuditKind.DECISION: _decision,
    AuditKind.MAIL: _mail,
    AuditKind.ATTEMPT: _attempt,
    AuditKind.RETRY: _retry,
    AuditKind.ACKNOWLEDGEMENT: _acknowledgement,
    AuditKind.SILENCE: _silence,
    AuditKind.SILENCE_END: _silence_end,
    AuditKind.OPERATIONS: _operations,
    AuditKind.ADDRESS_FAILING: _address_failing,
    AuditKind.ADDRESS_CLEARED: _address_cleared,
    AuditKind.ERASURE: _erasure,
    AuditKind.RETENTION: _retention,
    AuditKind.AREA_RENAMED: _area_renamed,
}
