"""A disk that a power cut robs of what was not synchronised, rebuilt from what strace saw a process do.

A file keeps what fsync or fdatasync came after, and of what was written since then nothing, or any part.
Names (made, moved, deleted) survive in their order, and for certain as far as the last one in a folder that
fsync came after: what POSIX promises of fsync, on a file system that journals its names, as ext4 and XFS do.
"""

import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

TRACED: Final = (
    "trace=openat,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,sendto"
)

_CALL = re.compile(r"^\d+ +(\w+)\((.*)\) += (\d+)")
_UNFINISHED = re.compile(r"^(\d+) +(\w+\(.*) <unfinished \.\.\.>$")
_RESUMED = re.compile(r"^(\d+) +<\.\.\. \w+ resumed>(.*)$")
_PLACE = re.compile(r"^(?:\d+|AT_FDCWD)<((?:\\x[0-9a-f]{2})+)>")
_TEXT = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


def strace(log: Path) -> tuple[str, ...]:
    """The command to put before another one."""
    return ("strace", "-f", "--seccomp-bpf", "-yy", "-xx", "-s", "100000000", "-o", str(log), "-e", TRACED)


@dataclass(frozen=True)
class Call:
    """One system call that succeeded: of which file, with which texts (paths, or data) and numbers."""

    name: str
    place: str
    texts: tuple[bytes, ...]
    rest: str


def calls(log: Path) -> Iterator[Call]:
    """What a process did, in its order."""
    begun: dict[str, str] = {}
    for line in log.read_text().splitlines():
        if unfinished := _UNFINISHED.match(line):
            begun[unfinished[1]] = unfinished[2]
            continue
        if resumed := _RESUMED.match(line):
            line = f"{resumed[1]} {begun.pop(resumed[1])}{resumed[2]}"  # noqa: PLW2901 - the same call, whole
        if found := _CALL.match(line):
            arguments = found[2]
            place = _PLACE.match(arguments)
            yield Call(
                found[1],
                _plain(place[1]).decode() if place else "",
                tuple(_plain(text) for text in _TEXT.findall(arguments)),
                _TEXT.sub("", arguments),
            )


def _plain(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))


Write = tuple[int, bytes] | int
"""Data at an offset; or a length to cut to."""


@dataclass
class _File:
    safe: bytearray
    unsafe: list[Write] = field(default_factory=list)

    def after_cut(self, chance: random.Random | None) -> bytes:
        content = bytearray(self.safe)
        for write in self.unsafe:
            if chance is not None and chance.random() < 0.5:
                _apply(write, content)
        return bytes(content)

    def whole(self) -> bytearray:
        content = bytearray(self.safe)
        for write in self.unsafe:
            _apply(write, content)
        return content


def _apply(write: Write, content: bytearray) -> None:
    if isinstance(write, int):
        del content[write:]
        content.extend(bytes(write - len(content)))
        return
    offset, data = write
    content.extend(bytes(max(offset - len(content), 0)))
    content[offset : offset + len(data)] = data


_NameChange = tuple[str, "_File | None"]


@dataclass
class Disk:
    """The files below a folder; ``safe`` ones were synchronised, those ``unsafe`` were just written."""

    folder: Path
    safe: Mapping[str, bytes]
    unsafe: Mapping[str, bytes]
    _now: dict[str, _File] = field(default_factory=dict)
    _at_first: dict[str, _File] = field(default_factory=dict)
    _changes: list[list[_NameChange]] = field(default_factory=list)
    _safe_changes: int = 0
    _positions: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._now = {name: _File(bytearray(content)) for name, content in self.safe.items()}
        self._now |= {name: _File(bytearray(), [(0, content)]) for name, content in self.unsafe.items()}
        self._at_first = dict(self._now)

    def do(self, call: Call) -> None:
        """Follows one call; those that are of no file below the folder change nothing."""
        match call.name:
            case "openat":
                self._open(call)
            case "pwrite64":
                self._write(call.place, int(call.rest.rpartition(",")[2]), call.texts[0])
            case "write" if call.place in self._now:
                offset = self._positions.get(call.place, 0)
                self._positions[call.place] = offset + len(call.texts[0])
                self._write(call.place, offset, call.texts[0])
            case "ftruncate" if call.place in self._now:
                self._now[call.place].unsafe.append(int(call.rest.rpartition(",")[2], 0))
            case "fsync" | "fdatasync":
                self._synchronise(call.place)
            case "rename" | "renameat" | "renameat2":
                source, target = (text.decode() for text in call.texts)
                if source in self._now:
                    self._change_names((source, None), (target, self._now[source]))
            case "unlink" | "unlinkat" if call.texts[0].decode() in self._now:
                self._change_names((call.texts[0].decode(), None))

    def _open(self, call: Call) -> None:
        path = call.texts[0].decode()
        if not path.startswith(f"{self.folder}/") or "O_CREAT" not in call.rest:
            return
        if path not in self._now:
            self._change_names((path, _File(bytearray())))
        elif "O_TRUNC" in call.rest:
            self._now[path].unsafe.append(0)
        self._positions[path] = 0

    def _write(self, path: str, offset: int, data: bytes) -> None:
        if path in self._now:
            self._now[path].unsafe.append((offset, data))

    def _synchronise(self, path: str) -> None:
        if path in self._now:
            file = self._now[path]
            file.safe, file.unsafe = file.whole(), []
            return
        for number, changes in enumerate(self._changes, start=1):
            if any(str(Path(name).parent) == path for name, _ in changes):
                self._safe_changes = max(self._safe_changes, number)

    def _change_names(self, *changes: _NameChange) -> None:
        self._changes.append(list(changes))
        _rename(self._now, changes)

    def after_cut(self, chance: random.Random | None = None) -> dict[str, bytes]:
        """What is there after a power cut now; ``chance`` says what is there beyond what must be."""
        names = dict(self._at_first)
        kept = (
            len(self._changes) if chance is None else chance.randint(self._safe_changes, len(self._changes))
        )
        for changes in self._changes[: self._safe_changes if chance is None else kept]:
            _rename(names, changes)
        return {name: file.after_cut(chance) for name, file in names.items()}


def _rename(names: dict[str, _File], changes: "list[_NameChange] | tuple[_NameChange, ...]") -> None:
    for name, file in changes:
        if file is None:
            names.pop(name, None)
        else:
            names[name] = file
