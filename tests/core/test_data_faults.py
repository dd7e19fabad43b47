"""The life of an alert that says that a figure is doubtful or missing."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from monitor.core.alerts import Alert, AlertState, TransitionReason
from monitor.core.data_faults import Look, closed, is_a_gap, next_step, why_closed
from monitor.core.exact import micro
from monitor.core.notifications import NoticeKind, TellReason
from monitor.core.observations import Observation
from monitor.core.plausibility import Confirmed, Trust, fault_of, opinions, published_figures
from monitor.core.routing import Change, news_of
from monitor.core.rulebook import Indicator, Plausibility, Retirement
from tests.support.rules import SWALE, figure, indicator, month, monthly, revised

MEASURE = replace(
    indicator(), plausibility=Plausibility(micro("30"), falls_to_zero=micro("10"), missing_areas=True)
)
QUIET = Alert(fault_of("measure"), "Swale")
TODAY = date(2013, 10, 14)


def look(*rows: Observation, confirmed: Confirmed = frozenset(), missing: date | None = None) -> Look:
    found = published_figures(MEASURE, {SWALE: rows})["Swale"]
    last = rows[-1].period_end if rows else None
    return Look(opinions(MEASURE, found, confirmed), last=last, missing=missing)


def looked(*values: str | None, confirmed: int | None = None, missing: int | None = None) -> Look:
    rows = monthly(*values, area="Swale")
    sure: Confirmed = frozenset() if confirmed is None else frozenset({(rows[confirmed].period_end, 1)})
    return look(*rows, confirmed=sure, missing=None if missing is None else month(missing))


def told(change: Change) -> tuple[AlertState, int, list[TransitionReason]]:
    return change.after.state, change.after.episode, [step.reason for step in change.transitions]


FIRING, RESOLVED = AlertState.FIRING, AlertState.RESOLVED
DOUBTFUL = next_step(QUIET, looked("19", "100")).after
LACKING = next_step(QUIET, looked("19", missing=1)).after


def test_a_doubtful_figure_lets_the_alert_fire_with_what_it_is_about() -> None:
    change = next_step(QUIET, looked("19", "100"))
    assert told(change) == (FIRING, 1, [TransitionReason.FIGURE_DOUBTFUL])
    assert (change.after.breach_since, change.after.streak, change.after.level) == (month(1), 1, None)
    assert change.transitions[0].period_end == month(1)


def test_a_plausible_figure_or_none_at_all_changes_nothing() -> None:
    for each in (looked("19", "20"), looked("19", None), look()):
        assert next_step(QUIET, each) == Change(QUIET, QUIET, ())


@pytest.mark.parametrize(
    ("then", "reason"),
    [
        (looked("19", "21"), TransitionReason.FIGURE_CORRECTED),
        (looked("90", "100"), TransitionReason.FIGURE_CORRECTED),
        (looked("19", "100", "20"), TransitionReason.FIGURES_PLAUSIBLE),
        (looked("19", None, "20"), TransitionReason.FIGURES_PLAUSIBLE),
        (looked("19", "100", "99", "98"), TransitionReason.FIGURES_AGREE),
        (looked("19", "100", confirmed=1), TransitionReason.FIGURE_CONFIRMED),
        (looked("19", "100", "99", confirmed=1), TransitionReason.FIGURE_CONFIRMED),
        (looked("19", "100", "60", confirmed=2), TransitionReason.FIGURE_CONFIRMED),
        (replace(looked("19", "100"), opinions=looked("80", "100").opinions, redefined=True),
         TransitionReason.RULE_CHANGED),
    ],
)  # fmt: skip
def test_doubt_ends_for_a_named_reason(then: Look, reason: TransitionReason) -> None:
    change = next_step(DOUBTFUL, then)
    assert told(change) == (RESOLVED, 1, [reason])
    assert (change.after.breach_since, change.after.streak) == (None, 0)


@pytest.mark.parametrize(
    "then",
    [
        looked("19", "100", "99"),
        looked("19", "98"),  # restated, and as doubtful
        looked("19", "100", None),
        looked("19", None),  # withdrawn
        looked("19"),
        looked(None, "100"),  # nothing is left to hold it against
        look(),
    ],
)
def test_a_withdrawn_figure_or_one_without_a_value_ends_no_doubt(then: Look) -> None:
    assert told(next_step(DOUBTFUL, then)) == (FIRING, 1, [])


def test_a_new_doubt_after_the_first_is_settled_is_told_anew() -> None:
    change = next_step(DOUBTFUL, looked("19", "100", "20", "0"))
    assert told(change) == (FIRING, 2, [TransitionReason.FIGURES_PLAUSIBLE, TransitionReason.FIGURE_DOUBTFUL])
    assert change.after.breach_since == month(3)


def test_an_area_without_a_figure_lets_it_fire_until_the_figure_comes() -> None:
    change = next_step(QUIET, looked("19", missing=1))
    assert told(change) == (FIRING, 1, [TransitionReason.FIGURE_MISSING])
    assert (change.after.breach_since, change.after.streak) == (month(1), 0)
    assert next_step(change.after, looked("19", missing=1)).transitions == ()
    assert next_step(change.after, looked("19")).transitions == ()  # its sisters' figures were withdrawn
    assert told(next_step(change.after, looked("19", "20"))) == (RESOLVED, 1, [TransitionReason.FIGURE_CAME])
    assert told(next_step(change.after, looked("19", None))) == (RESOLVED, 1, [TransitionReason.FIGURE_CAME])


def test_a_missing_figure_that_comes_and_looks_wrong_is_told_as_such() -> None:
    change = next_step(LACKING, looked("19", "100"))
    assert told(change) == (FIRING, 2, [TransitionReason.FIGURE_CAME, TransitionReason.FIGURE_DOUBTFUL])


def test_a_gap_that_somebody_has_explained_is_not_raised_again() -> None:
    change = next_step(LACKING, replace(looked("19", missing=1), vouched_for=True))
    assert told(change) == (RESOLVED, 1, [TransitionReason.FIGURE_CONFIRMED])
    assert next_step(change.after, looked("19", missing=1)).transitions == ()
    again = next_step(change.after, looked("19", None, "20", missing=3))
    assert told(again) == (FIRING, 2, [TransitionReason.FIGURE_MISSING])


def test_a_gap_that_is_not_looked_for_any_more_ends_with_the_rules() -> None:
    change = next_step(LACKING, replace(looked("19"), redefined=True))
    assert told(change) == (RESOLVED, 1, [TransitionReason.RULE_CHANGED])


@pytest.mark.parametrize(
    ("change", "kind", "reason"),
    [
        (next_step(QUIET, looked("19", "100")), NoticeKind.DOUBTFUL, TellReason.DATA_OWNER),
        (next_step(QUIET, looked("19", missing=1)), NoticeKind.DOUBTFUL, TellReason.DATA_OWNER),
        (
            next_step(DOUBTFUL, looked("19", "100", "20", "0")),
            NoticeKind.DOUBTFUL,
            TellReason.DATA_OWNER,
        ),
        (next_step(DOUBTFUL, looked("19", "20")), NoticeKind.CONFIRMED, TellReason.WAS_TOLD_OF_BREACH),
        (next_step(LACKING, looked("19", "20")), NoticeKind.CONFIRMED, TellReason.WAS_TOLD_OF_BREACH),
        (closed(DOUBTFUL, TransitionReason.RETIRED), NoticeKind.CLOSED, TellReason.WAS_TOLD_OF_BREACH),
    ],
)
def test_a_fault_is_news_for_the_data_owner_and_its_end_for_whoever_was_told(
    change: Change, kind: NoticeKind, reason: TellReason
) -> None:
    news = news_of(change)
    assert news is not None
    assert (news.kind, news.reason) == (kind, reason)


def test_a_doubt_that_goes_on_is_no_news() -> None:
    assert news_of(next_step(DOUBTFUL, looked("19", "100", "99"))) is None


@pytest.mark.parametrize(
    ("measure", "reason"),
    [
        (None, TransitionReason.WITHDRAWN),
        (indicator(), TransitionReason.WITHDRAWN),
        (replace(MEASURE, plausibility=Plausibility()), TransitionReason.WITHDRAWN),
        (replace(MEASURE, retirement=Retirement(TODAY, None)), TransitionReason.RETIRED),
        (replace(MEASURE, retirement=Retirement(TODAY, "another")), TransitionReason.SUPERSEDED),
        (MEASURE, None),
    ],
)
def test_nobody_asks_about_what_is_not_watched_any_more(
    measure: Indicator | None, reason: TransitionReason | None
) -> None:
    assert why_closed(measure, TODAY) is reason
    if reason is not None:
        assert told(closed(DOUBTFUL, reason)) == (RESOLVED, 1, [reason])


def test_no_figure_is_missing_for_a_period_from_retirement_on() -> None:
    retired = replace(MEASURE, retirement=Retirement(date(2013, 9, 1), None))
    assert is_a_gap(MEASURE, date(2013, 9, 30))
    assert is_a_gap(retired, date(2013, 8, 31))
    assert not is_a_gap(retired, date(2013, 9, 30))


class Life(RuleBasedStateMachine):
    """Figures come, with a value or without, are restated, withdrawn and confirmed, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Observation] = [figure(month(0), "19", area="Swale")]
        self.confirmed: frozenset[tuple[date, int]] = frozenset()
        self.alert = QUIET
        self.fired: list[int] = []

    def _look(self) -> Look:
        return look(*self.rows, confirmed=self.confirmed)

    def _step(self) -> Change:
        change = next_step(self.alert, self._look())
        self.fired += [step.episode for step in change.transitions if step.to_state is FIRING]
        assert [step.from_state for step in change.transitions[1:]] == [
            step.to_state for step in change.transitions[:-1]
        ]
        self.alert = change.after
        return change

    @rule(value=st.integers(0, 100))
    def a_figure_comes(self, value: int) -> None:
        self.rows.append(figure(month(len(self.rows)), str(value), area="Swale"))
        self._step()

    @rule()
    def a_figure_comes_without_a_value(self) -> None:
        self.rows += monthly(*[None] * (len(self.rows) + 1), area="Swale")[-1:]
        assert self._step().transitions == ()

    @rule(place=st.integers(0, 40), value=st.integers(0, 100))
    def a_figure_is_restated(self, place: int, value: int) -> None:
        place %= len(self.rows)
        self.rows[place] = revised(self.rows[place], str(value))
        self._step()

    @rule()
    def the_last_figure_is_withdrawn(self) -> None:
        self.rows[-1] = replace(revised(self.rows[-1], "0"), value=None)
        was = self.alert.state
        self._step()
        assert was is not FIRING or self.alert.state is FIRING

    @rule()
    def the_data_owner_confirms_it(self) -> None:
        valued = [row for row in self.rows if row.value is not None]
        if valued:
            self.confirmed |= {(valued[-1].period_end, valued[-1].revision)}
        self._step()

    @invariant()
    def a_doubtful_figure_is_never_hidden(self) -> None:
        if self._look().doubt is not None:
            assert self.alert.state is FIRING

    @invariant()
    def each_episode_fires_once(self) -> None:
        assert self.fired == list(range(1, self.alert.episode + 1))

    @invariant()
    def what_is_over_leaves_no_doubt(self) -> None:
        found = self._look().opinions
        if self.alert.state is not FIRING and found:
            assert found[-1].trust is not Trust.DOUBTFUL

    @invariant()
    def looking_again_changes_nothing(self) -> None:
        assert next_step(self.alert, self._look()).transitions == ()


TestLife = Life.TestCase
TestLife.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
