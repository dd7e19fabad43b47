"""Acknowledgements that have ended while their breach goes on: who gave them, and what ended them when.

From then on nobody has answered, and the days of reminders and escalations are counted anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from monitor.core.notifications import AnswerEnd
from monitor.core.suppressions import Acknowledgement

BY_ITSELF: Final = "limen"
"""Who takes an acknowledgement back that the alert has outgrown: its author then, and by which way."""


@dataclass(frozen=True, slots=True)
class PastAnswer:
    """The last acknowledgement of a breach, which counts no more: when it ended, and by what."""

    given: Acknowledgement
    ended_at: datetime
    ended: AnswerEnd


def past_answer(given: Sequence[Acknowledgement], now: datetime) -> PastAnswer | None:
    """Returns how the last acknowledgement of a breach has ended; None: it counts, or there was none.

    Args:
        given: all of one breach, and what took them back, the oldest first.
        now: the present instant.
    """
    last = next((each for each in reversed(given) if not each.withdrawn), None)
    if last is None:
        return None
    taken = given[-1] if given[-1].withdrawn else None
    over_at = now if taken is None else taken.at
    if last.until is not None and last.until <= over_at:
        return PastAnswer(last, last.until, AnswerEnd.UNTIL)
    if taken is None:
        return None
    return PastAnswer(last, taken.at, AnswerEnd.WORSENED if taken.via == BY_ITSELF else AnswerEnd.TAKEN_BACK)
