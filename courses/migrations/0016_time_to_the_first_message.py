"""A clock for every report; when it stopped is never changed again."""

import django.db.models.deletion
from django.db import migrations, models

FROZEN = """
CREATE FUNCTION courses_reach_frozen() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.reached_at IS NULL AND OLD.answered_at IS NULL
       AND (NEW.clinic_id, NEW.alert_id, NEW.event_id, NEW.severity, NEW.reported_at)
         = (OLD.clinic_id, OLD.alert_id, OLD.event_id, OLD.severity, OLD.reported_at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'courses_reach_frozen: when somebody was reached is never changed'
        USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
CREATE TRIGGER courses_reach_frozen BEFORE UPDATE OR DELETE ON courses_reach
    FOR EACH ROW EXECUTE FUNCTION courses_reach_frozen();
"""
FROZEN_REVERSE = """
DROP TRIGGER courses_reach_frozen ON courses_reach;
DROP FUNCTION courses_reach_frozen();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0015_points_get_their_names"),
        ("clinic", "0008_what_the_last_failure_was_about"),
    ]

    operations = [
        migrations.CreateModel(
            name="Reach",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("E0", "emergency"),
                            ("E1", "doctor today"),
                            ("E2", "urgent referral"),
                            ("red", "red"),
                            ("amber", "amber"),
                            ("C", "call back"),
                            ("review", "review"),
                        ],
                        max_length=10,
                        verbose_name="severity",
                    ),
                ),
                ("reported_at", models.DateTimeField(verbose_name="reported")),
                (
                    "leaves_at",
                    models.DateTimeField(help_text="When the first message may leave.", verbose_name="may leave"),
                ),
                (
                    "late_at",
                    models.DateTimeField(
                        help_text="From when on nobody having been reached is a fault.", verbose_name="late"
                    ),
                ),
                ("reached_at", models.DateTimeField(blank=True, null=True, verbose_name="first message accepted")),
                (
                    "answered_at",
                    models.DateTimeField(
                        blank=True,
                        help_text="A person acknowledged, resolved, snoozed or silenced it before a message was accepted.",
                        null=True,
                        verbose_name="answered",
                    ),
                ),
                (
                    "alert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reaches",
                        to="courses.alert",
                        verbose_name="alert",
                    ),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.clinic",
                        verbose_name="clinic",
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reach",
                        to="courses.alertevent",
                        verbose_name="what happened",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.message",
                        verbose_name="accepted message",
                    ),
                ),
            ],
            options={
                "verbose_name": "time to the first message",
                "verbose_name_plural": "times to the first message",
                "ordering": ["event_id"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at", None), ("reached_at", None)),
                        fields=["late_at"],
                        name="courses_reach_running",
                    ),
                    models.Index(fields=["reported_at"], name="courses_reach_reported"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("message", None), ("reached_at", None)),
                            models.Q(("message__isnull", False), ("reached_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="courses_reach_names_its_message",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("late_at__gte", models.F("leaves_at"))),
                        name="courses_reach_late_after_it_may_leave",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FROZEN, FROZEN_REVERSE),
    ]
