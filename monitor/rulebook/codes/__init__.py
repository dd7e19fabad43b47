"""The entries of :mod:`monitor.rulebook.catalogue`, and those of the first two hundreds."""
