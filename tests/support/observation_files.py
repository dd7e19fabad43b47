"""Indicators, areas and files for the tests of intake."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

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


_INLINE = re.compile(rb't="inlineStr"><is>(<t.*?</t>)</is>', re.DOTALL)
_STRINGS_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
_STRINGS_RELATION = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
_MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def with_shared_strings(data: bytes) -> bytes:
    """The workbook as Excel itself would save it: texts in a table of their own, cells with their numbers."""
    strings: list[bytes] = []

    def number(match: re.Match[bytes]) -> bytes:
        strings.append(match[1])
        return b't="s"><v>%d</v>' % (len(strings) - 1)

    def changed(name: str, part: bytes) -> bytes:
        if name.startswith("xl/worksheets/"):
            return _INLINE.sub(number, part)
        if name == "xl/_rels/workbook.xml.rels":
            relation = b'<Relationship Id="rIdS" Type="%s" Target="sharedStrings.xml"/>' % _STRINGS_RELATION
            return part.replace(b"</Relationships>", relation + b"</Relationships>")
        if name == "[Content_Types].xml":
            override = b'<Override PartName="/xl/sharedStrings.xml" ContentType="%s"/>' % _STRINGS_TYPE
            return part.replace(b"</Types>", override + b"</Types>")
        return part

    stream = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(stream, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed(name, old.read(name)))
        table = b"".join(b"<si>%s</si>" % string for string in strings)
        new.writestr("xl/sharedStrings.xml", b'<sst xmlns="%s">%s</sst>' % (_MAIN, table))
    return stream.getvalue()
