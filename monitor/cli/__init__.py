"""The command line. What a command needs is imported when it runs, so that the others start at once."""

from monitor.cli.entry import main

__all__ = ["main"]
