"""Acknowledgements that a worsening has ended: they are taken back, and do not hold again when it eases."""

from collections.abc import Iterable
from typing import Final

from monitor.core.alerts import AlertState
from monitor.core.routing import Change
from monitor.core.suppressions import Acknowledgement
from monitor.store.acknowledgements import append_acknowledgement, latest_acknowledgements
from monitor.telling.scene import Scene

BY_ITSELF: Final = "limen"
"""Who takes an acknowledgement back that the alert has outgrown."""


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
    for key, given in latest_acknowledgements(scene.connection, worse.keys()).items():
        alert = worse[key]
        if given.withdrawn or given.holds(alert.level, given.at):
            continue
        append_acknowledgement(
            scene.connection,
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
