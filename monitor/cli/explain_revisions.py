"""Every revision of a figure, the file that brought it, and how each was judged."""

from sqlalchemy import Connection

from monitor.cli.explain_facts import JudgementTold, RevisionTold
from monitor.cli.explain_view import View
from monitor.core.disclosure import protected_on
from monitor.core.panel import Panel
from monitor.core.sight import scaled_decimal
from monitor.standings import by_area
from monitor.store.evaluations import RecordedEvaluation, evaluations_of
from monitor.store.figures import Revision, figures, revisions
from monitor.world import World


def revisions_of(connection: Connection, world: World, view: View) -> tuple[RevisionTold, ...]:
    """Every revision; those of a withheld figure are withheld, and any that was too small in its day."""
    if view.figure is None:
        return ()
    latest = view.figure.evaluation.revision
    judged = {
        each.evaluation.revision: _judgement(each, latest)
        for each in evaluations_of(connection, view.indicator.id, view.area.name, period_end=view.period_end)
    }
    return tuple(
        _told(connection, world, view, found, judged.get(found.observation.revision))
        for found in revisions(connection, view.indicator.id, view.area.name, view.period_end)
    )


def last_judgement(connection: Connection, view: View) -> JudgementTold | None:
    """How the last cycle that judged the figure rated it."""
    if view.figure is None:
        return None
    found = evaluations_of(connection, view.indicator.id, view.area.name, period_end=view.period_end)
    return _judgement(found[-1], view.figure.evaluation.revision) if found else None


def _judgement(recorded: RecordedEvaluation, latest: int) -> JudgementTold:
    return JudgementTold(
        cycle=recorded.judged.cycle_id,
        at=recorded.judged.at,
        rulebook=recorded.judged.rulebook_version,
        revision=recorded.judged.revision,
        rag=recorded.evaluation.rag.value,
        restated=recorded.evaluation.revision != latest,
    )


def _told(
    connection: Connection, world: World, view: View, found: Revision, judged: JudgementTold | None
) -> RevisionTold:
    figure = found.observation
    panel = Panel.of(view.indicator, {view.area: [figure]})
    is_known = bool(panel.values.known[0, 0])
    value = scaled_decimal(int(panel.values.numerator[0, 0]), view.indicator.decimals) if is_known else None
    hidden = (view.figure is not None and view.figure.protected) or _was_small(connection, world, view, found)
    return RevisionTold(
        revision=figure.revision,
        value=None if hidden else value,
        protected=hidden,
        missing=None if figure.missing is None or hidden else figure.missing.value,
        status=figure.status.value,
        recorded_at=found.recorded_at,
        file=found.batch_name,
        batch=found.batch_id,
        judged=judged,
    )


def _was_small(connection: Connection, world: World, view: View, found: Revision) -> bool:
    """Whether the figure had to be withheld as it was known when the revision came."""
    end = view.period_end
    known = figures(connection, view.indicator.id, until=end, known_at=found.recorded_at, last=1)
    then = [each for each in known if each.period_end == end]
    panel = Panel.of(view.indicator, by_area(then, world.areas))
    return (view.area.name, end) in protected_on(panel, [end], world.areas)
