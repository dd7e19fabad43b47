"""Small published files, and a source to read them by, for the tests of sources."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.observations import Missing
from monitor.core.periods import Frequency
from monitor.core.rulebook import Indicator
from monitor.core.sources import Source
from monitor.intake.figure_files import read_figures
from monitor.intake.observation_files import ParsedFile, Reading
from monitor.rulebook.loader import read_rulebook
from monitor.rulebook.problems import render_problems
from monitor.store.observations import NewObservation
from tests.support.observation_files import indicator

NOW = datetime(2024, 11, 1, 9, 0, tzinfo=UTC)

AREAS = AreaTree.of(
    [
        Area("England", AreaType.COUNTRY, code="E92000001"),
        Area("South East", AreaType.REGION, "England", "E12000008"),
        Area("Kent", AreaType.AUTHORITY, "South East", "E10000016", ("886",)),
        Area("Buckinghamshire", AreaType.AUTHORITY, "South East", "E06000060", ("825", "E10000002")),
    ]
)

_SHARE = replace(indicator("plans_two_years"), frequency=Frequency.ANNUAL)
_COUNT = replace(indicator("plans", scale=None, decimals=0, unit="children"), frequency=Frequency.ANNUAL)
_MONTHLY = indicator("referrals", scale=None, decimals=0, unit="referrals")
INDICATORS: Mapping[str, Indicator] = {each.id: each for each in (_SHARE, _COUNT, _MONTHLY)}


SHARE = "plans_two_years: {numerator: two_years, denominator: ended, value: percent}"
"""The mapping of most tests: a published share beside its parts."""

COLUMNS = "level,country,region,code,name,year,two_years,ended,percent"
KENT = "Local authority,E92000001,E12000008,E10000016,Kent,2013,94,1172,8"
SOUTH_EAST = "Regional,E92000001,E12000008,,,2013,500,7500,6.9"
ENGLAND = "National,E92000001,,,,2013,2700,52000,5.2"


def source(indicators: str = SHARE, more: str = "", *, period: str = "financial year") -> Source:
    """A source with these indicators and further keys, each a line of YAML."""
    text = f"""
indicators:
  plans_two_years: {_indicator("percent", "annual")}
  plans: {_indicator("children", "annual")}
  referrals: {_indicator("referrals", "monthly")}
sources:
  published:
    title: Plans ending
    files: plans_*.csv
    publisher: Department for Education
    reference: table D7
    area:
      by: level
      columns: {{Local authority: [code, name], Regional: region, National: country}}
    period: {{column: year, form: {period}}}
    {more}
    indicators:
      {indicators}
"""
    loaded = read_rulebook({"sources.yaml": text.encode()}, areas=AREAS)
    assert loaded.rulebook is not None, render_problems(loaded.problems, loaded.sources)
    return loaded.rulebook.sources["published"]


def _indicator(unit: str, frequency: str) -> str:
    return (
        f"{{title: t, theme: t, definition: d, unit: {unit}, decimals: 1, basis: year, "
        f"frequency: {frequency}, polarity: none, source: s}}"
    )


def reading(*sources: Source, by_hand: str | None = None) -> Reading:
    """What files are read by."""
    return Reading(INDICATORS, AREAS, NOW, None, {each.id: each for each in sources}, by_hand)


def read(by: Source, *rows: str, columns: str = COLUMNS) -> ParsedFile:
    """The file with these rows, read by the source."""
    return read_figures("\n".join([columns, *rows, ""]).encode(), "plans_2013.csv", reading(by))


Figure = tuple[str, str, str, float | None, int | None, int | None, Missing | None]


def figures(parsed: ParsedFile) -> list[Figure]:
    """What a file brought: indicator, area, period's end, value, numerator, denominator, why missing."""
    return [_figure(each) for each in parsed.observations]


def _figure(found: NewObservation) -> Figure:
    value, numerator, denominator = (
        None if amount is None else amount / 1_000_000
        for amount in (found.value, found.numerator, found.denominator)
    )
    return (
        found.indicator,
        found.area,
        found.period_end.isoformat(),
        value,
        None if numerator is None else int(numerator),
        None if denominator is None else int(denominator),
        found.missing,
    )
