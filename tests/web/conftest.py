from tests.support.stores import sqlite_template

__all__ = ["sqlite_template"]
