"""``limen outbox``: mails that wait, were sent or were refused."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta

from rich.text import Text

from monitor.cli import exit_codes
from monitor.cli.caller import caller
from monitor.cli.choices import UnknownNameError
from monitor.cli.formats import TableFormat
from monitor.cli.session import Session, present
from monitor.compose import Links, OwnTemplates, compose
from monitor.compose.rendering_process import Fault
from monitor.compose.standalone import standalone_html
from monitor.compose.subject import subject_line
from monitor.directory.contacts import DEFAULT_CHANNEL
from monitor.store.errors import PayloadError
from monitor.store.failing_addresses import failing_addresses
from monitor.store.held_news import waiting
from monitor.store.mail_order import overtaken, waits_for
from monitor.store.outbox import OutboxEntry, OutboxState, attempts_of, outbox_entries, retry
from monitor.terminal import counted, table, write_plainly
from notifiers.message import Address, Message
from notifiers.mime import InvalidAddressError, Mailbox, mail_bytes

COLUMNS = (
    "id",
    "state",
    "created_at",
    "recipient",
    "address",
    "subject",
    "attempts",
    "next_attempt_at",
    "sent_at",
    "last_response",
    "message_id",
    "address_fails",
    "waits_for",
)
LAID_OUT_ANEW = (
    "Laid out anew by today's templates and settings, without its link to acknowledge: what was sent says "
    "the same, and may look different."
)
Order = Mapping[int, tuple[int, ...]]
"""Waiting mail -> those that it follows and that must go out first."""

_STYLES = {OutboxState.SENT: "green", OutboxState.DEAD: "bright_red", OutboxState.PENDING: "yellow"}


def list_outbox(session: Session, states: Sequence[str], limit: int, *, style: TableFormat) -> int:
    """Prints the latest mails, the newest first."""
    wanted = [OutboxState(each) for each in states] or list(OutboxState)
    with session.store() as store, store.reading() as connection:
        entries = outbox_entries(connection, wanted, limit=limit + 1)
        listed = entries[:limit]
        failing = frozenset(each.address for each in failing_addresses(connection))
        order = waits_for(connection, [each.id for each in listed])
        held = sum(waiting(connection).held.values())
    match style:
        case TableFormat.CSV:
            write_plainly(_csv(listed, failing, order))
        case TableFormat.JSON:
            write_plainly(
                json.dumps([_record(each, failing, order) for each in listed], indent=2, ensure_ascii=False)
                + "\n"
            )
        case TableFormat.TABLE:
            _print_list(session, listed, failing, order)
            if held:
                pieces = counted(held, "piece")
                session.out.print(
                    f"{pieces} of news held back, for which there is no mail yet: `limen status` says why.",
                    soft_wrap=True,
                )
            if len(entries) > limit:
                session.err.print(f"There are more; --limit {2 * limit} shows them.")
    return exit_codes.OK


def show_mail(session: Session, number: int, *, eml: bool, html: bool) -> int:
    """Prints one mail: to be read, as it goes over the wire, or as a page."""
    with session.store() as store, store.reading() as connection:
        entry = numbered(outbox_entries(connection, ids=[number]), number)
        attempts = attempts_of(connection, number)
        before = waits_for(connection, [number]).get(number, ())
    if eml and entry.channel != DEFAULT_CHANNEL:
        session.err.print(
            f"This went by {entry.channel}; there is no mail. "
            f"`limen outbox show {number}` prints what it says.",
            soft_wrap=True,
        )
        return exit_codes.PROBLEMS
    message = _message(session, entry)
    if entry.state is OutboxState.SENT:
        session.err.print(LAID_OUT_ANEW, style="yellow", soft_wrap=True)
    if eml:
        write_plainly(_wire(session, message).decode("utf-8", "replace").replace("\r\n", "\n"))
        return exit_codes.OK
    if html:
        pictures = {image.content_id: image.png for image in message.images}
        write_plainly(standalone_html(message.html or "", pictures))
        return exit_codes.OK
    out, zone = session.out, session.settings.zone
    for label, text in (
        ("To", f"{entry.recipient_name} <{entry.address}>"),
        ("Subject", message.subject),
        ("Decided", _moment(entry.created_at, session)),
        ("State", _state_in_words(entry, session, before)),
        ("Message-ID", entry.message_id),
    ):
        out.print(Text.assemble((f"{label + ':':<12}", "bold"), text), soft_wrap=True)
    for attempt in attempts:
        when = f"{attempt.at.astimezone(zone):%-d %b %Y %H:%M:%S}"
        out.print(f"{'Attempt:':<12}{when}, {attempt.outcome}: {attempt.response}", soft_wrap=True)
    out.print()
    out.print(message.text.rstrip("\n"), soft_wrap=True)
    return exit_codes.OK


def retry_mails(
    session: Session, numbers: Sequence[int], *, even_sent: bool = False, even_overtaken: bool = False
) -> int:
    """Makes mails due now; without numbers every one that was refused.

    ``even_sent``: also one that was sent, if mails to its address have come back. ``even_overtaken``: also
    one that would come after a mail that follows it.
    """
    with session.store() as store, store.writing() as connection:
        if not numbers:
            numbers = [each.id for each in outbox_entries(connection, [OutboxState.DEAD])]
        due = retry(
            connection,
            numbers,
            present(),
            author=caller(),
            even_sent=even_sent,
            even_overtaken=even_overtaken,
        )
        failing = frozenset(each.address for each in failing_addresses(connection))
        others = {each.id: each for each in outbox_entries(connection, ids=set(numbers) - set(due))}
        late = {number: after for each in others for number, after in overtaken(connection, [each]).items()}
    if not numbers:
        session.out.print("No mail was refused.")
        return exit_codes.OK
    session.out.print(f"{counted(len(due), 'mail is', 'mails are')} due now.")
    for number in numbers:
        if number not in due:
            why = _why_not(others.get(number), failing, late.get(number), even_sent=even_sent)
            session.err.print(f"{number}: {why}", soft_wrap=True)
    return exit_codes.OK if len(due) == len(set(numbers)) else exit_codes.PROBLEMS


def _why_not(
    entry: OutboxEntry | None, failing: AbstractSet[str], after: int | None, *, even_sent: bool
) -> str:
    if entry is None:
        return "there is no such mail"
    if entry.state is OutboxState.WITHDRAWN:
        return "its recipient was erased"
    came_back = entry.state is OutboxState.SENT and entry.address in failing
    if came_back and not even_sent:
        return "it was sent, but mails to its address come back: --even-sent sends it there again"
    if after is not None and (entry.state is OutboxState.DEAD or even_sent):
        return (
            f"mail {after} tells what became of the same thing and has gone out, or is going out now, so "
            "this would look new: --even-overtaken sends it all the same"
        )
    if entry.state is OutboxState.SENT:
        return "it was sent, so there is nothing to try again"
    return "it is being sent just now"


def numbered(found: Sequence[OutboxEntry], number: int) -> OutboxEntry:
    """The one mail that was found under its number.

    Raises:
        UnknownNameError: there is none.
    """
    if not found:
        raise UnknownNameError(f"There is no mail {number}: `limen outbox` lists them.")
    return found[0]


def _message(session: Session, entry: OutboxEntry) -> Message:
    def say(fault: Fault) -> None:
        session.err.print(f"{fault}: shown by limen's own template", soft_wrap=True, markup=False)

    with OwnTemplates.within(session.settings.config_dir, say) as templates:
        return composed(session, entry, templates)


def composed(session: Session, entry: OutboxEntry, templates: OwnTemplates) -> Message:
    """The mail of a row of the outbox, laid out by these templates."""
    settings = session.settings
    return compose(
        entry.notification,
        message_id=entry.message_id,
        in_reply_to=entry.thread_ids[-1] if entry.thread_ids else None,
        references=entry.thread_ids,
        links=Links(settings.page_url, settings.contact),
        templates=templates,
        zone=settings.zone,
    )


def _wire(session: Session, message: Message) -> bytes:
    smtp = session.settings.smtp
    sender = Mailbox.parse(Address(smtp.sender_name, smtp.sender))
    try:
        return mail_bytes(message, sender, Mailbox.parse(message.recipient))
    except InvalidAddressError as fault:
        raise UnknownNameError(f"This mail can't be written: {fault}") from fault


def subject(entry: OutboxEntry) -> str:
    """The mail's subject, without drawing its charts."""
    try:
        return subject_line(entry.notification)
    except PayloadError:
        return "(written by another version of limen)"


