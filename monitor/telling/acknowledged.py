"""Acknowledgements that have ended; one that the alert has outgrown is taken back, also if it eases then."""

from collections.abc import Collection, Iterable

from monitor.core.alerts import AlertState, EpisodeKey
from monitor.core.past_answers import BY_ITSELF, PastAnswer, past_answer
from monitor.core.routing import Change
from monitor.core.suppressions import Acknowledgement
from monitor.telling.scene import Scene


def end_outgrown_acknowledgements(scene: Scene, changes: Iterable[Change]) -> None:
    """Takes back what was acknowledged at a milder level than the alert has reached."""
    worse = {
        (change.after.rule, change.after.area, change.after.episode): change.after
        for change in changes
        if change.after.state is AlertState.FIRING
        and change.before.state is AlertState.FIRING
        and change.before.episode == change.after.episode
        and change.before.level is not change.after.level
    }
    if not worse:
        return
    for key, given in scene.kept.latest_acknowledgements(worse.keys()).items():
        alert = worse[key]
        if not given.holds(given.level, scene.now) or given.holds(alert.level, given.at):
            continue  # it has ended already, or covers what the alert is now
        scene.kept.count_anew_at(scene.now, alert=(alert.rule, alert.area))
        scene.kept.append_acknowledgement(
            Acknowledgement(
                id=0,
                at=scene.now,
                rule=alert.rule,
                area=alert.area,
                episode=alert.episode,
                level=alert.level,
                author=BY_ITSELF,
                comment="the alert has worsened since it was acknowledged",
                until=None,
                via=BY_ITSELF,
                withdrawn=True,
            ),
        )


def past_answers(scene: Scene, episodes: Collection[EpisodeKey]) -> dict[EpisodeKey, PastAnswer]:
    """(rule, area, episode) -> its last acknowledgement, of those whose last one counts no more."""
    given = scene.kept.acknowledgements_by_breach(episodes)
    ended = {key: past_answer(each, scene.now) for key, each in given.items()}
    return {key: each for key, each in ended.items() if each is not None}
