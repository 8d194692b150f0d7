"""A time on a page is one by the clock that the page was drawn with: its field carries that clock.

Where another clock holds when the form is sent, the field asks. A time typed before the clinic's zone was changed
would else be read by the new clock: another moment, and nobody would be told.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

# What the hidden field beside a field of times is called; static/js/drafts.js keeps it with a draft.
SUFFIX = "-clock"


class ByClock(str):
    """Text that was sent, with the clock by which it was shown; none where the page did not say."""

    clock: str = ""


class CarriesClock:
    """For a widget that shows times: the page carries the clock it shows them by."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """With the clock in a hidden field."""
        shown: SafeString = super().render(name, value, attrs, renderer)  # type: ignore[misc]
        clock = timezone.get_current_timezone_name()
        return shown + format_html('<input type="hidden" name="{}{}" value="{}">', name, SUFFIX, clock)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """What was typed, by which clock."""
        typed = super().value_from_datadict(data, files, name)  # type: ignore[misc]
        if not isinstance(typed, str):
            return typed
        found = ByClock(typed)
        found.clock = data.get(f"{name}{SUFFIX}", "")
        return found


class AsksForClock:
    """For a field of times: a time that was shown by another clock than today's is asked about."""

    def clean(self, value: Any) -> Any:
        """The value, if both clocks are one."""
        if value and is_by_other_clock(value):
            raise ValidationError(other_clock_words(), code="other_clock")
        return super().clean(value)  # type: ignore[misc]


def is_by_other_clock(value: Any) -> bool:
    """Whether the page that sent this showed times by another clock."""
    return isinstance(value, ByClock) and value.clock not in {"", timezone.get_current_timezone_name()}


def other_clock_words() -> str:
    """What is to be done about it."""
    words = _(
        "The clinic's time zone was changed to %(zone)s while this page was open. Check the time and save again."
    )
    return words % {"zone": timezone.get_current_timezone_name()}
