"""Tables of targets that leave a period or an area without one."""

from collections.abc import Iterator

from monitor.core.areas import AreaTree
from monitor.core.dated import EVERYWHERE, Dated
from monitor.core.periods import Frequency
from monitor.rulebook.checks.instances import some_of
from monitor.rulebook.indicators import WrittenIndicator
from monitor.rulebook.problems import ProblemLog
from monitor.rulebook.profiles import Gaps, WrittenProfile
from monitor.rulebook.targets import WrittenTarget


def check_profiles(written: WrittenIndicator, areas: AreaTree, log: ProblemLog) -> None:
    """Notes periods within a profile's dates, and areas that its entry is for, for which it has no value."""
    for entry in written.targets:
        profile = entry.value.profile
        if profile is None:
            continue
        without = _areas_without(entry, profile, areas)
        if without:
            log.note("LIM819", entry.value.span, f"the table has no row for {some_of(without)}")
        for area, gaps in _gaps(entry, profile, written.indicator.frequency, areas):
            shown = ", ".join(end.isoformat() for end in gaps.first)
            rest = f" and {gaps.number - len(gaps.first)} more" if gaps.number > len(gaps.first) else ""
            whom = f" for {area}" if area else ""
            message = (
                f"the table has no value{whom} for the {written.indicator.frequency} figure of {shown}{rest}"
            )
            log.note("LIM819", entry.value.span, message)


def _areas_without(entry: Dated[WrittenTarget], profile: WrittenProfile, areas: AreaTree) -> list[str]:
    """Areas that are meant, though not as ones of all, and have no row."""
    if entry.scope == EVERYWHERE or None in profile.areas:
        return []
    return [area.name for area in areas if entry.scope.covers(area) and area.name not in profile.areas]


def _gaps(
    entry: Dated[WrittenTarget], profile: WrittenProfile, frequency: Frequency, areas: AreaTree
) -> Iterator[tuple[str | None, Gaps]]:
    """The gaps of the values for all areas, or else of each area's own; only the first that has any."""
    names = [None] if None in profile.areas else [area.name for area in areas if area.name in profile.areas]
    for area in names:
        if area is not None and not entry.scope.covers(areas[area]):
            continue
        gaps = profile.gaps(frequency, entry.start, entry.until, area)
        if gaps.number:
            yield area, gaps
            return
