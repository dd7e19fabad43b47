"""Composes one mail and throws it away: a process of its own, for composing it may end the process.

Run as ``python -m monitor.compose.apart_process`` with a :class:`monitor.compose.apart.Trial` as JSON on its
standard input. Ends with 0; or with 1 where composing ends in an error.
"""

import json
import sys
from pathlib import Path

from monitor.compose.apart import Trial
from monitor.compose.links import Links
from monitor.compose.mail import compose
from monitor.compose.overrides import OwnTemplates
from monitor.store.codec import notification_from_json


def main() -> None:
    """Composes the mail of the trial. Links make no difference to what draws and lays out."""
    trial = Trial(**json.load(sys.stdin))
    with OwnTemplates.within(Path(trial.config), lambda _fault: None) as templates:
        compose(
            notification_from_json(trial.payload),
            message_id=trial.message_id,
            in_reply_to=None,
            references=(),
            links=Links(None, None),
            templates=templates,
            plain=trial.plain,
        )


if __name__ == "__main__":
    main()
