"""Who treated a course before: kept as it was written."""

import django.db.models.deletion
from django.db import migrations, models

KEEP = """
CREATE TRIGGER courses_handover_append_only BEFORE UPDATE OR DELETE ON courses_handover
    FOR EACH ROW EXECUTE FUNCTION courses_append_only();
"""
KEEP_REVERSE = "DROP TRIGGER courses_handover_append_only ON courses_handover;"


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0002_history_is_kept"),
        ("courses", "0006_priors_are_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="HandOver",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="why")),
                ("handed_at", models.DateTimeField(verbose_name="handed over")),
                (
                    "form_key",
                    models.UUIDField(
                        help_text="One form hands over once, however often it is sent.", verbose_name="form"
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
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs",
                        to="courses.course",
                        verbose_name="course",
                    ),
                ),
                (
                    "from_member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.membership",
                        verbose_name="from",
                    ),
                ),
                (
                    "handed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.membership",
                        verbose_name="handed over by",
                    ),
                ),
                (
                    "to_member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.membership",
                        verbose_name="to",
                    ),
                ),
            ],
            options={
                "verbose_name": "hand-over",
                "verbose_name_plural": "hand-overs",
                "ordering": ["handed_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("form_key", "course"), name="courses_handover_form_saves_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="courses_handover_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("from_member", models.F("to_member")), _negated=True),
                        name="courses_handover_is_to_somebody_else",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEEP, KEEP_REVERSE),
    ]
