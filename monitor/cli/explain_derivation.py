"""How a derived figure is made: its formula, and each figure that goes into it with its file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from monitor.cli.explain_facts import DerivationTold, InputTold, LackingTold
from monitor.cli.explain_view import View, protected_in
from monitor.core.areas import Area
from monitor.core.dated import in_force
from monitor.core.derivation import Derivation, DerivationMethod, Part, derive, lacking_periods, parts_of
from monitor.core.observations import Observation
from monitor.core.panel import Panel
from monitor.core.periods import Period
from monitor.core.rulebook import Indicator
from monitor.core.sight import scaled_decimal
from monitor.store.figures import figures_of_series, revisions
from monitor.world import World


def derivation_of(connection: Connection, world: World, view: View) -> DerivationTold | None:
    """How the figure is made; None where it is not made from others, or there is none."""
    if view.figure is None:
        return None
    made = view.series[view.area][-1]
    return _Making(connection, world, view.area).of(view.indicator, made, hidden=view.figure.protected)


@dataclass(frozen=True)
class _Making:
    """How figures of one area are made."""

    connection: Connection
    world: World
    area: Area

    def of(self, indicator: Indicator, made: Observation, *, hidden: bool) -> DerivationTold | None:
        """``hidden``: the figure is withheld, and so is what would give it away."""
        derivation = indicator.derivation
        if derivation is None:
            return None
        inputs: dict[str, list[Observation]] = {}
        keys = [(name, self.area.name) for name in derivation.inputs]
        for figure in figures_of_series(self.connection, keys, until=made.period_end):
            inputs.setdefault(figure.indicator, []).append(figure)
        parts = parts_of(derivation, self.area, inputs, made.period_end)
        again = [each for each in derive(derivation, self.area, inputs) if each.period_end == made.period_end]
        now = [(each.value, each.numerator, each.denominator) for each in again]
        below = in_force(derivation.denominators, made.period_end, self.area)
        withheld = self._withheld(derivation, parts, hidden=hidden)
        return DerivationTold(
            formula=_formula(derivation, indicator, self.area, made.period_end),
            position=str(derivation.position),
            reference=below.reference if below else "",
            inputs=tuple(
                self._input(part, hidden=part.figure.id in withheld) for part in _by_period(derivation, parts)
            ),
            current=now == [(made.value, made.numerator, made.denominator)],
            lacking=self._lacking(derivation, lacking_periods(derivation, inputs, made.period_end)),
        )

    def _lacking(self, derivation: Derivation, ends: Sequence[date]) -> tuple[LackingTold, ...]:
        added = self.world.rulebook.indicators[derivation.of[0]]
        return tuple(LackingTold(added.id, added.title, end, Period(end, added.basis).label) for end in ends)

    def _withheld(self, derivation: Derivation, parts: Sequence[Part], *, hidden: bool) -> set[int]:
        """The ids of the figures that must not be shown: small ones, and what would give one of them away."""
        own = {part.figure.id for part in parts if self._protected(part.figure)}
        if derivation.method is DerivationMethod.RATIO:
            return own | ({parts[0].figure.id} if hidden and parts else set())
        if hidden:
            return {part.figure.id for part in parts}
        shown = [part.figure for part in parts if part.figure.id not in own and part.figure.value is not None]
        if len(own) == 1 and shown:
            # The total less the others would be the one that is withheld.
            own.add(min(shown, key=lambda each: (each.value == 0, abs(each.value or 0))).id)
        return own

    def _protected(self, figure: Observation) -> bool:
        indicator = self.world.rulebook.indicators[figure.indicator]
        return self.area.name in protected_in(self.connection, self.world, indicator, figure.period_end)

    def _input(self, part: Part, *, hidden: bool) -> InputTold:
        figure = part.figure
        indicator = self.world.rulebook.indicators[figure.indicator]
        came = revisions(self.connection, figure.indicator, figure.area, figure.period_end)[-1]
        values = Panel.of(indicator, {self.area: [figure]}).values
        known = bool(values.known[0, 0])
        return InputTold(
            operator=part.operator,
            indicator=indicator.id,
            title=indicator.title,
            unit=indicator.unit,
            decimals=indicator.decimals,
            period_end=figure.period_end,
            period=Period(figure.period_end, indicator.basis).label,
            value=scaled_decimal(int(values.numerator[0, 0]), indicator.decimals)
            if known and not hidden
            else None,
            protected=hidden,
            missing=None if figure.missing is None or hidden else figure.missing.value,
            status=figure.status.value,
            revision=figure.revision,
            recorded_at=came.recorded_at,
            file=came.batch_name,
            made_from=self.of(indicator, figure, hidden=hidden),
        )


def _by_period(derivation: Derivation, parts: Sequence[Part]) -> Sequence[Part]:
    """Running totals with the latest figure first; else as the formula has them."""
    runs = (DerivationMethod.YEAR_TO_DATE, DerivationMethod.ROLLING)
    return tuple(reversed(parts)) if derivation.method in runs else parts


def _formula(derivation: Derivation, indicator: Indicator, area: Area, period_end: date) -> str:
    first = derivation.of[0]
    match derivation.method:
        case DerivationMethod.RATIO:
            entry = in_force(derivation.denominators, period_end, area)
            below = entry.value.indicator if entry else "?"
            scale = f" × {indicator.scale:,}" if indicator.scale not in (None, 1) else ""
            latest = " (the last one by then)" if entry and entry.value.latest else ""
            return f"{first} ÷ {below}{latest}{scale}"
        case DerivationMethod.SUM:
            return " + ".join(derivation.of)
        case DerivationMethod.DIFFERENCE:
            return " − ".join(derivation.of)
        case DerivationMethod.YEAR_TO_DATE:
            return f"the sum of {first} since 1 April"
        case DerivationMethod.ROLLING:
            return f"the sum of the last {derivation.figures} figures of {first}"
