from tests.support.stores import empty_url, postgres, sqlite_template, store, store_url

__all__ = ["empty_url", "postgres", "sqlite_template", "store", "store_url"]
