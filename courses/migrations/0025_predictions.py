"""What was said of each score before it was known is kept, and never changed."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

KEPT = """
CREATE TRIGGER courses_prediction_append_only BEFORE UPDATE OR DELETE
    ON courses_prediction FOR EACH ROW EXECUTE FUNCTION courses_append_only();
"""
KEPT_REVERSE = "DROP TRIGGER courses_prediction_append_only ON courses_prediction;"


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0014_plainer_words"),
        ("courses", "0024_plainer_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="Prediction",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "because",
                    models.CharField(
                        choices=[
                            ("logged", "recorded"),
                            ("answered_again", "patient answered again"),
                            ("corrected", "corrected"),
                            ("moved", "session moved here"),
                            ("imported", "imported"),
                        ],
                        max_length=16,
                        verbose_name="judged because",
                    ),
                ),
                ("observed", models.PositiveSmallIntegerField(verbose_name="pain")),
                (
                    "timing",
                    models.CharField(
                        choices=[
                            ("before", "before"),
                            ("after", "after"),
                            ("day1", "day 1"),
                            ("day3", "day 3"),
                            ("other", "other"),
                        ],
                        max_length=10,
                        verbose_name="timing",
                    ),
                ),
                (
                    "session_number",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="session"),
                ),
                (
                    "group",
                    models.CharField(
                        blank=True, help_text="The type the curve assumed.", max_length=40, verbose_name="type"
                    ),
                ),
                (
                    "p",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.FloatField(),
                        blank=True,
                        help_text="Of the scores 0 to 10, before this one was known. None where the curve could not tell.",
                        null=True,
                        size=11,
                        verbose_name="chance of each score",
                    ),
                ),
                ("n_scores", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="scores used")),
                ("lr", models.FloatField(blank=True, null=True, verbose_name="likelihood ratio (LR*)")),
                (
                    "memory",
                    models.FloatField(blank=True, null=True, verbose_name="likelihood ratio of what lasts (M)"),
                ),
                (
                    "prior_version",
                    models.CharField(blank=True, max_length=60, verbose_name="version of the Prior"),
                ),
                (
                    "threshold_version",
                    models.CharField(blank=True, max_length=20, verbose_name="version of the threshold"),
                ),
                ("lr_threshold", models.FloatField(blank=True, null=True, verbose_name="alerts above (LR*)")),
                ("memory_threshold", models.FloatField(blank=True, null=True, verbose_name="alerts above (M)")),
                (
                    "alarmed",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=30),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="rules that raised an alert",
                    ),
                ),
                ("severity", models.CharField(blank=True, max_length=10, verbose_name="severity")),
                (
                    "is_quiet",
                    models.BooleanField(
                        default=False,
                        help_text="Entered late or moved: nobody was emailed at once.",
                        verbose_name="in the daily list only",
                    ),
                ),
                ("judged_at", models.DateTimeField(verbose_name="judged")),
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
                        related_name="predictions",
                        to="courses.course",
                        verbose_name="course",
                    ),
                ),
                (
                    "prior",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="courses.prior",
                        verbose_name="prior",
                    ),
                ),
                (
                    "score",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="predictions",
                        to="courses.painscore",
                        verbose_name="pain score",
                    ),
                ),
            ],
            options={
                "verbose_name": "prediction",
                "verbose_name_plural": "predictions",
                "ordering": ["pk"],
                "indexes": [
                    models.Index(fields=["score", "-id"], name="courses_prediction_by_score"),
                    models.Index(fields=["clinic", "judged_at"], name="courses_prediction_by_time"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("observed__range", (0, 10))), name="courses_prediction_0_to_10"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("p", None), ("p__len", 11), _connector="OR"),
                        name="courses_prediction_of_eleven_scores",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT, KEPT_REVERSE),
    ]
