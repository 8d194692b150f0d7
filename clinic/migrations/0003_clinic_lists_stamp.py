"""A stamp that changes with the lists of the session form."""

import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clinic", "0002_history_is_kept")]

    operations = [
        migrations.AddField(
            model_name="clinic", name="lists_stamp", field=models.UUIDField(default=uuid.uuid4, editable=False)
        ),
        # The default is asked once for all rows: each clinic gets one of its own.
        migrations.RunSQL(
            "UPDATE clinic_clinic SET lists_stamp = gen_random_uuid()", migrations.RunSQL.noop, elidable=True
        ),
    ]