def _print_list(
    session: Session, entries: Sequence[OutboxEntry], failing: AbstractSet[str], order: Order
) -> None:
    if not entries:
        session.out.print("The outbox holds no such mail.")
        return
    made = table("ID", "State", "Age", "To", "Tries", "Subject", right=("ID", "Age", "Tries"))
    now = present()
    for entry in entries:
        line = Text(subject(entry))
        if entry.state is not OutboxState.SENT and entry.last_response:
            line.append(f"\n{entry.last_response}", "dim")
        if entry.state is OutboxState.PENDING and entry.next_attempt_at > now:
            line.append(f"\nnext try {_moment(entry.next_attempt_at, session)}", "dim")
        if entry.id in order:
            line.append(f"\nwaits until {_mails(order[entry.id])} gone out", "dim")
        if entry.address in failing:
            line.append("\nmails to this address come back", "bright_red")
        made.add_row(
            str(entry.id),
            Text(str(entry.state), _STYLES.get(entry.state, "")),
            _age(now - entry.created_at),
            entry.recipient_name,
            str(entry.attempts),
            line,
        )
    session.out.print(made)


def _age(age: timedelta) -> str:
    seconds = max(int(age.total_seconds()), 0)
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _moment(moment: datetime, session: Session) -> str:
    return f"{moment.astimezone(session.settings.zone):%-d %b %Y %H:%M}"


