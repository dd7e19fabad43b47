"""What the demo shows on the terminal: what happens day by day, above a scorecard that changes with it."""

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from monitor.core.alerts import Alert, AlertState
from monitor.demo.mail_folder import CaughtMail
from monitor.demo.stage import Scene
from monitor.intake.recording import REJECTED_SUFFIX, IntakeEvent, LeftInPlace, Refused, TakenIn
from monitor.palette import RECOVERED
from monitor.scoreboard import Standing
from monitor.terminal import NOTHING, counted, level, rating, short_day, table, travel
from monitor.wording import FigureFormat, in_sentence
from monitor.world import World

_ROOMY = 100
_OTHER_COLUMNS = 52
"""What the columns beside the title take, the period left out, which narrow terminals have no room for."""


class Screen:
    """Prints scenes; on a terminal with the scorecard below them. Use it as a context manager."""

    def __init__(self, console: Console, world: World) -> None:
        self._console = console
        self._world = world
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def __enter__(self) -> Self:
        """Takes the terminal, if it is one."""
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Gives the terminal back."""
        self._live.stop()

    def show(self, scene: Scene, standings: Iterable[Standing], firing: int, mails: int) -> None:
        """Prints what happened, and brings the scorecard up to date."""
        lines = scene_lines(scene, self._world)
        if lines:
            self._console.print(_beside(f"{scene.day.day:>2} {scene.day:%b %Y}", lines))
        if self._live.is_started:
            self._live.update(self._card(scene.day, standings, firing, mails), refresh=True)

    def _card(self, day: date, standings: Iterable[Standing], firing: int, mails: int) -> Group:
        head = Text.assemble(
            ("Kent ", "bold"),
            (f"{day.day} {day:%B %Y}", "bold reverse"),
            f"  {counted(firing, 'alert fires', 'alerts fire')}, {counted(mails, 'mail')} so far",
        )
        return Group(Text(), head, scorecard(standings, self._world, self._console.width))


def scene_lines(scene: Scene, world: World) -> list[Text]:
    """A day in lines: its files, what alerts did, who was told."""
    lines = [_event_line(event) for event in scene.events]
    changes = (_change_line(before, after, world) for before, after in scene.changes)
    lines += [line for line in changes if line is not None]
    lines += _mail_lines(scene.mails)
    return lines


def _beside(day: str, lines: Sequence[Text]) -> Table:
    """The day with its lines beside it; what is too long goes on below itself, not below the day."""
    made = Table.grid(padding=(0, 2, 0, 0))
    made.add_column(style="bold", no_wrap=True)
    for place, line in enumerate(lines):
        made.add_row(day if place == 0 else "", line)
    return made


def _event_line(event: IntakeEvent) -> Text:
    match event:
        case TakenIn():
            new = event.accepted - event.restated
            told = (
                (new, counted(new, "new figure"), ""),
                (event.restated, counted(event.restated, "figure") + " restated", "yellow"),
                (event.rejected, counted(event.rejected, "row") + " set aside", "bright_red"),
            )
            parts = [Text(text, style) for number, text, style in told if number]
            return Text(f"{event.name}: ").append_text(Text(", ").join(parts))
        case Refused() | LeftInPlace():
            return Text(f"{event.name}: {event.reason}", "bright_red")


def _change_line(before: Alert, after: Alert, world: World) -> Text | None:
    """What an alert did; None for what nobody need look at: it stays within its limits."""
    rule = world.rulebook.alerts.get(after.rule)
    name = f"  {after.area}: {in_sentence(rule.title) if rule else after.rule}"
    if after.state is AlertState.FIRING:
        return Text.assemble(level(after.level), name, (f"  {_news(before, after)}", "dim"))
    if before.state is AlertState.FIRING:
        return Text.assemble((f"{RECOVERED.symbol} over", "bold green"), name)
    if after.state is AlertState.PENDING:
        return Text(f"… pending{name}", "dim")
    return None


def _news(before: Alert, after: Alert) -> str:
    if before.state is not AlertState.FIRING:
        return "fires"
    worse = after.level is not None and before.level is not None and after.level.rank > before.level.rank
    return "has worsened" if worse else "has eased"


def _mail_lines(mails: Sequence[CaughtMail]) -> list[Text]:
    """One line for each subject: who got it."""
    groups: dict[str, list[str]] = {}
    for mail in mails:
        groups.setdefault(mail.subject, []).append(mail.name)
    return [
        Text.assemble(("✉ ", "cyan"), (", ".join(names), "cyan"), f": {subject}")
        for subject, names in groups.items()
    ]


def scorecard(standings: Iterable[Standing], world: World, width: int) -> Table:
    """The county's rated indicators, in the order of the rules, one line each on ``width`` columns."""
    latest = {each.evaluation.indicator: each for each in standings if _is_countys(each, world)}
    headings = ["Indicator", "Period to", "Figure", "Target", "Before", "Rating", "Direction"]
    roomy = width >= _ROOMY
    made = table(*(headings if roomy else headings[:1] + headings[2:]), right=("Figure", "Target"))
    made.columns[0].max_width = max(20, width - _OTHER_COLUMNS - (12 if roomy else 0))
    for column in made.columns:
        column.no_wrap, column.overflow = True, "ellipsis"
    for indicator in world.rulebook.indicators.values():
        if indicator.rag:
            own = FigureFormat(indicator.unit, indicator.decimals)
            cells = _cells(latest.get(indicator.id), own)
            made.add_row(indicator.title, *(cells if roomy else cells[1:]))
    return made


def _is_countys(standing: Standing, world: World) -> bool:
    return world.areas[standing.evaluation.area].parent is None


def _cells(standing: Standing | None, own: FigureFormat) -> Sequence[Text | str]:
    if standing is None:
        return [NOTHING] * 6
    figure, hidden = standing.evaluation, standing.protected
    return (
        short_day(figure.period_end),
        own.short(figure.value, protected=hidden),
        NOTHING if figure.target is None else own.short(figure.target),
        rating(figure.previous_rag),
        rating(figure.rag),
        travel(figure.direction, None if hidden else figure.value, figure.previous_value),
    )


def mails_by_person(mails: Sequence[CaughtMail], world: World) -> Table:
    """How many mails each person got, those with the most first, and as what."""
    roles: dict[str, str] = {}
    for holding in world.directory.holdings:
        for person in holding.people:
            roles.setdefault(world.directory.people[person].address, f"{holding.role}, {holding.area}")
    names = {mail.address: mail.name for mail in mails}
    counts = Counter(mail.address for mail in mails)
    made = table("Who", "As", "Mails", right=("Mails",))
    for address, count in counts.most_common():
        made.add_row(names[address], roles.get(address, NOTHING), str(count))
    return made


def rejected_rows(files: Iterable[Path]) -> Table:
    """Every row that was set aside, with its reason, as it stands in the rejected files."""
    made = table("File", "Line", "Why", right=("Line",))
    for path in files:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                made.add_row(_given_name(path), row["line"], row["reason"])
    return made


def _given_name(path: Path) -> str:
    """The name under which a file arrived; in the archive it carries its date before it."""
    return path.name.removesuffix(REJECTED_SUFFIX).partition("Z-")[2]
