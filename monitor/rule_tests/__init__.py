"""Authors' unit tests of rules: figures and the days on which they become known, and what has to hold then.

Each test runs real cycles, the daemon's own, in one transaction on a store that is thrown away.
"""
