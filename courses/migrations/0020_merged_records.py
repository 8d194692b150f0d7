"""What a course holds stays with the patient when two records become one."""

import django.db.models.deletion
from django.db import migrations, models

FOLLOWING = ("alert", "course", "letter", "redflagreport")
FOLLOW = "\n".join(
    [
        *(
            f"CREATE TRIGGER courses_{table}_follows_merge BEFORE INSERT OR UPDATE OF patient_id ON courses_{table} "
            "FOR EACH ROW EXECUTE FUNCTION patients_follow_merge();"
            for table in FOLLOWING
        ),
        "DROP TRIGGER courses_letter_append_only ON courses_letter;",
        "CREATE TRIGGER courses_letter_append_only BEFORE UPDATE OR DELETE ON courses_letter "
        "FOR EACH ROW EXECUTE FUNCTION patients_as_written_but_merged('courses.letter.patient', 'courses_append_only');",
    ]
)
FOLLOW_REVERSE = "\n".join(
    [
        "DROP TRIGGER courses_letter_append_only ON courses_letter;",
        "CREATE TRIGGER courses_letter_append_only BEFORE UPDATE OR DELETE ON courses_letter "
        "FOR EACH ROW EXECUTE FUNCTION courses_append_only();",
        *(f"DROP TRIGGER courses_{table}_follows_merge ON courses_{table};" for table in FOLLOWING),
    ]
)


class Migration(migrations.Migration):
    dependencies = [("courses", "0019_one_session_at_a_time"), ("patients", "0004_identity")]

    operations = [
        migrations.RemoveConstraint(model_name="alert", name="courses_alert_one_unresolved_per_matter"),
        migrations.AddField(
            model_name="alert",
            name="came_from",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="Two records of one person may each have an open alert of one matter: neither is lost in the other.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.patient",
                verbose_name="raised for the merged record",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "resolved"), _negated=True),
                fields=("patient", "course", "rule", "flag_code", "came_from"),
                name="courses_alert_one_unresolved_per_matter",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(FOLLOW, FOLLOW_REVERSE),
    ]
