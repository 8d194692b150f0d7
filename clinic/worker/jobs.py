"""A task that ends its process is delivered again, but not for ever."""

from __future__ import annotations

from typing import Any

import structlog
from celery import Task
from django.db import Error
from django.utils import timezone
from redis.exceptions import RedisError

from clinic.models import Fault
from clinic.worker import broker

log = structlog.stdlib.get_logger(__name__)

MAX_DELIVERIES = 3


class CountedTask(Task):  # type: ignore[type-arg]
    """Given up after three deliveries if none of its processes lived to report a result."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run, or give up: a task that is given up counts as done."""
        if (self.request.delivery_info or {}).get("redelivered") and self._is_worn_out():
            log.error("task given up: it ended its process every time", task=self.name)
            try:
                Fault.find(Fault.Kind.CRASHING, f"task:{self.name}"[:60], at=timezone.now())
            except Error as error:
                log.error("fault not noted", error=type(error).__name__)
            return None
        return super().__call__(*args, **kwargs)

    def _is_worn_out(self) -> bool:
        try:
            return broker.n_handed_out_again(str(self.request.id)) >= MAX_DELIVERIES
        except (RedisError, OSError, ValueError):
            # If it cannot be counted, run it: most redelivered tasks lost their process to a restart.
            return False
