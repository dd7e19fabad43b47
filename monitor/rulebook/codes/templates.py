"""75x: templates of the house for mails."""

from typing import Final

from monitor.rulebook.codes.entries import ProblemEntry, warning

TEMPLATES: Final = {
    "LIM751": ProblemEntry(
        "template that takes no one's place",
        "A file among the templates has the name of none of limen's own, so it is never used.",
        "Give it the name of the template that it is to replace, or remove it.",
    ),
    "LIM752": ProblemEntry(
        "template that can't be read",
        "The template breaks the rules of Jinja, so mails go out by limen's own template.",
        "Correct the line; a block is closed by a tag of its own, such as {% endif %}.",
    ),
    "LIM753": ProblemEntry(
        "name that a template does not have",
        "The template uses a name, filter or other template that is not there. In limen's templates an "
        "unknown name is an error, never a blank.",
        "Correct the spelling; limen's own templates show the names that there are.",
    ),
    "LIM754": ProblemEntry(
        "out of a template's reach",
        "The template reaches for the inside of the program.",
        "Use the texts that the mail is made of, and nothing else.",
    ),
    "LIM755": ProblemEntry(
        "template without an end",
        "The template takes too long, too much memory, or makes too large a mail.",
        "Shorten what it repeats.",
    ),
    "LIM756": ProblemEntry(
        "template that fails",
        "The template can't be used for one of the kinds of mails that limen sends.",
        "Correct the line, with “limen preview” beside it.",
    ),
    "LIM757": ProblemEntry(
        "mail that does not say what it is for",
        "With the template a mail leaves out what it is sent for: the figure, what to do, why the reader "
        "gets it, or the link for an answer. Such a mail goes out by limen's own template.",
        "Put it back, as limen's own template has it.",
    ),
    "LIM758": warning(
        "what mail programs do not show",
        "The template holds a script, a form, or a picture or style from elsewhere. Mail programs remove or "
        "block them, and a mail that loads something tells others when it is read.",
        "Remove it, or put the text into the mail itself.",
    ),
}
