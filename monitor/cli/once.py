"""``limen once``: one round of what the daemon does."""

from rich.text import Text

from monitor.app import Application
from monitor.cli import exit_codes
from monitor.cli.ingest import judged
from monitor.cli.intake_events import is_flawed, print_events
from monitor.cli.session import Session, present
from monitor.delivery import DeliveryOutcome
from monitor.store.outbox import OutboxState, outbox_depth
from monitor.terminal import counted


def run_once(session: Session) -> int:
    """Takes in, judges and tells; fails where a file, a row or a mail was refused."""
    with session.application() as application:
        events = application.take_in(present())
        if events:
            print_events(session, events)
        else:
            session.out.print(f"No file was ready in {session.settings.inbox}.", soft_wrap=True)
        outcome = application.evaluate(present())
        if outcome.cycle_id is None:
            session.out.print("Nothing has changed since the last cycle.")
        else:
            session.out.print(judged(application.store, outcome))
        application.check_templates(present())
        sent = _deliver_all(application)
        _print_delivery(session, application, sent)
    flawed = any(is_flawed(event) for event in events) or sent.rejected > 0
    return exit_codes.PROBLEMS if flawed else exit_codes.OK


def _deliver_all(application: Application) -> DeliveryOutcome:
    """Sends until nothing is due any more; what was put off is due later."""
    whole = DeliveryOutcome()
    while True:
        part = application.deliver(present())
        whole.delivered += part.delivered
        whole.deferred += part.deferred
        whole.rejected += part.rejected
        if not (part.delivered or part.deferred or part.rejected):
            return whole


def _print_delivery(session: Session, application: Application, sent: DeliveryOutcome) -> None:
    if sent.delivered:
        session.out.print(f"Delivered {counted(sent.delivered, 'mail')}.")
    if sent.deferred:
        text = f"{counted(sent.deferred, 'mail')} did not go out and will be tried again"
        session.out.print(Text(f"{text}; `limen outbox` shows why and when.", "yellow"))
    if sent.rejected:
        text = f"Refused for good: {counted(sent.rejected, 'mail')}; `limen outbox --state dead` shows why."
        session.out.print(Text(text, "bright_red"))
    with application.store.reading() as connection:
        depth = outbox_depth(connection, present())
    waiting = depth.by_state[OutboxState.PENDING] + depth.by_state[OutboxState.SENDING]
    if waiting > sent.deferred:
        more = "more " if sent.deferred else ""
        session.out.print(f"{counted(waiting - sent.deferred, f'{more}mail')} to send later.")
    elif not (waiting or sent.delivered or sent.rejected):
        session.out.print("No mail was to be sent.")
