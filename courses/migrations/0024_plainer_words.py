"""Plainer words for what became of alerts, bookings and corrections."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0023_time_zone_changes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="alert",
            name="exhausted_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Nobody on the contact list answered.",
                null=True,
                verbose_name="nobody left on the contact list",
            ),
        ),
        migrations.AlterField(
            model_name="alert",
            name="is_quiet",
            field=models.BooleanField(
                default=False,
                help_text="Found in a late entry, an import or a correction. It is listed, and nobody is emailed at once.",
                verbose_name="in the daily list only",
            ),
        ),
        migrations.AlterField(
            model_name="alert",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reassured", "reassured"),
                    ("advised", "advised"),
                    ("plan_changed", "plan changed"),
                    ("referred", "referred"),
                    ("emergency", "emergency services"),
                    ("data_corrected", "entry corrected"),
                    ("course_closed", "course closed"),
                    ("settled", "back in the expected range"),
                    ("overtaken", "no longer the case"),
                ],
                max_length=20,
                verbose_name="outcome",
            ),
        ),
        migrations.AlterField(
            model_name="alert",
            name="repeat_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="reminder due"),
        ),
        migrations.AlterField(
            model_name="alert",
            name="rule",
            field=models.CharField(
                choices=[
                    ("red_flag", "red flag"),
                    ("pain", "pain"),
                    ("uncleared", "needled without clearance"),
                    ("off_course", "off track"),
                    ("worse_than_start", "worse than at the start"),
                    ("lapsed", "no session for too long"),
                    ("unanswered", "check-in unanswered"),
                ],
                max_length=20,
                verbose_name="about",
            ),
        ),
        migrations.AlterField(
            model_name="alertevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("raised", "raised"),
                    ("reported_again", "reported again"),
                    ("finding_added", "further finding"),
                    ("severity_raised", "more severe"),
                    ("queued", "email queued"),
                    ("sent", "email accepted"),
                    ("not_sent", "email not needed"),
                    ("undeliverable", "nobody reached"),
                    ("unknown", "sent or not: unknown"),
                    ("posted", "webhook accepted"),
                    ("not_posted", "webhook refused"),
                    ("repeated", "reminder sent"),
                    ("escalated", "escalated"),
                    ("acknowledged", "acknowledged"),
                    ("lapsed", "acknowledgement expired"),
                    ("snoozed", "snoozed"),
                    ("silenced", "silenced"),
                    ("unsilenced", "silence over"),
                    ("reopened", "open again"),
                    ("flapping", "opens again and again"),
                    ("exhausted", "nobody left on the contact list"),
                    ("level_lowered", "level lowered"),
                    ("rearmed", "reminders restarted"),
                    ("resolved", "resolved"),
                    ("noted", "note"),
                    ("corrected", "entry corrected"),
                    ("withdrawn", "report withdrawn: entered by mistake"),
                ],
                max_length=20,
                verbose_name="what",
            ),
        ),
        migrations.AlterField(
            model_name="appointment",
            name="status",
            field=models.CharField(
                choices=[
                    ("booked", "booked"),
                    ("kept", "attended"),
                    ("missed", "missed"),
                    ("cancelled", "cancelled"),
                ],
                default="booked",
                max_length=12,
                verbose_name="status",
            ),
        ),
        migrations.AlterField(
            model_name="correction",
            name="field",
            field=models.CharField(
                choices=[
                    ("score", "pain"),
                    ("held_at", "time"),
                    ("is_needled", "needles were used"),
                    ("uncleared_reason", "needled without clearance because"),
                    ("clearance", "against the clearance"),
                    ("needlings", "points"),
                    ("adverse_events", "side effects"),
                    ("aftercare", "aftercare"),
                    ("note", "note"),
                    ("details", "particulars"),
                ],
                max_length=20,
                verbose_name="what",
            ),
        ),
    ]
