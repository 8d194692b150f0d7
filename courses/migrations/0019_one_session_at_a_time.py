"""A course has one session at a time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courses", "0018_sessions_apart")]

    operations = [
        migrations.AddConstraint(
            model_name="session",
            constraint=models.UniqueConstraint(
                condition=models.Q(("voided_at", None)),
                fields=("course", "held_at"),
                name="courses_session_one_at_a_time",
                violation_error_message="The course has another session at that time.",
            ),
        ),
    ]
