"""What a file brought, written to the store in one transaction; and files that are loaded by hand."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from monitor.intake.faults import FaultCode, FileFaultCode, UnreadableFileError, reasons_in_words
from monitor.intake.figure_files import read_figures
from monitor.intake.files import (
    StillWrittenError,
    path_for,
    read_whole,
    spoken_name,
    spoken_path,
    write_once,
)
from monitor.intake.gathering import PROGRESS_EVERY, Progress
from monitor.intake.observation_files import ParsedFile, Reading
from monitor.intake.rejected_files import rejected_csv
from monitor.store.batches import Channel, NewBatch
from monitor.store.file_faults import FileFault, note_fault
from monitor.store.observations import NewObservation, RecordedBatch, record_batch
from monitor.store.store import Store

REJECTED_SUFFIX: Final = ".rejected.csv"


@dataclass(frozen=True, slots=True)
class TakenIn:
    """A file was read and its good rows are in the store.

    ``accepted`` rows were new or, ``restated`` of them, replaced an earlier figure; ``unchanged`` ones were
    known. ``rejected`` rows stand in ``rejected_file``; ``reasons`` counts them by their first fault, the
    commonest first; ``empty`` and ``repeated`` ones brought nothing.
    ``already_known``: this file had been recorded before. ``archived``: where it lies now, if it was moved.
    """

    name: str
    batch: int
    accepted: int
    restated: int
    unchanged: int
    rejected: int
    empty: int
    repeated: int
    already_known: bool
    notices: tuple[str, ...]
    rejected_file: Path | None = None
    archived: Path | None = None
    reasons: tuple[tuple[FaultCode, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """A file could not be read at all. ``kept``: where it lies now, if it was moved."""

    name: str
    code: FileFaultCode
    reason: str
    kept: Path | None = None


@dataclass(frozen=True, slots=True)
class LeftInPlace:
    """A file was left where it is, to be looked at again: still being written, not to be opened or moved.

    ``stuck``: it stays until somebody sees to it, such as to a full disk; ``known``: the look before found
    it so as well, for the same reason.
    """

    name: str
    reason: str
    stuck: bool = False
    known: bool = False


IntakeEvent = TakenIn | Refused | LeftInPlace


def record(
    store: Store,
    parsed: ParsedFile,
    channel: Channel,
    *,
    now: datetime,
    progress: Progress | None = None,
    fault: FileFault | None = None,
    inbox_file: str | None = None,
) -> RecordedBatch:
    """Writes a batch and its observations in one transaction; what is known already changes nothing.

    ``inbox_file`` says which file of the inbox this is, so that it is known when it is found there again.
    ``fault`` is what operations are to be told of its rejected rows, if they are to be: once for each time
    that the file is delivered, for whoever sends it unmended does not know yet.

    Raises:
        StoreUnavailableError: the database cannot be reached; nothing was written.
    """
    batch = NewBatch(parsed.name, parsed.digest, channel, len(parsed.rejections), inbox_file)
    rows = parsed.observations if progress is None else _counted(parsed.observations, progress)
    with store.writing() as connection:
        recorded = record_batch(connection, batch, rows, now=now)
        if fault is not None:
            note_fault(connection, fault_identity(parsed.digest, inbox_file), fault)
        return recorded


def fault_identity(digest: str, inbox_file: str | None) -> str:
    """By what it is known that operations were told of a file: its bytes, and the file that brought them."""
    return f"{digest} {inbox_file or ''}"


def taken_in(parsed: ParsedFile, recorded: RecordedBatch, rejected_file: Path | None) -> TakenIn:
    """Puts together what was read and what was written."""
    return TakenIn(
        name=parsed.name,
        batch=recorded.id,
        accepted=recorded.accepted,
        restated=recorded.restated,
        unchanged=len(parsed.observations) - recorded.accepted,
        rejected=len(parsed.rejections),
        empty=parsed.empty,
        repeated=parsed.repeated,
        already_known=recorded.already_known,
        notices=(*parsed.notices, *_set_back(recorded)),
        rejected_file=rejected_file,
        reasons=tuple(Counter(rejection.code for rejection in parsed.rejections).most_common()),
    )


def _set_back(recorded: RecordedBatch) -> tuple[str, ...]:
    before = recorded.back_to
    if before is None:
        return ()
    figures = "1 figure that had" if recorded.accepted == 1 else f"{recorded.accepted:,} figures that had"
    was = "was" if recorded.accepted == 1 else "were"
    said = f"This very file was read before, as batch {before.id}: {figures} changed since {was} set back."
    return (said,)


def fault_of(parsed: ParsedFile, folder: Path, name: str, now: datetime) -> FileFault | None:
    """What is to be told of the rows that ``write_rejected`` is about to set aside; None without any."""
    if not parsed.rejections:
        return None
    path = folder / name
    if path.exists():
        path = path_for(folder, name, rejected_csv(parsed.header, parsed.rejections))
    reasons = reasons_in_words(parsed.rejections)
    return FileFault(now, parsed.name, reasons, spoken_path(path), parsed.total, len(parsed.rejections))


def write_rejected(parsed: ParsedFile, folder: Path, name: str) -> Path | None:
    """Writes the rows that were set aside; None where there are none."""
    if not parsed.rejections:
        return None
    return write_once(folder, name, rejected_csv(parsed.header, parsed.rejections))


def ingest_file(
    path: Path,
    store: Store,
    reading: Reading,
    *,
    rejected_folder: Path | None = None,
    progress: Progress | None = None,
) -> IntakeEvent:
    """Loads a file by hand; it stays where it is.

    The rows set aside go to ``NAME.rejected.csv`` in ``rejected_folder``, or beside the file. ``progress``
    is told of the rows read, and then of those written, as one way from 0 to twice their number.

    Raises:
        OSError: the file cannot be opened, or the rejected rows cannot be written.
        StoreUnavailableError: the database cannot be reached.
    """
    name = spoken_name(path)
    try:
        contents = read_whole(path, follow=True)
        parsed = read_figures(contents.data, name, reading, progress=_half(progress, second=False))
    except UnreadableFileError as error:
        return Refused(name, error.code, error.reason)
    except StillWrittenError:
        return LeftInPlace(name, "The file changed while it was read: load it again when it is complete.")
    recorded = record(store, parsed, Channel.INGEST, now=reading.now, progress=_half(progress, second=True))
    folder = path.absolute().parent if rejected_folder is None else rejected_folder
    return taken_in(parsed, recorded, write_rejected(parsed, folder, path.name + REJECTED_SUFFIX))


def _half(progress: Progress | None, *, second: bool) -> Progress | None:
    if progress is None:
        return None
    tell: Callable[[int, int], None] = progress
    return lambda done, total: tell(done + (total if second else 0), 2 * total)


def _counted(rows: Sequence[NewObservation], progress: Progress) -> Iterator[NewObservation]:
    for done, row in enumerate(rows, 1):
        yield row
        if done % PROGRESS_EVERY == 0:
            progress(done, len(rows))
    progress(len(rows), len(rows))
