"""Which figures are rated otherwise by other rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from monitor.core.areas import Area, AreaTree
from monitor.core.disclosure import protected_on
from monitor.core.judgements import Evaluation, RagRating
from monitor.core.observations import Observation
from monitor.core.others import Others
from monitor.core.panel import Panel
from monitor.core.rulebook import Indicator
from monitor.core.sight import Sight

Figure = tuple[str, date]
"""(area, period end)."""


@dataclass(frozen=True)
class RatedFigures:
    """An indicator's figures, all rated; what else is known of one is worked out when it is asked for."""

    sight: Sight
    ratings: Mapping[Figure, RagRating]
    places: Mapping[Figure, tuple[int, int]]

    @classmethod
    def of(
        cls, indicator: Indicator, series: Mapping[Area, Sequence[Observation]], others: Others | None
    ) -> "RatedFigures":
        """Rates every figure; arguments as for :func:`monitor.core.evaluation.evaluate`."""
        sight = Sight.of(Panel.of(indicator, series), others)
        places = {
            (figure.area, figure.period_end): (row, column)
            for row, figures in enumerate(sight.panel.observations)
            for column, figure in enumerate(figures)
        }
        return cls(sight, {figure: sight.rating(*place) for figure, place in places.items()}, places)

    def renamed(self, names: Mapping[str, str]) -> "RatedFigures":
        """The same figures under other names of their areas: ``names`` is earlier name -> name now."""
        ratings = {(names.get(area, area), end): each for (area, end), each in self.ratings.items()}
        places = {(names.get(area, area), end): each for (area, end), each in self.places.items()}
        return RatedFigures(self.sight, ratings, places)

    def evaluation(self, figure: Figure) -> Evaluation | None:
        """All that is known of one figure; None when there is none."""
        place = self.places.get(figure)
        return None if place is None else self.sight.evaluation(*place)


@dataclass(frozen=True, slots=True)
class RatingChange:
    """One series whose ratings change: ``figures`` of them, the last being for ``period_end``.

    ``old`` and ``new`` are that figure by the old and the new rules (None: there is none by them); ``latest``
    says whether it is the series' last figure. ``protected``: it must not be shown.
    """

    indicator: Indicator
    area: str
    period_end: date
    latest: bool
    old: Evaluation | None
    new: Evaluation | None
    figures: int
    protected: bool


def rating_changes(
    old: RatedFigures | None, new: RatedFigures | None, areas: AreaTree
) -> tuple[RatingChange, ...]:
    """Returns the series whose ratings differ, by area. None: the indicator is not in those rules."""
    both = [each for each in (old, new) if each is not None]
    changed: dict[str, list[date]] = {}
    last: dict[str, date] = {}
    for area, end in {figure for each in both for figure in each.ratings}:
        last[area] = max(end, last.get(area, end))
        if _rating(old, (area, end)) is not _rating(new, (area, end)):
            changed.setdefault(area, []).append(end)
    days = {max(ends) for ends in changed.values()}
    hidden = {figure for each in both for figure in protected_on(each.sight.panel, days, areas)}
    found = []
    for area, ends in sorted(changed.items()):
        figure = (area, max(ends))
        indicator = both[-1].sight.panel.indicator
        found.append(
            RatingChange(
                indicator,
                area,
                figure[1],
                figure[1] == last[area],
                old.evaluation(figure) if old else None,
                new.evaluation(figure) if new else None,
                len(ends),
                figure in hidden,
            )
        )
    return tuple(found)


def _rating(of: RatedFigures | None, figure: Figure) -> RagRating | None:
    return None if of is None else of.ratings.get(figure)
