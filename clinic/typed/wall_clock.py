"""A time on a page follows the clock with which the page was drawn: its field carries that clock.

If another clock applies when the form is sent, the field asks. Otherwise a time typed before the clinic's zone
changed would be read by the new clock, as another moment, and nobody would notice.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

# The name of the hidden field beside a time field; static/js/drafts.js stores it with a draft.
SUFFIX = "-clock"


class ByClock(str):
    """Text that was sent, with the clock by which it was shown; no clock if the page did not say."""

    clock: str = ""


class CarriesClock:
    """For a widget that shows times: the page carries the clock it shows them by."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Add the clock in a hidden field."""
        shown: SafeString = super().render(name, value, attrs, renderer)  # type: ignore[misc]
        clock = timezone.get_current_timezone_name()
        return shown + format_html('<input type="hidden" name="{}{}" value="{}">', name, SUFFIX, clock)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The typed text and its clock."""
        typed = super().value_from_datadict(data, files, name)  # type: ignore[misc]
        if not isinstance(typed, str):
            return typed
        found = ByClock(typed)
        found.clock = data.get(f"{name}{SUFFIX}", "")
        return found


class AsksForClock:
    """For a time field: asks about a time that was shown by another clock than today's."""

    def clean(self, value: Any) -> Any:
        """The value, if both clocks are the same."""
        if value and is_by_other_clock(value):
            raise ValidationError(other_clock_words(), code="other_clock")
        return super().clean(value)  # type: ignore[misc]


def is_by_other_clock(value: Any) -> bool:
    """Whether the page that sent this showed times by another clock."""
    return isinstance(value, ByClock) and value.clock not in {"", timezone.get_current_timezone_name()}


def other_clock_words() -> str:
    """What the user should do about it."""
    words = _(
        "The clinic's time zone was changed to %(zone)s while this page was open. Check the time and save again."
    )
    return words % {"zone": timezone.get_current_timezone_name()}
