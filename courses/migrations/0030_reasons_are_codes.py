"""Sentences that earlier versions stored become codes; what no version stored stays as it is and can be read.

Append-only histories (events, void rows) keep what was written in them.
"""

from django.apps.registry import Apps
from django.db import migrations

REMINDERS = {
    "already settled": "settled",
    "test patient": "test_patient",
    "patient archived": "archived",
    "no email address": "no_address",
    "email address refused earlier": "address_refused",
    "no consent": "no_consent",
    "three mails today already": "enough_today",
    "appointment no longer stands": "visit_off",
    "appointment is past": "visit_past",
    "course not active": "course_not_active",
    "course ended": "course_ended",
    "check-in no longer open": "check_in_closed",
    "check-in voided": "check_in_voided",
    "session voided": "session_voided",
    "the clinic does not ask on day 3": "not_asked",
    "another visit since": "another_visit",
    "the clinic's time zone changed": "zone_changed",
    "no longer due": "no_longer_due",
    "the sender died while sending": "interrupted",
}
VISITS = {"moved": "#moved", "course ended": "#course_ended"}
UNCLEARED = {"Logged in another course and moved here": "#logged_elsewhere"}
ERRORS = {
    "no active address": "no_address",
    "the sender died while sending": "sender_died",
    "webhook not in use": "not_in_use",
    "address not permitted": "not_permitted",
    "endpoint failed a moment ago": "paused",
}
COLUMNS = [
    ("courses", "Reminder", "refused_because", REMINDERS),
    ("courses", "Appointment", "cancel_reason", VISITS),
    ("courses", "Session", "uncleared_reason", UNCLEARED),
    ("clinic", "Message", "error", ERRORS),
]


def _exchange(apps: Apps, *, is_back: bool) -> None:
    for app, model, column, codes in COLUMNS:
        rows = apps.get_model(app, model)._base_manager
        if model == "Session":
            rows = rows.filter(voided_at=None)
        for words, code in codes.items():
            old, new = (code, words) if is_back else (words, code)
            rows.filter(**{column: old}).update(**{column: new})


def to_codes(apps: Apps, schema_editor: object) -> None:
    """Each sentence that a version of this software has stored."""
    _exchange(apps, is_back=False)


def to_sentences(apps: Apps, schema_editor: object) -> None:
    """The same sentences again."""
    _exchange(apps, is_back=True)


class Migration(migrations.Migration):
    dependencies = [("courses", "0029_reminder_says_why_by_code"), ("clinic", "0014_plainer_words")]

    operations = [migrations.RunPython(to_codes, to_sentences)]
