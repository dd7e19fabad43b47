"""Short ways to the core's values, for tests: indicators, rules, figures, areas."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from monitor.core.areas import Area, AreaTree, AreaType
from monitor.core.conditions import Condition, Kind, Number, Rating, parse
from monitor.core.dated import EVERYWHERE, Dated, Scope
from monitor.core.exact import micro
from monitor.core.observations import Missing, Observation, Status
from monitor.core.periods import Basis, Frequency
from monitor.core.positions import Position
from monitor.core.rulebook import (
    AlertRule,
    Benchmarks,
    DirectionRule,
    Indicator,
    Level,
    LevelCondition,
    Limits,
    Polarity,
    RagBands,
    Retirement,
    Thresholds,
)

HERE = Position("test.yaml", 1, 1)
ALWAYS = date(2000, 1, 1)

KENT = Area("Kent", AreaType.COUNTY, code="E10000016")
EAST_KENT = Area("East Kent", AreaType.AREA, "Kent")
SWALE = Area("Swale", AreaType.DISTRICT, "East Kent", "E07000113")
THANET = Area("Thanet", AreaType.DISTRICT, "East Kent", "E07000114")
CANTERBURY = Area("Canterbury", AreaType.DISTRICT, "East Kent", "E07000106")
AREAS = AreaTree.of([KENT, EAST_KENT, SWALE, THANET, CANTERBURY])


def condition(text: str, unit: str = "percent") -> Condition:
    """The condition, over figures in ``unit``."""
    own = Number.of(unit)
    count = Number.of("count")
    names: dict[str, Kind] = {
        "value": own,
        "target": own,
        "lower": own,
        "upper": own,
        "neighbours": own,
        "region": own,
        "england": own,
        "numerator": count,
        "denominator": count,
        "rating": Rating(),
        "rank": Number.of("places"),
        "quartile": Number.of("quarters"),
    }
    parsed = parse(text, names)
    assert parsed.condition is not None, parsed.problems
    return parsed.condition


T = TypeVar("T")


def dated(value: T, start: date = ALWAYS, until: date | None = None, scope: Scope = EVERYWHERE) -> Dated[T]:
    return Dated(value, start, until, scope, f"since {start}", HERE)


def bands(green: str, amber: str | None = None, red: str | None = None) -> RagBands:
    return RagBands(condition(green), condition(amber) if amber else None, condition(red) if red else None)


def indicator(
    *,
    decimals: int = 1,
    scale: int | None = 100,
    polarity: Polarity = Polarity.HIGHER_IS_BETTER,
    targets: Sequence[Dated[Any]] = (),
    limits: tuple[Dated[Limits], ...] = (),
    rag: tuple[Dated[RagBands], ...] = (),
    benchmarks: tuple[Dated[Benchmarks], ...] = (),
    direction: DirectionRule | None = None,
    retirement: Retirement | None = None,
    rebases: tuple[Dated[bool], ...] = (),
) -> Indicator:
    return Indicator(
        id="measure",
        title="Measure",
        theme="theme",
        unit="percent" if scale == 100 else "children",
        scale=scale,
        decimals=decimals,
        basis=Basis.SNAPSHOT,
        frequency=Frequency.MONTHLY,
        polarity=polarity,
        source="Liberi",
        definition="What is measured.",
        numerator=None,
        denominator=None,
        counts_people=True,
        targets=tuple(targets),
        limits=limits,
        rag=rag,
        direction=direction or DirectionRule(),
        retirement=retirement,
        position=HERE,
        benchmarks=benchmarks,
        rebases=rebases,
    )


def thresholds(levels: Mapping[str, str], recover: str | None = None, periods: int = 1) -> Thresholds:
    return Thresholds(
        tuple(
            LevelCondition(level, condition(levels[level.value]), HERE)
            for level in Level
            if level.value in levels
        ),
        condition(recover) if recover else None,
        periods,
    )


def rule(
    levels: Mapping[str, str],
    *,
    recover: str | None = None,
    periods: int = 1,
    scope: Scope = EVERYWHERE,
    start: date | None = None,
    retirement: Retirement | None = None,
    overrides: Mapping[str, Thresholds] | None = None,
) -> AlertRule:
    return AlertRule(
        id="the-rule",
        title="Measure out of bounds",
        indicator="measure",
        scope=scope,
        start=start,
        retirement=retirement,
        thresholds=thresholds(levels, recover, periods),
        overrides=overrides or {},
        action="Look into it.",
        reference="a test",
        position=HERE,
    )


def figure(
    end: date,
    value: str | None = None,
    *,
    area: str = "Kent",
    numerator: int | None = None,
    denominator: int | None = None,
    revision: int = 1,
    status: Status = Status.VALIDATED,
    missing: Missing | None = None,
) -> Observation:
    return Observation(
        id=end.toordinal() * 10 + revision,
        indicator="measure",
        area=area,
        period_end=end,
        revision=revision,
        value=None if value is None else micro(Decimal(value)),
        numerator=None if numerator is None else numerator * 1_000_000,
        denominator=None if denominator is None else denominator * 1_000_000,
        status=status,
        missing=missing,
    )


def month(index: int) -> date:
    """The last day of the index-th month from April 2012 (0)."""
    number = 2012 * 12 + 3 + index + 1
    return date.fromordinal(date(number // 12, number % 12 + 1, 1).toordinal() - 1)


def monthly(*values: str | None, area: str = "Kent") -> tuple[Observation, ...]:
    """A run of monthly figures from April 2012; None is a suppressed one."""
    return tuple(
        figure(month(index), value, area=area, missing=Missing.SUPPRESSED if value is None else None)
        for index, value in enumerate(values)
    )


def revised(observation: Observation, value: str) -> Observation:
    """The same figure restated."""
    return replace(
        observation,
        id=observation.id + 1,
        revision=observation.revision + 1,
        value=micro(Decimal(value)),
        missing=None,
    )
