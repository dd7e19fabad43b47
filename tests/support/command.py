"""The real command in a process of its own, and the demo played once for every test that looks at it."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LIMEN = str(Path(sys.executable).with_name("limen"))


_WITH_SIGINT = """\
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
os.execv(sys.argv[1], sys.argv[1:])
"""
INTERRUPTIBLE = (sys.executable, "-c", _WITH_SIGINT)
"""Put before a command that is to get Ctrl-C: whoever runs the tests in the background has it ignored."""


def environment(settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without its own settings of limen, and with those given; 80 columns."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("LIMEN_")}
    return own | {"COLUMNS": "100", "PYTHONUNBUFFERED": "1"} | dict(settings or {})


def unmeasured(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process whose lines other tests cover: measured, it takes twice as long."""
    return {name: value for name, value in environ.items() if not name.startswith("COVERAGE_PROCESS_")}


def limen(
    *arguments: str,
    settings: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    measured: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Runs the command to its end."""
    environ = environment(settings)
    return subprocess.run(
        [LIMEN, *arguments],
        env=environ if measured else unmeasured(environ),
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


@dataclass(frozen=True)
class Played:
    """The demo, played to its end in ``folder``."""

    folder: Path
    run: subprocess.CompletedProcess[str]

    def limen(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The command on the demo's store."""
        return limen("--settings", str(self.folder / "limen.toml"), *arguments)


@cache
def played_in(base: Path) -> Played:
    """Plays the demo below ``base``, once a process; what it would be led astray by is set."""
    folder = base / "demo"
    astray = {
        "LIMEN_SMTP__HOST": "mail.example",
        "LIMEN_SMTP__USERNAME": "limen",
        "LIMEN_DATABASE_URL": f"sqlite:///{base / 'not-to-be-touched.db'}",
    }
    run = limen("demo", "--once", "--folder", str(folder), settings=astray, measured=False)
    return Played(folder, run)


@dataclass(frozen=True)
class Answer:
    """How a command that was run in this process ended, and what it said."""

    code: int
    out: str
    err: str


Command = Callable[..., Answer]

HEAD = "indicator,area,period_end,value,status\n"
GOOD = (
    f"{HEAD}leaving_care_adopted,Kent,2012-03-31,8.0,validated\n"
    "leaving_care_adopted,Kent,2013-03-31,12.0,validated\n"
)
MIXED = (
    f"{HEAD}leaving_care_adopted,Kent,2013-06-30,17.2,validated\n"
    "leaving_care_adopted,Ruritania,2013-06-30,1,validated\n"
)
"""Two files of figures: one that makes an alert fire, one with a row that is set aside."""
