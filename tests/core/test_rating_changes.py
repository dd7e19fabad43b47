"""Which ratings another band or target changes."""

from dataclasses import replace

from monitor.core.judgements import RagRating
from monitor.core.rating_changes import RatedFigures, RatingChange, rating_changes
from monitor.core.rulebook import Indicator
from tests.support.rules import AREAS, SWALE, THANET, bands, dated, indicator, month, monthly

OLD = indicator(scale=None, decimals=0, rag=(dated(bands("value <= 30", "value <= 40")),))
NEW = replace(OLD, rag=(dated(bands("value <= 33", "value <= 40")),))
SERIES = {
    SWALE: monthly("32", "10", "31", area="Swale"),
    THANET: monthly("33", "34", None, area="Thanet"),
}


def rated(by: Indicator) -> RatedFigures:
    return RatedFigures.of(by, SERIES, None)


def colours(change: RatingChange) -> list[RagRating | None]:
    return [None if each is None else each.rag for each in (change.old, change.new)]


def test_each_series_that_changes_is_found_with_its_last_change() -> None:
    swale, thanet = rating_changes(rated(OLD), rated(NEW), AREAS)

    assert (swale.area, swale.period_end, swale.latest, swale.figures) == ("Swale", month(2), True, 2)
    assert colours(swale) == [RagRating.AMBER, RagRating.GREEN]
    assert (thanet.area, thanet.period_end, thanet.latest, thanet.figures) == ("Thanet", month(0), False, 1)


def test_the_same_rules_change_nothing() -> None:
    assert rating_changes(rated(OLD), rated(OLD), AREAS) == ()


def test_an_indicator_that_is_added_or_removed_changes_all_its_ratings() -> None:
    added, removed = rating_changes(None, rated(OLD), AREAS), rating_changes(rated(OLD), None, AREAS)

    assert [(each.area, each.figures) for each in added] == [("Swale", 3), ("Thanet", 3)]
    assert colours(added[0]) == [None, RagRating.AMBER]
    assert colours(removed[0]) == [RagRating.AMBER, None]
    assert rating_changes(None, None, AREAS) == ()
