"""Asks the broker directly whether it answers, and how often it delivered a task again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

SECONDS = 1.0
DAY_SECONDS = 24 * 60 * 60
PREFIX = "healing_curve:handed_out_again:"


def answers() -> bool:
    """Whether it answers on a new connection at once."""
    try:
        with _asked() as client:
            return bool(client.ping())
    except (RedisError, OSError, ValueError):
        return False


def ping() -> None:
    """Raises the error, if there is one."""
    with _asked() as client:
        client.ping()


def n_handed_out_again(task_id: str) -> int:
    """How often this task was delivered again, including this time; counted on its broker."""
    with _asked() as client, client.pipeline() as pipe:
        pipe.incr(PREFIX + task_id)
        pipe.expire(PREFIX + task_id, DAY_SECONDS)
        return int(pipe.execute()[0])


@contextmanager
def _asked() -> Iterator[Redis]:
    url = settings.REDIS_URL.replace("redis+socket://", "unix://", 1).replace("?virtual_host=", "?db=", 1)
    with Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=None) as client:
        yield client
