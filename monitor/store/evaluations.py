"""What evaluations found: written once by the cycle, read to explain."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from monitor.core.judgements import Evaluation, RuleEvaluation
from monitor.store.bulk import AnyRow, chunks, insert_rows
from monitor.store.series import SeriesNumbers
from monitor.store.tables import cycles, evaluations, rule_evaluations, rulebook_versions, series


@dataclass(frozen=True, slots=True)
class Judged:
    """Which cycle judged, when, and by which rulebook."""

    cycle_id: int
    at: datetime
    rulebook_version: str
    revision: str | None


@dataclass(frozen=True, slots=True)
class RecordedEvaluation:
    """An evaluation in the store."""

    evaluation: Evaluation
    judged: Judged


@dataclass(frozen=True, slots=True)
class RecordedRuleEvaluation:
    """A rule evaluation in the store."""

    evaluation: RuleEvaluation
    judged: Judged


_EVALUATION_FIELDS = (
    "period_end",
    "observation_id",
    "revision",
    "status",
    "value",
    "numerator",
    "denominator",
    "missing",
    "target",
    "lower",
    "upper",
    "rag",
    "previous_period_end",
    "previous_value",
    "previous_rag",
    "direction",
    "target_reference",
    "rag_reference",
    "rag_position",
    "neighbours",
    "region",
    "england",
)
"""Fields of Evaluation that are columns of the same name; its indicator and area are those of the series."""

_RULE_FIELDS = (
    "rule",
    "area",
    "period_end",
    "observation_id",
    "revision",
    "health",
    "problem",
    "level",
    "certain",
    "recovered",
    "limit",
    "limit_text",
    "limit_position",
)


def append_evaluations(connection: Connection, found: Iterable[Evaluation], *, cycle_id: int) -> int:
    """Writes evaluations; returns how many."""
    numbers, count = SeriesNumbers(), 0
    for chunk in chunks(found):
        numbers.learn(connection, ((item.indicator, item.area) for item in chunk))
        rows = [
            {
                "cycle_id": cycle_id,
                "series_id": numbers[item.indicator, item.area],
                **{name: getattr(item, name) for name in _EVALUATION_FIELDS},
            }
            for item in chunk
        ]
        insert_rows(connection, evaluations.insert(), rows)
        count += len(rows)
    return count


def append_rule_evaluations(connection: Connection, found: Iterable[RuleEvaluation], *, cycle_id: int) -> int:
    """Writes rule evaluations; returns how many."""
    count = 0
    for chunk in chunks(found):
        rows = [
            {"cycle_id": cycle_id, **{name: getattr(item, name) for name in _RULE_FIELDS}} for item in chunk
        ]
        insert_rows(connection, rule_evaluations.insert(), rows)
        count += len(rows)
    return count


def evaluations_of(
    connection: Connection,
    indicator: str,
    area: str,
    *,
    period_end: date | None = None,
    known_at: datetime | None = None,
) -> tuple[RecordedEvaluation, ...]:
    """Every evaluation of a series (of one period, if given; as known then, if given), the oldest first."""
    statement = _evaluations().where(series.c.indicator == indicator, series.c.area == area)
    if period_end is not None:
        statement = statement.where(evaluations.c.period_end == period_end)
    if known_at is not None:
        statement = statement.where(cycles.c.started_at <= known_at)
    return tuple(_evaluation(row) for row in connection.execute(statement.order_by(evaluations.c.id)))


def latest_evaluations(
    connection: Connection,
    *,
    indicator: str | None = None,
    area: str | None = None,
    until: date | None = None,
) -> tuple[RecordedEvaluation, ...]:
    """The last evaluation of the last period of each series, by indicator and area.

    ``until``: of the last period that ends on or before this day.
    """
    place = func.row_number().over(
        partition_by=evaluations.c.series_id,
        order_by=(evaluations.c.period_end.desc(), evaluations.c.id.desc()),
    )
    ranking = select(evaluations.c.id, place.label("place")).join(
        series, series.c.id == evaluations.c.series_id
    )
    if until is not None:
        ranking = ranking.where(evaluations.c.period_end <= until)
    if indicator is not None:
        ranking = ranking.where(series.c.indicator == indicator)
    if area is not None:
        ranking = ranking.where(series.c.area == area)
    ranked = ranking.subquery("ranked")
    statement = (
        _evaluations()
        .join(ranked, ranked.c.id == evaluations.c.id)
        .where(ranked.c.place == 1)
        .order_by(series.c.indicator, series.c.area)
    )
    return tuple(_evaluation(row) for row in connection.execute(statement))


def rule_evaluations_of(
    connection: Connection,
    rule: str,
    area: str,
    *,
    period_end: date | None = None,
    known_at: datetime | None = None,
) -> tuple[RecordedRuleEvaluation, ...]:
    """Every evaluation of a rule in an area (of one period; as known then), the oldest first."""
    table = rule_evaluations
    statement = (
        select(*(table.c[name] for name in _RULE_FIELDS), *_judging_columns())
        .join(cycles, cycles.c.id == table.c.cycle_id)
        .join(rulebook_versions, rulebook_versions.c.id == cycles.c.rulebook_version_id)
        .where(table.c.rule == rule, table.c.area == area)
        .order_by(table.c.id)
    )
    if period_end is not None:
        statement = statement.where(table.c.period_end == period_end)
    if known_at is not None:
        statement = statement.where(cycles.c.started_at <= known_at)
    return tuple(
        RecordedRuleEvaluation(
            RuleEvaluation(**{name: getattr(row, name) for name in _RULE_FIELDS}), _judged(row)
        )
        for row in connection.execute(statement)
    )


def _evaluations() -> Select[*tuple[Any, ...]]:
    return (
        select(
            series.c.indicator,
            series.c.area,
            *(evaluations.c[name] for name in _EVALUATION_FIELDS),
            *_judging_columns(),
        )
        .join(series, series.c.id == evaluations.c.series_id)
        .join(cycles, cycles.c.id == evaluations.c.cycle_id)
        .join(rulebook_versions, rulebook_versions.c.id == cycles.c.rulebook_version_id)
    )


def _judging_columns() -> tuple[Any, ...]:
    version = rulebook_versions.c
    return (
        cycles.c.id.label("cycle"),
        cycles.c.started_at,
        version.version.label("rulebook_version"),
        version.revision.label("rules_revision"),
    )


def _evaluation(row: AnyRow) -> RecordedEvaluation:
    fields = {name: getattr(row, name) for name in ("indicator", "area", *_EVALUATION_FIELDS)}
    return RecordedEvaluation(Evaluation(**fields), _judged(row))


def _judged(row: AnyRow) -> Judged:
    return Judged(row.cycle, row.started_at, row.rulebook_version, row.rules_revision or None)
