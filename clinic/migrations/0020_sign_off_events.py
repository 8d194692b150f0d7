"""What became of clinical content is kept; content that is edited needs sign-off again."""

import django.db.models.deletion
from django.db import migrations, models

EDITED = """
CREATE FUNCTION clinic_edited_needs_sign_off() RETURNS trigger AS $$
DECLARE left_out text[] := ARRAY['id', 'clinic_id', 'needs_sign_off', 'position', 'is_offered', 'replaced_at'];
BEGIN
    IF (to_jsonb(NEW) - left_out) IS DISTINCT FROM (to_jsonb(OLD) - left_out) THEN
        NEW.needs_sign_off := true;
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
"""
KEPT = """
CREATE TRIGGER clinic_signoffevent_kept BEFORE UPDATE OR DELETE ON clinic_signoffevent
    FOR EACH ROW EXECUTE FUNCTION clinic_kept();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0019_clinic_habits"),
    ]

    operations = [
        migrations.CreateModel(
            name="SignOffEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(help_text="The table or the text file.", max_length=60, verbose_name="kind"),
                ),
                (
                    "code",
                    models.CharField(
                        help_text="What it is called within its kind.", max_length=120, verbose_name="code"
                    ),
                ),
                ("title", models.CharField(max_length=300, verbose_name="what")),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("digest", models.CharField(max_length=20, verbose_name="digest")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("added", "added"),
                            ("edited", "edited"),
                            ("proposed", "proposed, waits for a second person"),
                            ("confirmed", "confirmed by a second person"),
                            ("withdrawn", "proposal withdrawn"),
                            ("commented", "commented"),
                            ("signed", "signed off"),
                        ],
                        max_length=10,
                        verbose_name="action",
                    ),
                ),
                (
                    "changes",
                    models.JSONField(
                        blank=True,
                        default=list,
                        help_text="What was edited: label, before, after.",
                        verbose_name="changes",
                    ),
                ),
                ("comment", models.TextField(blank=True, verbose_name="comment")),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.membership",
                        verbose_name="by",
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
            ],
            options={
                "verbose_name": "sign-off event",
                "verbose_name_plural": "clinical sign-off",
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(fields=["clinic", "kind", "code", "-at"], name="clinic_signoffevent_of_one")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "action__in",
                                ["added", "edited", "proposed", "confirmed", "withdrawn", "commented", "signed"],
                            )
                        ),
                        name="clinic_signoffevent_known_action",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("action", "commented"), ("comment", ""), _negated=True),
                        name="clinic_signoffevent_comment_is_there",
                    ),
                ],
            },
        ),
        migrations.RunSQL(EDITED, "DROP FUNCTION clinic_edited_needs_sign_off();"),
        migrations.RunSQL(KEPT, "DROP TRIGGER clinic_signoffevent_kept ON clinic_signoffevent;"),
    ]
