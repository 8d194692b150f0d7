"""The database engine: Django's PostgreSQL engine with time limits on its connections."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import errors

from clinic.database import is_resting, note_silence, seconds_left, server_limits, within

# Time limit for the check whether an idle connection still works.
SECONDS_FOR_A_SIGN = 1.0
# The driver's shortest time limit for a new connection.
SHORTEST_CONNECT = 2
SILENT = "the database did not answer in time"


class BoundedConnection(psycopg.Connection[Any]):
    """A connection whose waits are limited by `within`, or by the limit of its process."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Like the driver's own; closes the connection when the time is over."""
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
        """Like the driver's own; fails at once if the server did not answer a moment ago."""
        if is_resting():
            raise psycopg.OperationalError(SILENT)
        try:
            return super().connect(*args, **kwargs)
        except errors.ConnectionTimeout:
            note_silence()
            raise


class BoundedDriver:
    """psycopg as Django uses it, with time limits."""

    connect = BoundedConnection.connect

    def __getattr__(self, name: str) -> Any:
        return getattr(psycopg, name)


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's engine with time limits."""

    Database = BoundedDriver()  # type: ignore[assignment]  # a module for all that Django asks of it

    def get_connection_params(self) -> dict[str, Any]:
        """Limit the time for a new connection to what is left."""
        params: dict[str, Any] = super().get_connection_params()
        left = seconds_left()
        if left is not None:
            usual = int(params.get("connect_timeout") or SHORTEST_CONNECT)
            params["connect_timeout"] = max(SHORTEST_CONNECT, min(usual, round(left)))
        return params

    def init_connection_state(self) -> None:
        """Set the server's limits on the connection."""
        super().init_connection_state()
        statement, lock = server_limits()
        if statement and self.connection is not None:
            set_both = "SELECT set_config('statement_timeout', %s, false), set_config('lock_timeout', %s, false)"
            with self.connection.cursor() as cursor:
                cursor.execute(set_both, [f"{statement}ms", f"{lock}ms"])

    def is_usable(self) -> bool:
        """Check a connection before it is used again, so that a frozen server does not block the request."""
        with within(SECONDS_FOR_A_SIGN):
            return bool(super().is_usable())
