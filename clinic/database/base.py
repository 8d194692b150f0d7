"""The database engine: Django's own for PostgreSQL, its connections bounded."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import errors

from clinic.database import is_resting, note_silence, seconds_left, server_limits, within

# Whether a connection that rested still works: a server that does not say so within this time does not.
SECONDS_FOR_A_SIGN = 1.0
# The driver waits no shorter than this for a new connection.
SHORTEST_CONNECT = 2
SILENT = "the database did not answer in time"


class BoundedConnection(psycopg.Connection[Any]):
    """A connection whose waits end: with the time of `within`, or with that of its process."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As the driver's own; the connection is closed where the time is over."""
        left = seconds_left()
        if left is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, left if timeout is None else min(left, timeout))
        except errors._WaitTimeout as late:
            note_silence()
            self.pgconn.finish()
            raise psycopg.OperationalError(SILENT) from late

    @classmethod
    def connect(cls, *args: Any, **kwargs: Any) -> Any:
        """As the driver's own; not tried again at once where the server did not answer a moment ago."""
        if is_resting():
            raise psycopg.OperationalError(SILENT)
        try:
            return super().connect(*args, **kwargs)
        except errors.ConnectionTimeout:
            note_silence()
            raise


class BoundedDriver:
    """psycopg as Django uses it, its connections bounded."""

    connect = BoundedConnection.connect

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's engine on bounded connections."""

    Database = BoundedDriver()  # type: ignore[assignment]  # a module for all that Django asks of it

    def get_connection_params(self) -> dict[str, Any]:
        """A new connection takes no longer than what is left of the time."""
        params: dict[str, Any] = super().get_connection_params()
        left = seconds_left()
        if left is not None:
            usual = int(params.get("connect_timeout") or SHORTEST_CONNECT)
            params["connect_timeout"] = max(SHORTEST_CONNECT, min(usual, round(left)))
        return params

    def init_connection_state(self) -> None:
        """With the limits that the server keeps."""
        super().init_connection_state()
        statement, lock = server_limits()
        if statement and self.connection is not None:
            set_both = "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false)"
            with self.connection.cursor() as cursor:
                cursor.execute(set_both, [f"{statement}ms", f"{lock}ms"])

    def is_usable(self) -> bool:
        """Asked before a connection is used again: a frozen server must not hold the request up."""
        with within(SECONDS_FOR_A_SIGN):
            return bool(super().is_usable())
