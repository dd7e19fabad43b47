"""What can go wrong between limen and its database, in words for the person who runs it."""


class StoreError(Exception):
    """Base of the store's own errors. The text says what happened and what to do; it holds no password."""


class StoreUnavailableError(StoreError):
    """The database cannot be reached, is locked by another program, or its address is not understood."""


class SchemaError(StoreError):
    """The database was made by another version of limen."""


class SchemaOutdatedError(SchemaError):
    """The database is older than this limen, or still empty: it needs ``limen db upgrade``."""


class SchemaTooNewError(SchemaError):
    """The database was upgraded by a newer limen."""


class PayloadError(StoreError):
    """A stored notification cannot be read back."""
