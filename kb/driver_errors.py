"""Errors of a database's driver, told as SQLAlchemy tells them where it is passed by."""

from __future__ import annotations

from sqlalchemy import Dialect
from sqlalchemy.exc import DBAPIError


def as_sqlalchemy_error(error: Exception, query: str, dialect: Dialect) -> Exception:
    """Return what SQLAlchemy would have raised, the query in it but no value that was bound."""
    driver_error = dialect.loaded_dbapi.Error
    return DBAPIError.instance(query, None, error, driver_error, hide_parameters=True, dialect=dialect)
