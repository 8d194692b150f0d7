"""What a page beside a stock page of the admin asks of the class that it belongs to."""

from __future__ import annotations

from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse

from clinic.models import Membership


class Screen(Protocol):
    """Rights, frame and history; every admin class of ours is one."""

    def require(self, request: HttpRequest, permission: str) -> Membership:
        """The active membership, if it has the right."""

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """A page in the admin's frame."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """A line in the history of a row."""
