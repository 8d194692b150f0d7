"""Void rows, their triggers, and what became of courses and appointments."""

import django.db.models.deletion
from django.db import migrations, models

VOID_ONCE = ("session", "painscore", "checkin", "adverseevent", "clearanceoverride")
ONLY_VOID = ("review", "measurescore")
AS_WRITTEN = ("appointmentevent", "courseevent")


def _trigger(table: str, name: str, events: str, function: str) -> str:
    return (
        f"CREATE TRIGGER courses_{table}_{name} BEFORE {events} ON courses_{table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}();"
    )


def _drop(table: str, name: str) -> str:
    return f"DROP TRIGGER courses_{table}_{name} ON courses_{table};"


TRIGGERS = "\n".join(
    [
        *(_trigger(table, "void_once", "UPDATE", "clinic_void_once") for table in VOID_ONCE),
        *(_drop(table, "append_only") for table in ONLY_VOID),
        *(_trigger(table, "kept", "DELETE", "courses_append_only") for table in ONLY_VOID),
        *(_trigger(table, "only_void", "UPDATE", "clinic_only_void") for table in ONLY_VOID),
        *(_trigger(table, "append_only", "UPDATE OR DELETE", "courses_append_only") for table in AS_WRITTEN),
    ]
)
TRIGGERS_REVERSE = "\n".join(
    [
        *(_drop(table, "append_only") for table in AS_WRITTEN),
        *(_drop(table, name) for table in ONLY_VOID for name in ("only_void", "kept")),
        *(_trigger(table, "append_only", "UPDATE OR DELETE", "courses_append_only") for table in ONLY_VOID),
        *(_drop(table, "void_once") for table in VOID_ONCE),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0011_void_rows_stay_void"),
        ("courses", "0016_time_to_the_first_message"),
    ]

    operations = [
        migrations.CreateModel(
            name="AppointmentEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("booked", "booked"),
                            ("moved", "moved to another time"),
                            ("cancelled", "cancelled"),
                            ("missed", "marked as missed"),
                            ("attended", "session logged"),
                            ("reopened", "booked again"),
                        ],
                        max_length=10,
                        verbose_name="what",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="why")),
                ("happened_at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "event of an appointment",
                "verbose_name_plural": "events of appointments",
                "ordering": ["happened_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="CourseEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("ended", "ended"), ("reopened", "reopened")], max_length=10, verbose_name="what"
                    ),
                ),
                (
                    "old_status",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("active", "active"),
                            ("on_hold", "on hold"),
                            ("completed", "completed"),
                            ("stopped", "stopped"),
                        ],
                        max_length=12,
                        verbose_name="from",
                    ),
                ),
                (
                    "new_status",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("active", "active"),
                            ("on_hold", "on hold"),
                            ("completed", "completed"),
                            ("stopped", "stopped"),
                        ],
                        max_length=12,
                        verbose_name="to",
                    ),
                ),
                ("hold_reason", models.CharField(blank=True, max_length=200, verbose_name="why it was on hold")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="why")),
                ("happened_at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "event of a course",
                "verbose_name_plural": "events of courses",
                "ordering": ["happened_at", "pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="clearanceoverride",
            name="courses_clearanceoverride_one_unused_a_day",
        ),
        migrations.RemoveConstraint(
            model_name="painscore",
            name="courses_painscore_one_per_session_and_timing",
        ),
        migrations.RemoveConstraint(
            model_name="session",
            name="courses_session_number_once",
        ),
        migrations.AddField(
            model_name="adverseevent",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="adverseevent",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="adverseevent",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AddField(
            model_name="checkin",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="checkin",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="checkin",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AddField(
            model_name="clearanceoverride",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="clearanceoverride",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="clearanceoverride",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AddField(
            model_name="measurescore",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="measurescore",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="measurescore",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AddField(
            model_name="painscore",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="painscore",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="painscore",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="review",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="review",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="moved_from",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moved_to",
                to="courses.session",
                verbose_name="moved from",
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="session",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="session",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AlterField(
            model_name="session",
            name="appointment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sessions",
                to="courses.appointment",
                verbose_name="appointment",
            ),
        ),
        migrations.AddConstraint(
            model_name="adverseevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="courses_adverseevent_void_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkin",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="courses_checkin_void_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="clearanceoverride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="courses_clearanceoverride_void_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="clearanceoverride",
            constraint=models.UniqueConstraint(
                condition=models.Q(("session", None), ("voided_at", None)),
                fields=("course", "valid_on"),
                name="courses_clearanceoverride_one_unused_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="measurescore",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="courses_measurescore_void_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="painscore",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="courses_painscore_void_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="painscore",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("timing", "other"), _negated=True), ("voided_at", None)),
                fields=("session", "timing"),
                name="courses_painscore_one_per_session_and_timing",
                violation_error_message="This session has a score of that timing.",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="courses_review_void_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="courses_session_void_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at", None)),
                fields=("course", "number"),
                name="courses_session_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at", None)),
                fields=("appointment",),
                name="courses_session_one_per_appointment",
            ),
        ),
        migrations.AddField(
            model_name="appointmentevent",
            name="appointment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="courses.appointment",
                verbose_name="appointment",
            ),
        ),
        migrations.AddField(
            model_name="appointmentevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="who",
            ),
        ),
        migrations.AddField(
            model_name="appointmentevent",
            name="clinic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.clinic",
                verbose_name="clinic",
            ),
        ),
        migrations.AddField(
            model_name="courseevent",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="who",
            ),
        ),
        migrations.AddField(
            model_name="courseevent",
            name="clinic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.clinic",
                verbose_name="clinic",
            ),
        ),
        migrations.AddField(
            model_name="courseevent",
            name="course",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="courses.course",
                verbose_name="course",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointmentevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "reopened"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="courses_appointmentevent_reopened_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="courseevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "reopened"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="courses_courseevent_reopened_says_why",
            ),
        ),
        migrations.RunSQL(TRIGGERS, TRIGGERS_REVERSE),
    ]
