"""The usual emergency wording in two short sentences."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clinic", "0011_void_rows_stay_void")]

    operations = [
        migrations.AlterField(
            model_name="clinic",
            name="emergency_wording",
            field=models.CharField(
                default="Call the emergency number now. Or ask someone to take you to an emergency department.",
                help_text="Shown to a patient at once when an answer points to an emergency.",
                max_length=300,
                verbose_name="emergency wording",
            ),
        ),
    ]
