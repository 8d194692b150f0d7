"""Which worker holds an import, and how often it was tried."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0033_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="historyimport",
            name="claim",
            field=models.UUIDField(blank=True, editable=False, null=True, verbose_name="claim"),
        ),
        migrations.AddField(
            model_name="historyimport",
            name="n_tries",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="attempts"),
        ),
    ]