def _mails(numbers: Sequence[int]) -> str:
    """As the beginning of a sentence's part that ends in a participle: mail 17 has, mails 17 and 19 have."""
    *first, last = map(str, numbers)
    return f"mails {', '.join(first)} and {last} have" if first else f"mail {last} has"


def _state_in_words(entry: OutboxEntry, session: Session, before: Sequence[int]) -> str:
    match entry.state:
        case OutboxState.SENT if entry.sent_at is not None:
            return f"sent {_moment(entry.sent_at, session)}: {entry.last_response}"
        case OutboxState.PENDING:
            due = f"due {_moment(entry.next_attempt_at, session)}, tried {counted(entry.attempts, 'time')}"
            return f"{due}; waits until {_mails(before)} gone out, which it follows" if before else due
        case OutboxState.DEAD:
            return f"refused: {entry.last_response}. `limen outbox retry {entry.id}` sends it again"
        case _:
            return str(entry.state)


def _record(entry: OutboxEntry, failing: AbstractSet[str], order: Order) -> dict[str, object]:
    return {
        "id": entry.id,
        "state": str(entry.state),
        "created_at": entry.created_at.isoformat(),
        "recipient": entry.recipient_name,
        "address": entry.address,
        "subject": subject(entry),
        "attempts": entry.attempts,
        "next_attempt_at": entry.next_attempt_at.isoformat(),
        "sent_at": None if entry.sent_at is None else entry.sent_at.isoformat(),
        "last_response": entry.last_response,
        "message_id": entry.message_id,
        "address_fails": entry.address in failing,
        "waits_for": list(order.get(entry.id, ())),
    }


def _csv(entries: Sequence[OutboxEntry], failing: AbstractSet[str], order: Order) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for each in entries:
        numbers = " ".join(map(str, order.get(each.id, ())))
        writer.writerow(_record(each, failing, order) | {"waits_for": numbers})
    return text.getvalue()
