"""Plainer words for columns and choices; no column changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0020_sign_off_events"),
    ]

    operations = [
        migrations.AlterField(
            model_name="accountevent",
            name="address_after",
            field=models.EmailField(blank=True, max_length=254, verbose_name="new address"),
        ),
        migrations.AlterField(
            model_name="accountevent",
            name="address_before",
            field=models.EmailField(blank=True, max_length=254, verbose_name="previous address"),
        ),
        migrations.AlterField(
            model_name="addresschange",
            name="is_account",
            field=models.BooleanField(
                help_text="Nobody had signed in with the account yet, and it belonged to this clinic alone.",
                verbose_name="also of the account",
            ),
        ),
        migrations.AlterField(
            model_name="fault",
            name="gone_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="ended"),
        ),
        migrations.AlterField(
            model_name="heartbeat",
            name="beaten_at",
            field=models.DateTimeField(verbose_name="last heartbeat"),
        ),
        migrations.AlterField(
            model_name="message",
            name="bundle_key",
            field=models.CharField(
                blank=True,
                help_text="Messages for one recipient with the same key are sent as one mail. Empty: sent alone.",
                max_length=80,
                verbose_name="sent together with",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="dedup_key",
            field=models.CharField(max_length=160, verbose_name="unique key"),
        ),
        migrations.AlterField(
            model_name="message",
            name="is_refused",
            field=models.BooleanField(
                default=False,
                help_text="The other side refused it and would refuse it again.",
                verbose_name="refused for good",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="is_urgent",
            field=models.BooleanField(default=False, verbose_name="urgent"),
        ),
        migrations.AlterField(
            model_name="message",
            name="n_spoiled",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="It could not be made, or the process that sent it died.",
                verbose_name="attempts that failed because of the message",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="subject_id",
            field=models.BigIntegerField(
                help_text="The key of the row this message is about. Its kind says which table.",
                verbose_name="about",
            ),
        ),
        migrations.AlterField(
            model_name="message",
            name="trouble",
            field=models.CharField(
                blank=True,
                choices=[
                    ("way", "the connection"),
                    ("us", "this installation"),
                    ("address", "the address"),
                    ("message", "the message itself"),
                ],
                max_length=10,
                verbose_name="last failure was about",
            ),
        ),
        migrations.AlterField(
            model_name="sentform",
            name="location",
            field=models.CharField(blank=True, max_length=500, verbose_name="next page"),
        ),
    ]
