"""``limen ingest``: files of figures, loaded by hand."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from monitor.cli import exit_codes
from monitor.cli.choices import area_named, source_named
from monitor.cli.faults import in_words
from monitor.cli.intake_events import is_flawed, print_events
from monitor.cli.session import Session, present
from monitor.cycle import guard_of, run_cycle
from monitor.intake.gathering import PROGRESS_EVERY
from monitor.intake.gathering import Progress as Teller
from monitor.intake.observation_files import Reading
from monitor.intake.recording import IntakeEvent, LeftInPlace, TakenIn, ingest_file
from monitor.store.store import Store
from monitor.terminal import counted


def ingest_files(
    session: Session, files: Sequence[Path], area: str | None, source: str | None, *, evaluate: bool
) -> int:
    """Loads the files one after the other; one that can't be read stops no other.

    Raises:
        UnknownNameError: there is no such area or source.
    """
    world = session.world
    default_area = area_named(area, world).name if area else None
    said = source_named(source, world).id if source else None
    book = world.rulebook
    reading = Reading(book.indicators, world.areas, present(), default_area, book.sources, said)
    with session.store(make=True) as store:
        events = [_ingested(session, store, path, reading) for path in files]
        print_events(session, events)
        changed = any(isinstance(event, TakenIn) and event.accepted for event in events)
        if evaluate:
            _judge(session, store)
        elif changed:
            session.out.print("The next cycle judges these figures; --evaluate does so at once.")
    return exit_codes.PROBLEMS if any(is_flawed(event) for event in events) else exit_codes.OK


def _ingested(session: Session, store: Store, path: Path, reading: Reading) -> IntakeEvent:
    try:
        with _progress(session, path) as teller:
            return ingest_file(path, store, reading, progress=teller)
    except OSError as fault:
        return LeftInPlace(path.name, in_words(fault))


@contextmanager
def _progress(session: Session, path: Path) -> Iterator[Teller]:
    """A bar that shows as soon as a file is seen to be long, and goes when it is done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=session.err, transient=True, disable=not session.err.is_terminal)
    tasks: list[TaskID] = []

    def tell(done: int, total: int) -> None:
        if not tasks and total > 2 * PROGRESS_EVERY:
            tasks.append(bar.add_task(path.name, total=total))
            bar.start()
        for task in tasks:
            bar.update(task, completed=done, total=total)

    try:
        yield tell
    finally:
        bar.stop()


def _judge(session: Session, store: Store) -> None:
    settings = session.settings
    domain = settings.smtp.sender.rpartition("@")[2]
    outcome = run_cycle(
        store, session.world, now=present(), zone=settings.zone, domain=domain, guard=guard_of(settings)
    )
    if outcome.cycle_id is None:
        session.out.print("There was nothing to judge.")
        return
    session.out.print(judged(outcome.evaluated, outcome.transitions))
    if outcome.enqueued:
        session.out.print(
            f"{counted(outcome.enqueued, 'mail')} in the outbox; `limen run` or `limen once` sends them."
        )


def judged(evaluated: int, transitions: int) -> str:
    """What a cycle did, in a sentence."""
    return f"Judged {counted(evaluated, 'figure')}; alerts took {counted(transitions, 'step')}."
