"""“Did you mean …?”, within a bounded time whatever a file holds."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from monitor.rulebook.problems import ProblemLog

_LONGEST_WORD: Final = 60
_MOST_CANDIDATES: Final = 2_000
_MOST_LISTED: Final = 12
_ENOUGH_PROBLEMS: Final = 200
"""A file with more faults than this has one cause, and no spelling is it."""


def nearest(word: str, candidates: Iterable[str], log: ProblemLog) -> str | None:
    """Returns the candidate that the word was probably meant to be, or None."""
    known = list(candidates)
    if len(word) > _LONGEST_WORD or len(known) > _MOST_CANDIDATES or len(log) > _ENOUGH_PROBLEMS:
        return None
    by_key = {_key(candidate): candidate for candidate in known}
    if _key(word) in by_key:
        return by_key[_key(word)]
    near = get_close_matches(_key(word), by_key, n=1, cutoff=0.7)
    return by_key[near[0]] if near else None


def did_you_mean(word: str, candidates: Iterable[str], log: ProblemLog) -> str | None:
    """Returns a hint that names the nearest candidate, or None."""
    near = nearest(word, candidates, log)
    return f"did you mean {near}?" if near else None


def listed(word: str, candidates: Iterable[str], log: ProblemLog) -> str | None:
    """Returns a hint that names the nearest candidate, or else the candidates if they are few."""
    known = list(candidates)
    near = did_you_mean(word, known, log)
    if near or not 0 < len(known) <= _MOST_LISTED:
        return near
    return f"write {known[0]}" if len(known) == 1 else f"write one of: {', '.join(known)}"


def _key(text: str) -> str:
    return text.casefold().replace("_", " ").replace("-", " ").strip()
