"""Problems as SARIF 2.1.0, which code scanning of GitHub, GitLab and Azure and many editors read.

Source: "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", OASIS Standard, 27 March 2020;
the section of each part stands beside it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from monitor.rulebook.problems import PROBLEMS, Problem, ProblemEntry, lines_of
from monitor.rulebook.reports.documentation import page_of

VERSION: Final = "2.1.0"
SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def sarif(problems: Sequence[Problem], sources: Mapping[str, str], *, version: str) -> dict[str, Any]:
    """Returns the log (3.13) of one run of limen of this ``version``; ``sources`` are the files' texts."""
    codes = sorted({problem.code for problem in problems})
    lines = {file: lines_of(text) for file, text in sources.items()}
    run = {
        "tool": {"driver": _driver(codes, version)},  # 3.18, 3.19
        "columnKind": "unicodeCodePoints",  # 3.14.17
        "results": [
            _result(problem, codes.index(problem.code), lines.get(problem.position.file, []))
            for problem in problems
        ],
    }
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _driver(codes: Iterable[str], version: str) -> dict[str, Any]:
    return {
        "name": "limen",
        "version": version,
        "rules": [_rule(code, PROBLEMS[code]) for code in codes],
    }


def _rule(code: str, entry: ProblemEntry) -> dict[str, Any]:
    """A reportingDescriptor (3.49)."""
    page = page_of(code)
    return {
        "id": code,
        "name": "".join(
            word.capitalize()
            for word in "".join(
                character if character.isalnum() else " " for character in entry.title
            ).split()
        ),
        "shortDescription": {"text": f"{entry.title[0].upper()}{entry.title[1:]}."},
        "fullDescription": {"text": entry.explanation},
        "help": {
            "text": f"What to do: {entry.advice} See {page}.",
            "markdown": f"{entry.explanation}\n\n**What to do:** {entry.advice}\n\nSee [{page}]({page}).",
        },
        "defaultConfiguration": {"level": str(entry.severity)},
    }


def _result(problem: Problem, rule: int, lines: Sequence[str]) -> dict[str, Any]:
    position = problem.position
    region = {  # 3.30; endColumn is the one behind the last character
        "startLine": position.line,
        "startColumn": position.column,
        "endLine": position.line,
        "endColumn": position.column + problem.length,
    }
    location = {"artifactLocation": {"uri": quote(position.file)}, "region": region}
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": str(problem.severity),
        "message": {"text": f"{problem.message} — {problem.hint}"},
        "locations": [{"physicalLocation": location}],
        "partialFingerprints": {"lineAndMessage/v1": _fingerprint(problem, lines)},
    }


def _fingerprint(problem: Problem, lines: Sequence[str]) -> str:
    """A hash that stays while lines above come and go, so that a problem is known again (3.27.17)."""
    line = lines[problem.position.line - 1].strip() if problem.position.line <= len(lines) else ""
    parts = (problem.code, problem.position.file, line, problem.message)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
