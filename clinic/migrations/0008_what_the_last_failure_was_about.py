"""What the last failure of a message was about, who holds it, and since when it waits."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0007_spool_fault"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="claim",
            field=models.UUIDField(blank=True, editable=False, null=True, verbose_name="claimed by"),
        ),
        migrations.AddField(
            model_name="message",
            name="first_due_at",
            field=models.DateTimeField(
                blank=True,
                help_text="When it was due before its first retry: a retry moves the time it is due, never this one.",
                null=True,
                verbose_name="first due",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="n_spoiled",
            field=models.PositiveSmallIntegerField(
                default=0,
                help_text="It could not be made, or its sender died over it.",
                verbose_name="attempts spoiled by the message itself",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="trouble",
            field=models.CharField(
                blank=True,
                choices=[
                    ("way", "the way there"),
                    ("us", "this installation"),
                    ("address", "the address"),
                    ("message", "the message itself"),
                ],
                max_length=10,
                verbose_name="last failure was about",
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="troubled_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="last failure"),
        ),
        migrations.AlterField(
            model_name="fault",
            name="kind",
            field=models.CharField(
                choices=[
                    ("stuck", "an alert takes no step"),
                    ("untold", "an alert of which nobody was told"),
                    ("undelivered", "red-flag mail given up"),
                    ("unreached", "a report of which no message was accepted in time"),
                    ("refused", "the mail server refuses what this installation sends"),
                    ("unsendable", "messages that cannot be made"),
                    ("crashing", "a task that ends its process every time"),
                    ("clock", "a clock was set back; the step was set anew"),
                    ("curve", "the curve failed; the rules that need none stood"),
                ],
                max_length=20,
                verbose_name="what",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("first_due_at__isnull", False), ("state__in", ["pending", "sending"])),
                fields=["first_due_at"],
                name="clinic_message_retried",
            ),
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(
                condition=models.Q(("trouble", ""), _negated=True),
                fields=["trouble", "troubled_at"],
                name="clinic_message_trouble",
            ),
        ),
    ]
