"""A stamp that changes with the lists of the session form."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clinic", "0002_history_is_kept")]

    operations = [
        migrations.AddField(
            model_name="clinic", name="lists_stamp", field=models.UUIDField(default=uuid.uuid4, editable=False)
        ),
    ]
