"""A less urgent red flag waits for a second person; the levels of a version never change."""

import django.db.models.deletion
from django.db import migrations, models

SIGNED = (
    "protocol",
    "point",
    "aftercaremeasure",
    "adverseeventitem",
    "redflag",
    "measure",
    "measurethreshold",
)
TRIGGERS = "\n".join(
    f"CREATE TRIGGER courses_{table}_sign_off BEFORE UPDATE ON courses_{table} "
    "FOR EACH ROW EXECUTE FUNCTION clinic_edited_needs_sign_off();"
    for table in SIGNED
)
TRIGGERS_REVERSE = "\n".join(f"DROP TRIGGER courses_{table}_sign_off ON courses_{table};" for table in SIGNED)
LEVELS = """
CREATE FUNCTION courses_redflag_levels_stay() RETURNS trigger AS $$
BEGIN
    IF NEW.level IS DISTINCT FROM OLD.level OR NEW.follow_up_levels IS DISTINCT FROM OLD.follow_up_levels THEN
        RAISE EXCEPTION 'courses_redflag_levels_stay: other levels are a new version'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER courses_redflag_levels_stay AFTER UPDATE ON courses_redflag
    FOR EACH ROW EXECUTE FUNCTION courses_redflag_levels_stay();
"""
LEVELS_REVERSE = """
DROP TRIGGER courses_redflag_levels_stay ON courses_redflag;
DROP FUNCTION courses_redflag_levels_stay();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0020_sign_off_events"),
        ("courses", "0030_reasons_are_codes"),
    ]

    operations = [
        migrations.CreateModel(
            name="RedFlagProposal",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
                ("wording", models.CharField(max_length=300, verbose_name="wording")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("E0", "E0: emergency, now"),
                            ("E1", "E1: doctor today"),
                            ("E2", "E2: urgent referral"),
                            ("C", "C: call back"),
                        ],
                        max_length=2,
                        verbose_name="level",
                    ),
                ),
                ("follow_up", models.CharField(blank=True, max_length=300, verbose_name="follow-up question")),
                ("follow_up_levels", models.JSONField(blank=True, default=list, verbose_name="levels by answer")),
                ("reason", models.CharField(max_length=300, verbose_name="why")),
                ("proposed_at", models.DateTimeField(verbose_name="proposed")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("confirmed", "confirmed"),
                            ("withdrawn", "withdrawn"),
                            ("overtaken", "another version was made meanwhile"),
                        ],
                        max_length=10,
                        verbose_name="outcome",
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="settled")),
                (
                    "based_on",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposals",
                        to="courses.redflag",
                        verbose_name="based on",
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
                    "made",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="proposal",
                        to="courses.redflag",
                        verbose_name="version made of it",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.membership",
                        verbose_name="proposed by",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.membership",
                        verbose_name="settled by",
                    ),
                ),
            ],
            options={
                "verbose_name": "proposed red flag wording",
                "verbose_name_plural": "proposed red flag wordings",
                "ordering": ["-proposed_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "")),
                        fields=("clinic", "code"),
                        name="courses_redflagproposal_one_waits",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("settled_at", None), ("settled_by", None)),
                            models.Q(
                                ("settled_at__isnull", False),
                                ("settled_by__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="courses_redflagproposal_settled_says_who",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "confirmed"), _negated=True),
                            models.Q(
                                ("made__isnull", False),
                                ("settled_by__isnull", False),
                                models.Q(("settled_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="courses_redflagproposal_two_people",
                        violation_error_message="Somebody else must confirm this.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="courses_redflagproposal_says_why"
                    ),
                ],
            },
        ),
        migrations.RunSQL(TRIGGERS, TRIGGERS_REVERSE),
        migrations.RunSQL(LEVELS, LEVELS_REVERSE),
    ]
