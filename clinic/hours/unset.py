"""What happens in a clinic without opening hours, in words."""

from __future__ import annotations

from django.utils.translation import gettext as _

from clinic.country.shown import shown_clock
from clinic.opening import USUAL_DAY


def words_without_hours() -> str:
    """How alerts, bookings and proposed visits treat the clinic until hours are entered."""
    words = _(
        "No opening hours are entered. Alerts are sent at any hour. Visits can be booked at any time except on"
        " holidays, and are proposed Monday to Friday from %(opens)s to %(closes)s."
    )
    opens_at, closes_at = USUAL_DAY
    return words % {"opens": shown_clock(opens_at), "closes": shown_clock(closes_at)}
