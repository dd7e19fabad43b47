"""``limen ingest``: files of figures, loaded by hand."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from monitor.cli import exit_codes
from monitor.cli.choices import area_named, source_named
from monitor.cli.faults import in_words
from monitor.cli.intake_events import is_flawed, print_events
from monitor.cli.plan_view import courses_in_words
from monitor.cli.session import Session, present
from monitor.core.alerts import Transition
from monitor.cycle import CycleOutcome, guard_of, run_cycle
from monitor.intake.gathering import PROGRESS_EVERY
from monitor.intake.gathering import Progress as Teller
from monitor.intake.observation_files import Reading
from monitor.intake.recording import IntakeEvent, LeftInPlace, TakenIn, ingest_file
from monitor.planning import courses
from monitor.store.alerts import transitions_of_cycle
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
        return LeftInPlace(path.name, _reason(fault, path))


def _reason(fault: OSError, path: Path) -> str:
    """What the system refused; of which file, unless it is the one that is spoken of."""
    is_this = fault.filename is not None and Path(os.fsdecode(fault.filename)) == path
    return (fault.strerror or str(fault)) if is_this else in_words(fault)


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
    session.out.print(judged(store, outcome))
    if outcome.enqueued:
        session.out.print(
            f"{counted(outcome.enqueued, 'mail')} in the outbox; `limen run` or `limen once` sends them."
        )


def judged(store: Store, outcome: CycleOutcome) -> str:
    """What a cycle did, in a sentence."""
    steps: tuple[Transition, ...] = ()
    if outcome.cycle_id is not None and outcome.transitions:
        with store.reading() as connection:
            steps = transitions_of_cycle(connection, outcome.cycle_id)
    return f"Judged {counted(outcome.evaluated, 'figure')}: {courses_in_words(courses(steps))}."
