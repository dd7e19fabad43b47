"""How limen ends, for those who call it from scripts. ``docs/command-line.md`` has the same table."""

from typing import Final

OK: Final = 0
PROBLEMS: Final = 1
"""Something is wrong with what was given: a rule file, a row, a mail that was refused, a file."""

USAGE: Final = 2
"""The command was not written right: no such option, area, indicator or mail."""

DATABASE: Final = 3
"""The database can't be reached, or has another limen's schema."""

FAULT: Final = 70
"""EX_SOFTWARE of sysexits.h: limen has met a fault of its own."""

TRY_AGAIN: Final = 75
"""EX_TEMPFAIL of sysexits.h, of `limen bounce`: the mail server is to keep the report and come again."""

CONFIGURATION: Final = 78
"""EX_CONFIG of sysexits.h, as the daemon ends too: settings, rules or contacts can't be used."""

CHANGES: Final = 10
"""`limen plan`: the edit changes ratings or alerts. (`terraform plan -detailed-exitcode` says 2, which is
:data:`USAGE` here: a mistyped option must not look like a plan.)"""

INTERRUPTED: Final = 130
"""Ended by Ctrl-C: 128 and the number of SIGINT, as shells have it."""

READER_GONE: Final = 141
"""Nobody reads the output any more: 128 and the number of SIGPIPE."""
