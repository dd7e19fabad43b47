from tests.support.stores import postgres, sqlite_template

__all__ = ["postgres", "sqlite_template"]
