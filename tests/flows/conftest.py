"""A worker beside the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.processes import Worker, environment, own_broker


@pytest.fixture
def worker(transactional_db, smtp) -> Iterator[Worker]:
    """A running Celery worker on this test's database, broker and mail server."""
    with own_broker() as broker_url:
        running = Worker(environment(smtp, broker_url, "http://127.0.0.1:8000"))
        try:
            yield running
        finally:
            running.stop()
