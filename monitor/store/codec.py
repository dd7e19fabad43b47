"""A notification as JSON text and back, exactly: decimals travel as their digits, so 8.0 stays 8.0."""

from pydantic import TypeAdapter, ValidationError

from monitor.core.notifications import Notification, ToldFigure
from monitor.store.errors import PayloadError

_ADAPTER = TypeAdapter(Notification, config=None)
_FIGURE = TypeAdapter(ToldFigure, config=None)


def notification_to_json(notification: Notification) -> str:
    """The notification as JSON text; the same notification gives the same text."""
    return _ADAPTER.dump_json(notification).decode()


def notification_from_json(text: str) -> Notification:
    """The notification that was written by `notification_to_json`.

    Raises:
        PayloadError: the text is no notification, or one of another version of limen.
    """
    try:
        return _ADAPTER.validate_json(text)
    except ValidationError as error:
        places = ", ".join(".".join(map(str, part["loc"])) or "the whole" for part in error.errors()[:3])
        raise PayloadError(
            f"A stored notification cannot be read back ({error.error_count()} faults; {places}). "
            "It may have been written by another version of limen."
        ) from error


def figure_to_json(figure: ToldFigure) -> str:
    """The figure as JSON text."""
    return _FIGURE.dump_json(figure).decode()


def figure_from_json(text: str) -> ToldFigure:
    """The figure that was written by `figure_to_json`."""
    return _FIGURE.validate_json(text)
