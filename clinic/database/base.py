"""The database engine: Django's own for PostgreSQL, its connections bounded."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import errors

from clinic.database import seconds_left, within

# Whether a connection that rested still works: a server that does not say so within this time does not.
SECONDS_FOR_A_SIGN = 2.0
# The driver waits no shorter than this for a new connection.
SHORTEST_CONNECT = 2


class BoundedConnection(psycopg.Connection[Any]):
    """A connection whose waits end when the time of `within` is over."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As the driver's own; the connection is closed where the time is over."""
        left = seconds_left()
        if left is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, left if timeout is None else min(left, timeout))
        except errors._WaitTimeout as late:
            self.pgconn.finish()
            raise psycopg.OperationalError("the database did not answer in time") from late


class BoundedDriver(ModuleType):
    """psycopg as Django uses it, its connections bounded."""

    connect = BoundedConnection.connect

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's engine on bounded connections."""

    Database = BoundedDriver(psycopg.__name__)

    def get_connection_params(self) -> dict[str, Any]:
        """A new connection takes no longer than what is left of the time."""
        params: dict[str, Any] = super().get_connection_params()
        left = seconds_left()
        if left is not None:
            usual = int(params.get("connect_timeout") or SHORTEST_CONNECT)
            params["connect_timeout"] = max(SHORTEST_CONNECT, min(usual, round(left)))
        return params

    def is_usable(self) -> bool:
        """Asked before a connection is used again: a frozen server must not hold the request up."""
        with within(SECONDS_FOR_A_SIGN):
            return bool(super().is_usable())
