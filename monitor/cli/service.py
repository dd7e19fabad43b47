"""``limen run``: the daemon."""

import structlog

from monitor.app import VERSION, NoRulebookError
from monitor.cli import exit_codes
from monitor.cli.faults import in_words, with_notes
from monitor.cli.session import Session
from monitor.daemon import Daemon
from monitor.logs import configure_logs
from monitor.settings import SettingsError
from monitor.store.errors import StoreError


def run_daemon(session: Session) -> int:
    """Runs until a signal ends it. What keeps it from beginning is logged, for nobody sits before it."""
    settings = session.settings
    configure_logs(settings.log)
    log = structlog.get_logger(__name__)
    try:
        application = session.opened_for_service()
    except StoreError as fault:
        log.error(with_notes(fault))  # noqa: TRY400 - the sentence says all; a traceback would bury it
        return exit_codes.DATABASE
    except (SettingsError, NoRulebookError) as fault:
        log.error(str(fault))  # noqa: TRY400 - as above
        return exit_codes.CONFIGURATION
    except OSError as fault:
        log.error("limen can't start", problem=in_words(fault))  # noqa: TRY400 - as above
        return exit_codes.PROBLEMS
    try:
        return Daemon(application, settings, VERSION).run()
    except Exception:
        log.exception("limen met an unexpected fault; please report it")
        return exit_codes.FAULT
