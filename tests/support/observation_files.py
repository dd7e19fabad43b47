"""Indicators, areas and files for the tests of intake."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

from openpyxl import Workbook

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.periods import Basis, Frequency
from monitor.core.positions import Position
from monitor.core.rulebook import DirectionRule, Indicator, Polarity
from monitor.intake.faults import UnreadableFileError
from monitor.intake.observation_files import ParsedFile, Reading, read_observation_file

NOW = datetime(2014, 1, 15, 9, 0, tzinfo=UTC)

AREAS = AreaTree.of(
    [
        Area("Kent", AreaType.COUNTY, code="E10000016"),
        Area("East Kent", AreaType.AREA, "Kent"),
        Area("Swale", AreaType.DISTRICT, "East Kent", "E07000113"),
        Area("Thanet", AreaType.DISTRICT, "East Kent", "E07000114"),
        Area("Folkestone and Hythe", AreaType.DISTRICT, "East Kent", "E07000112", ("Shepway",)),
    ]
)


def indicator(name: str, *, scale: int | None = 100, decimals: int = 1, unit: str = "%") -> Indicator:
    return Indicator(
        id=name,
        title=name.replace("_", " ").capitalize(),
        theme="test",
        unit=unit,
        scale=scale,
        decimals=decimals,
        basis=Basis.YEAR_TO_DATE,
        frequency=Frequency.MONTHLY,
        polarity=Polarity.LOWER_IS_BETTER,
        source="test",
        definition="",
        numerator=None,
        denominator=None,
        counts_people=True,
        targets=(),
        limits=(),
        rag=(),
        direction=DirectionRule(),
        retirement=None,
        position=Position("test.yaml", 1, 1),
    )


_RATIO_OF_POSTS = replace(indicator("agency_to_permanent_posts"), counts_people=False)

INDICATORS: Mapping[str, Indicator] = {
    each.id: each
    for each in (
        indicator("cp_plans_two_or_more_years"),
        indicator("cp_plan_rate", scale=10_000, unit="per 10,000 aged 0-17"),
        indicator("referrals_received", scale=None, decimals=0, unit="referrals"),
        _RATIO_OF_POSTS,
    )
}


def reading(
    indicators: Iterable[str] = (), *, default_area: str | None = None, now: datetime = NOW
) -> Reading:
    """What files are read by; further indicators are percentages."""
    return Reading({**{name: indicator(name) for name in indicators}, **INDICATORS}, AREAS, now, default_area)


def outcome(data: bytes) -> ParsedFile | UnreadableFileError:
    """What reading a file ends in; anything but the one known error is raised."""
    try:
        return read_observation_file(data, "figures", reading())
    except UnreadableFileError as refused:
        return refused


def workbook(rows: Iterable[Iterable[object]], *, title: str = "Figures") -> bytes:
    """A real .xlsx file whose first sheet has these rows."""
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    return saved(book)


def saved(book: Workbook) -> bytes:
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()
