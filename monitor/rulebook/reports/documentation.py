"""Where a code is explained."""

import re
from typing import Final

from monitor.rulebook.problems import PROBLEMS

PAGE: Final = "docs/problems.md"
"""Below the folder of limen's sources."""


def page_of(code: str) -> str:
    """Returns the page and the heading under which a code is explained.

    The part after # is made as GitHub makes it of a heading: small letters, hyphens for spaces, all else but
    letters, digits, hyphens and underscores left out.
    """
    return f"{PAGE}#{anchor(f'{code}: {PROBLEMS[code].title}')}"


def anchor(heading: str) -> str:
    """Returns what stands after # in a link to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
