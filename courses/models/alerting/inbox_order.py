"""The order of the alert inbox: open before acknowledged, then by severity, then by age."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, IntegerField, Value, When

from courses.rules.facts import Severity

BY_NEED = ("state_rank", "severity_rank", "raised_at")


def ranks(states: Sequence[str]) -> dict[str, Case]:
    """What BY_NEED sorts by besides the age: 0 is the most urgent state, and the most urgent severity."""
    by_severity = [When(severity=one.value, then=Value(one.rank)) for one in Severity]
    by_state = [When(state=state, then=Value(rank)) for rank, state in enumerate(states)]
    return {
        "state_rank": Case(*by_state, output_field=IntegerField()),
        "severity_rank": Case(*by_severity, output_field=IntegerField()),
    }
