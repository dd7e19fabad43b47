"""Secrets in files that many read."""

from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.secrets import secrets
from monitor.rulebook.source_text import SourceText


def check_secrecy(source: SourceText, log: ProblemLog) -> None:
    """Notes whatever looks like a password, a key or a token, comments included."""
    for start, end in secrets(source.text):
        log.note("LIM219", source.span(start, end), "this looks like a password or key")
