"""Libraries that not every installation has: imported when a channel is set up, and kept from the log."""

import importlib
import logging
from types import ModuleType

_TALKATIVE = (
    "apprise",
    "notifications_python_client",
    "oauthlib",
    "requests",
    "requests_oauthlib",
    "urllib3",
)
"""Loggers that write addresses, tokens in URLs, or what was said to whom."""


class MissingExtraError(ValueError):
    """A channel is set up whose library is not installed; the text says how to install it."""


def library(module: str, extra: str, what: str) -> ModuleType:
    """Imports a module of an extra, and silences what it and those it brings would log.

    Their failures come back as results and exceptions; nothing is lost but what must not be in a log.

    Raises:
        MissingExtraError: it isn't installed.
    """
    try:
        found = importlib.import_module(module)
    except ImportError:
        raise MissingExtraError(f"{what} needs a library more: pip install 'limen[{extra}]'") from None
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.propagate = False
        # Apprise says by warnings, to those who ask it, why something failed.
        logger.setLevel(logging.WARNING if name == "apprise" else logging.CRITICAL + 1)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    return found
