"""The CSV files of a rules folder that rule files name."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final, TypeVar

from monitor.core.areas import AreaTree
from monitor.rulebook.neighbour_tables import NeighbourTable, read_neighbours
from monitor.rulebook.problems import ProblemLog, Span
from monitor.rulebook.profiles import WrittenProfile, read_profile
from monitor.rulebook.rule_files import TABLE_SUFFIX
from monitor.rulebook.scalars import shown
from monitor.rulebook.source_text import LARGEST_FILE, SourceText, decoded
from monitor.rulebook.suggestions import did_you_mean
from monitor.rulebook.yaml_nodes import Scalar

T = TypeVar("T")

_NO_NAME: Final = frozenset("\\:*?\0")
"""Characters of other systems' paths, and of patterns."""


class Tables:
    """Reads each table once, however many rules name it.

    ``contents`` are the folder's CSV files; ``complete`` is False where a file could not be read, which then
    is no reason to say that it is not there. ``sources`` are the texts of those that were read.
    """

    def __init__(
        self, contents: Mapping[str, bytes], areas: AreaTree, log: ProblemLog, *, complete: bool
    ) -> None:
        self.sources: dict[str, str] = {}
        self._contents = contents
        self._areas = areas
        self._log = log
        self._complete = complete
        self._texts: dict[str, SourceText | None] = {}
        self._profiles: dict[str, WrittenProfile | None] = {}
        self._neighbours: dict[str, NeighbourTable | None] = {}

    def profile(self, node: Scalar) -> WrittenProfile | None:
        """Returns the targets of the table named; None, with the problem noted, if there are none."""
        return self._read(node, self._profiles, read_profile)

    def neighbours(self, node: Scalar) -> NeighbourTable | None:
        """Returns the neighbours of the table named; None, with the problem noted, if there are none."""
        return self._read(node, self._neighbours, read_neighbours)

    def _read(
        self,
        node: Scalar,
        known: dict[str, T | None],
        read: Callable[[SourceText, AreaTree, ProblemLog], T | None],
    ) -> T | None:
        path = self._path(node)
        if path is None:
            return None
        if path not in known:
            text = self._text(path)
            known[path] = None if text is None else read(text, self._areas, self._log)
        return known[path]

    def _path(self, node: Scalar) -> str | None:
        """The table's path below the rules folder; None, with the problem noted, where there is none."""
        path = resolved(node.source.file, node.text)
        if path is None:
            message = f"{shown(node.text)} is not the path of a CSV file within the rules folder"
            self._log.note("LIM812", node.span, message)
        elif path not in self._contents:
            if self._complete:
                hint = did_you_mean(path, self._contents, self._log)
                self._log.note(
                    "LIM811", node.span, f"there is no file {shown(path)} in the rules folder", hint
                )
            return None
        return path

    def _text(self, path: str) -> SourceText | None:
        if path not in self._texts:
            content = self._contents[path]
            if len(content) > LARGEST_FILE:
                at = Span(SourceText.of(path, "").position(0))
                message = f"the file has more than {LARGEST_FILE:,} bytes, so it is not read"
                self._log.note("LIM107", at, message)
                self._texts[path] = None
            else:
                self._texts[path] = decoded(path, content, self._log)
        source = self._texts[path]
        if source is not None:
            self.sources[path] = source.text
        return source


def resolved(rule_file: str, written: str) -> str | None:
    """Returns the path below the rules folder of a table that a rule file names; None if it cannot be one.

    The path starts from the rule file's own folder and may not lead out of the rules folder.
    """
    if _NO_NAME & set(written) or not written.isprintable() or written.startswith("/"):
        return None
    parts: list[str] = []
    for part in (*PurePosixPath(rule_file).parent.parts, *PurePosixPath(written.strip()).parts):
        if part == "..":
            if not parts:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    path = "/".join(parts)
    return path if path.lower().endswith(TABLE_SUFFIX) else None
