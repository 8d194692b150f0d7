"""Rules for courses, alerts and letters when two records of one person are merged."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from courses.models import Alert, Course
from patients.identity.relations import MOVES, STAYS, Changes, Pair, Registered, Rule

COMPLAINT_LENGTH = 120


def complaint_choice(course: Course) -> str:
    """The form field for the new name of a course of the merged record."""
    return f"complaint_{course.pk}"


def courses_with_one_name(pair: Pair) -> list[Course]:
    """Open courses of the merged record with the same complaint as an open course of the kept one."""
    names = Course.objects.filter(patient=pair.kept).open().values("complaint")
    return list(Course.objects.filter(patient=pair.merged, complaint__in=names).open())


def free_name(course: Course, taken: set[str]) -> str:
    """A complaint that no open course has yet."""
    for number in range(2, 100):
        name = _("%(complaint)s (%(number)d)") % {"complaint": course.complaint[:100], "number": number}
        if name not in taken:
            return name
    raise ValueError("a hundred open courses of one name")


def renamed_courses(pair: Pair) -> Changes:
    """Rename the merged record's course as chosen, so that no two open courses of one patient have one name."""
    open_rows = Course.objects.filter(patient__in=(pair.kept, pair.merged)).open()
    taken = set(open_rows.values_list("complaint", flat=True))
    changes: Changes = {}
    for course in courses_with_one_name(pair):
        chosen = " ".join(pair.choices.get(complaint_choice(course), "").split())[:COMPLAINT_LENGTH]
        name = chosen if chosen and chosen not in taken else free_name(course, taken)
        taken.add(name)
        changes[course.pk] = {"complaint": name}
    return changes


def alerts_of_one_matter(pair: Pair) -> Changes:
    """If both records have an open alert on one matter without a course, both stay and remember their record."""
    theirs = Alert.objects.filter(patient=pair.merged, course=None, came_from=None).unresolved()
    own = {
        (rule, code)
        for rule, code in Alert.objects.filter(patient=pair.kept, course=None)
        .unresolved()
        .values_list("rule", "flag_code")
    }
    return {one.pk: {"came_from_id": pair.merged.pk} for one in theirs if (one.rule, one.flag_code) in own}


# All columns of an alert except its subject: the alert loop moves clock and state, and answers are events.
ALERT_CLOCK = frozenset(
    field.attname
    for field in Alert._meta.concrete_fields
    if field.name
    not in {"id", "uuid", "clinic", "patient", "course", "came_from", "rule", "flag_code", "raised_at"}
)
RULES = Registered(
    rules={
        "courses.course.patient": Rule(changes=renamed_courses),
        "courses.redflagreport.patient": MOVES,
        "courses.alert.patient": Rule(changes=alerts_of_one_matter),
        "courses.alert.came_from": STAYS,
        "courses.letter.patient": MOVES,
    },
    machine_columns={
        "courses.Alert": ALERT_CLOCK,
        # A letter never changes, and its PDF is large.
        "courses.Letter": frozenset({"pdf"}),
    },
    machine_rows={
        "courses.AlertEvent": Q(by=None),
        "courses.Reminder": Q(),
        "courses.CheckIn": Q(),
    },
)
