"""``limen status``: whether limen does its work, and what stands out."""

import json
from collections.abc import Sequence

from rich.text import Text

from monitor.cli import exit_codes
from monitor.cli.looks import Look, look_at_daemon, look_at_rules, looks_at_database
from monitor.cli.session import Session, present
from monitor.terminal import write_plainly

RECORDS = (
    "rules",
    "daemon",
    "database",
    "reload",
    "templates",
    "cycle",
    "files",
    "alerts_firing",
    "late_figures",
    "doubtful_figures",
    "acknowledged",
    "silences",
    "waiting",
    "outbox",
    "addresses_failing",
)
"""What the JSON always has; null where it could not be found out."""


def show_status(session: Session, *, as_json: bool) -> int:
    """Looks at rules, daemon and database, and says how they fare; fails where something is ill.

    Alerts that fire and figures that are late are no illness: telling of them is what limen is for.
    """
    session.hush()
    looks = (
        look_at_rules(session.settings),
        look_at_daemon(session.settings.http_address_file),
        *looks_at_database(session, present()),
    )
    healthy = not any(look.ill for look in looks)
    if as_json:
        records = dict.fromkeys(RECORDS) | {look.key: look.record for look in looks}
        write_plainly(json.dumps({"healthy": healthy, **records}, indent=2, ensure_ascii=False) + "\n")
    else:
        _print(session, looks, healthy=healthy)
    return exit_codes.OK if healthy else exit_codes.PROBLEMS


def _print(session: Session, looks: Sequence[Look], *, healthy: bool) -> None:
    for look in looks:
        session.out.print(
            Text.assemble(_mark(look), (f"{look.name + ':':<12}", "bold"), look.text), soft_wrap=True
        )
        for text in look.further:
            session.out.print(Text(f"    {text}"), soft_wrap=True)
    session.out.print(_verdict(looks, healthy=healthy))


def _mark(look: Look) -> Text:
    if look.ill:
        return Text("✕ ", "bold bright_red")
    return Text("! ", "bold yellow") if look.doubtful else Text("✓ ", "green")


def _verdict(looks: Sequence[Look], *, healthy: bool) -> str:
    if not healthy:
        return "Not all is well: the lines with ✕ say what to look at."
    if any(look.doubtful for look in looks):
        return "limen works, but the line with ! needs a look if it stays."
    return "limen does its work."
