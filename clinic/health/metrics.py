"""/metrics: what Prometheus reads. Off unless METRICS_TOKEN is set."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from secrets import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector


class RowsCollector(Collector):
    """Reads rows, because counters in one process would not see the others."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterable[Metric]:
        """The figures of every function in `settings.METRICS`."""
        for path in settings.METRICS:
            yield from import_string(path)(at=self.at)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures for whoever has the token; without a token in the settings the page does not exist."""
    if not settings.METRICS_TOKEN:
        raise Http404
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not compare_digest(token.strip().encode(), settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry(auto_describe=False)
    registry.register(RowsCollector(timezone.now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
