"""What became of files of figures, as a table with what to do about them."""

from collections.abc import Sequence

from rich.text import Text

from monitor.cli.session import Session
from monitor.intake.recording import IntakeEvent, LeftInPlace, Refused, TakenIn
from monitor.terminal import counted, table


def print_events(session: Session, events: Sequence[IntakeEvent]) -> None:
    """One row a file that was found, then what its owner should know."""
    made = table(
        "File", "New", "Restated", "Unchanged", "Rejected", right=("New", "Restated", "Unchanged", "Rejected")
    )
    for event in events:
        match event:
            case TakenIn():
                rejected = Text(f"{event.rejected:,}", "bright_red" if event.rejected else "")
                made.add_row(
                    event.name,
                    f"{event.accepted - event.restated:,}",
                    f"{event.restated:,}",
                    f"{event.unchanged:,}",
                    rejected,
                )
            case Refused():
                made.add_row(event.name, Text("not read", "bright_red"))
            case LeftInPlace():
                continue
    if made.row_count:
        session.out.print(made)
    for event in events:
        for line in _remarks(event):
            session.out.print(line, soft_wrap=True)


def is_flawed(event: IntakeEvent) -> bool:
    """Whether something in the file was not taken in."""
    return not isinstance(event, TakenIn) or event.rejected > 0


def _remarks(event: IntakeEvent) -> list[str]:
    match event:
        case Refused():
            kept = f" It lies in {event.kept}." if event.kept else ""
            return [f"{event.name}: {event.reason}{kept}"]
        case LeftInPlace():
            return [f"{event.name}: {event.reason}"]
        case TakenIn():
            remarks = [f"{event.name}: {notice}" for notice in event.notices]
            if event.already_known:
                remarks.append(f"{event.name}: this very file was read before; nothing changed.")
            if event.rejected_file is not None:
                rows = counted(event.rejected, "row was", "rows were")
                remarks.append(
                    f"{event.name}: {rows} set aside, with the reason, in {event.rejected_file}: "
                    "mend what is wrong there and load that file."
                )
            return remarks
