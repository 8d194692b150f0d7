"""A letter that was written by mistake can be voided; the rule that keeps it as written allows that already."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0014_plainer_words"),
        ("courses", "0025_predictions"),
        ("patients", "0007_plainer_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="letter",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="letter",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="letter",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AlterField(
            model_name="letterevent",
            name="kind",
            field=models.CharField(
                choices=[("written", "written"), ("downloaded", "downloaded"), ("voided", "voided")],
                max_length=12,
                verbose_name="what",
            ),
        ),
        migrations.AddConstraint(
            model_name="letter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="courses_letter_void_says_why",
            ),
        ),
    ]
