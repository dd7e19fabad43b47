"""A rule file's text to its canonical form."""

from dataclasses import dataclass

from monitor.rulebook.formatting.comments import Comment, find_comments, texts
from monitor.rulebook.formatting.layout import layout_of
from monitor.rulebook.formatting.meanings import Meaning, meaning
from monitor.rulebook.formatting.order import put_in_order
from monitor.rulebook.formatting.writing import written
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.vocabulary.rule_file import RULE_FILE
from monitor.rulebook.yaml_nodes import read_document


class FormattingError(Exception):
    """The canonical form would not say what the file says. A fault of limen's; the file is left as it is."""


@dataclass(frozen=True, slots=True)
class Formatted:
    """A file as it was, and in its canonical form."""

    before: str
    after: str


def formatted(file: str, content: bytes, log: ProblemLog) -> Formatted | None:
    """Returns the canonical form; None, with every problem noted, where the file is no sound YAML.

    What a rule file means is not looked at: a file with unknown keys or wrong values has a form too. The
    form is read again, and has to say the same and to hold the same comments.

    Raises:
        FormattingError: it does not.
    """
    errors = log.errors
    outcome = _form(file, content, log)
    if outcome is None or log.errors > errors:
        return None
    text, said, comments = outcome
    again = _form(file, text.encode("utf-8"), ProblemLog())
    if again is None or again[1] != said or texts(again[2]) != texts(comments):
        raise FormattingError(f"{file} cannot be formatted without changing what it says; please report it")
    return Formatted(content.decode("utf-8", "replace"), text)


def _form(file: str, content: bytes, log: ProblemLog) -> tuple[str, Meaning, tuple[Comment, ...]] | None:
    errors = log.errors
    source, root = read_document(file, content, log)
    if source is None or log.errors > errors:
        return None
    found = find_comments(source, root)
    layout = layout_of(source, root, found)
    put_in_order(layout, RULE_FILE)
    said: Meaning = () if layout.root is None else meaning(layout.root, RULE_FILE)
    return written(layout, RULE_FILE), said, found.comments
