"""A plainer word for what a screening answer does."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0006_test_patients_stay_so"),
    ]

    operations = [
        migrations.AlterField(
            model_name="screeningitem",
            name="effect",
            field=models.CharField(
                choices=[
                    ("blocks", "no needling until cleared"),
                    ("limits", "rules out a modality or a point"),
                    ("caution", "take care"),
                ],
                max_length=10,
                verbose_name="effect",
            ),
        ),
    ]
