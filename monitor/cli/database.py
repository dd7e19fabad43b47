"""``limen db``: the database's schema."""

from monitor.cli import exit_codes
from monitor.cli.session import Session
from monitor.store import migrate
from monitor.store.engine import database_url, spoken_address


def upgrade_database(session: Session) -> int:
    """Brings the schema up to date, and says from what to what."""
    url = session.settings.url
    with session.database_named():
        parsed = database_url(url)
    with session.database_named():
        session.sqlite_file_is_missing(make=True)
        before = migrate.current_revision(url)
        migrate.upgrade(url)
    after = migrate.head_revision()
    place = spoken_address(parsed)
    if before == after:
        text = f"Nothing to do: {place} has schema {after}, which this limen works with."
    elif before is None:
        text = f"Set up {place} with schema {after}."
    else:
        text = f"Upgraded {place} from schema {before} to {after}."
    session.out.print(text, soft_wrap=True)
    return exit_codes.OK
