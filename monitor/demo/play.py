"""Plays Kent from April 2011 to March 2014: real files, real rules, real mails; only the time is played."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import which
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from monitor.core.alerts import AlertState
from monitor.demo.releases import Release, demo_releases
from monitor.demo.screen import Screen, mails_by_person, rejected_rows, scorecard
from monitor.demo.stage import SETTINGS_FILE, Stage, stage
from monitor.terminal import counted, level, short_day, table
from monitor.wording import in_sentence
from monitor.world import World

FIRST_DAY: Final = date(2011, 4, 1)
LAST_DAY: Final = date(2014, 3, 31)
PACE: Final = 1.25
"""Seconds a day on which something happens; there are about forty of them."""

LOOK_AROUND: Final = 2.0
"""Seconds between two looks into the inbox, once all has been played."""


def play(
    folder: Path | None,
    *,
    once: bool,
    fast: bool,
    console: Console,
    present: Callable[[], datetime],
) -> None:
    """Plays it all and sums it up; then goes on watching until Ctrl-C, unless ``once``.

    Args:
        folder: where everything is put; None: a new folder among the temporary ones.
        once: end when all has been played.
        fast: no pauses. There are none either where nobody looks on.
        console: where to show it.
        present: tells the real time.

    Raises:
        FolderTakenError: the folder is not empty.
        OSError: a folder or a port can't be had.
    """
    pace = 0.0 if fast or not console.is_terminal else PACE
    with stage(folder, FIRST_DAY, present) as built:
        world = built.application.world
        _introduce(console, built)
        with Screen(console, world) as screen:
            for day, releases in scenes(demo_releases(), world):
                began = time.monotonic()
                scene = built.play_day(day, releases)
                scoreboard = built.application.metrics.scoreboard
                firing = sum(each.state is AlertState.FIRING for each in scoreboard.alerts())
                screen.show(scene, scoreboard.standings(), firing, len(built.mails.mails))
                time.sleep(max(0.0, pace - (time.monotonic() - began)))
        _sum_up(console, built, world)
        if not once:
            _go_on(console, built, world)


def scenes(releases: Sequence[Release], world: World) -> Iterator[tuple[date, list[Release]]]:
    """The days on which something happens: a file arrives, a rule is retired, the play ends."""
    by_day: dict[date, list[Release]] = {}
    for release in releases:
        by_day.setdefault(release.on, []).append(release)
    retired = {rule.retirement.on for rule in world.rulebook.alerts.values() if rule.retirement}
    days = {*by_day, *(day for day in retired if FIRST_DAY <= day <= LAST_DAY), LAST_DAY}
    for day in sorted(days):
        yield day, by_day.get(day, [])


def _introduce(console: Console, built: Stage) -> None:
    console.print(Text("Kent's children's services, April 2011 to March 2014", "bold"))
    console.print(
        "County figures as published, districts invented to add up to them; every person is invented.",
        soft_wrap=not console.is_terminal,
    )
    console.print(f"Everything lies in {built.folder}", soft_wrap=True)
    console.print(
        f"Look on while it plays: http://{built.address}/ and http://{built.address}/metrics\n",
        soft_wrap=True,
    )


def _sum_up(console: Console, built: Stage, world: World) -> None:
    mails, scoreboard = built.mails.mails, built.application.metrics.scoreboard
    _heading(console, f"Kent on {LAST_DAY.day} {LAST_DAY:%B %Y}")
    console.print(scorecard(scoreboard.standings(), world, console.width))
    firing = [each for each in scoreboard.alerts() if each.state is AlertState.FIRING]
    _heading(console, counted(len(firing), "alert fires", "alerts fire"))
    made = table("Level", "Area", "Alert", "Since")
    for alert in sorted(firing, key=lambda each: (-(each.level.rank if each.level else -1), each.area)):
        title = in_sentence(world.rulebook.alerts[alert.rule].title)
        since = "" if alert.breach_since is None else short_day(alert.breach_since)
        made.add_row(level(alert.level), alert.area, title, since)
    console.print(made)
    _heading(console, f"{counted(len(mails), 'mail')} sent, and no other")
    console.print(mails_by_person(mails, world))
    _heading(console, "Rows set aside")
    console.print(rejected_rows(built.rejected_files))
    _heading(console, "To open and to try")
    limen = f"{'limen' if which('limen') else sys.argv[0]} --settings {built.folder / SETTINGS_FILE}"
    for line in (
        f"{built.mails.index}",
        f"{limen} ratings --history --indicator leaving_care_adopted --area Kent",
        f"{limen} explain district-core-assessments-out-of-timescale --area Swale --at 2013-09-30",
    ):
        console.print(Text(f"  {line}"), soft_wrap=True)


def _heading(console: Console, text: str) -> None:
    console.print()
    console.print(Text(text, "bold underline"))


def _go_on(console: Console, built: Stage, world: World) -> None:
    """Watches the inbox and serves the HTTP port until Ctrl-C."""
    console.print()
    console.print(f"The status page and the metrics stay up: http://{built.address}/", soft_wrap=True)
    console.print(
        f"limen goes on watching {built.settings.inbox}: put a CSV file there. Ctrl-C ends the demo.",
        soft_wrap=True,
    )
    screen, ended = Screen(console, world), built.clock.moment
    began = time.monotonic()
    try:
        while True:
            time.sleep(LOOK_AROUND)
            built.clock.moment = ended + timedelta(seconds=time.monotonic() - began)
            screen.show(built.work(), (), 0, len(built.mails.mails))
    except KeyboardInterrupt:
        console.print(Padding(Text("The demo has ended; what it made stays where it is."), (1, 0, 0, 0)))
