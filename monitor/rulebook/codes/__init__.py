"""The entries of :mod:`monitor.rulebook.catalogue`, those of some hundreds in a module each."""
