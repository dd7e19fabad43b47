"""Notices that the files of a folder have changed: told by the kernel, and by looking now and then.

The kernel's notice (inotify) comes at once, but not from a network file system and not any more when a folder
was swapped for another one. What decides is the look: names, sizes and times of the files.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from watchfiles import watch

_EDITORS_OWN = (".swp", ".swx", ".tmp", ".part", "~")

Sighting = frozenset[tuple[str, int, int, int]]


def sight(folders: Sequence[Path]) -> Sighting:
    """Returns (path, size, time of change in ns, inode) of every file below the folders.

    Hidden files and editors' temporary ones are not looked at; what can't be read counts as absent.
    """
    found = []
    for folder in folders:
        for file in _files(folder):
            try:
                facts = file.stat()
            except OSError:
                continue
            found.append((str(file), facts.st_size, facts.st_mtime_ns, facts.st_ino))
    return frozenset(found)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, names in os.walk(folder, followlinks=False):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if not name.startswith(".") and not name.endswith(_EDITORS_OWN):
                yield Path(place, name)


class RuleWatch:
    """Calls ``changed`` from a thread of its own, once for a burst of changes in the folders.

    ``look_every`` is in seconds.
    """

    def __init__(
        self, folders: Sequence[Path], changed: Callable[[], None], *, look_every: float = 30.0
    ) -> None:
        self._folders = tuple(folders)
        self._changed = changed
        self._look_every = look_every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="rule-watch", daemon=True)
        self._seen: Sighting = frozenset()

    def start(self) -> None:
        """Begins; what changes from here on is noticed."""
        self._seen = sight(self._folders)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread and waits for it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._watch_until_swapped()
            except (
                OSError,
                RuntimeError,
            ):  # a folder is not there, or the kernel has no watch left: look instead
                self._stop.wait(min(self._look_every, 1.0))
                self._look()

    def _watch_until_swapped(self) -> None:
        watched = [folder.resolve(strict=True) for folder in self._folders]
        for _ in watch(
            *watched,
            watch_filter=None,
            debounce=2000,
            step=200,
            stop_event=self._stop,
            rust_timeout=round(self._look_every * 1000),
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        ):
            self._look()
            if [folder.resolve() for folder in self._folders] != watched:
                return

    def _look(self) -> None:
        now = sight(self._folders)
        if now != self._seen:
            self._seen = now
            self._changed()
