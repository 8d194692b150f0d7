"""Several roles of one member, and what changed about members is kept."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0016_clinics_that_run_already"),
    ]

    operations = [
        migrations.CreateModel(
            name="MemberEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("invited", "Invited"),
                            ("roles", "Roles changed"),
                            ("name", "Name changed"),
                            ("deactivated", "Deactivated"),
                            ("reactivated", "Reactivated"),
                            ("stands_in", "Stands in for the duty lead"),
                            ("stood_in", "No longer stands in for the duty lead"),
                        ],
                        max_length=20,
                        verbose_name="what",
                    ),
                ),
                ("before", models.CharField(blank=True, max_length=320, verbose_name="before")),
                ("after", models.CharField(blank=True, max_length=320, verbose_name="after")),
                ("reason", models.CharField(blank=True, max_length=250, verbose_name="why")),
                ("happened_at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "change of a member",
                "verbose_name_plural": "changes of members",
                "ordering": ["-happened_at", "-pk"],
            },
        ),
        migrations.AddField(
            model_name="membership",
            name="more_roles",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("practitioner", "practitioner"),
                        ("lead", "duty lead"),
                        ("manager", "manager"),
                        ("front_desk", "front desk"),
                    ],
                    max_length=20,
                ),
                blank=True,
                default=list,
                size=None,
                verbose_name="also works as",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="stands_in_since",
            field=models.DateTimeField(
                blank=True, editable=False, null=True, verbose_name="stands in for the lead since"
            ),
        ),
        migrations.AlterField(
            model_name="accountevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("password_changed", "The password was changed."),
                    ("app_added", "An authenticator app was added."),
                    ("app_removed", "The authenticator app was removed."),
                    ("key_added", "A passkey was added."),
                    ("key_removed", "A passkey was removed."),
                    ("codes_made", "New recovery codes were made."),
                    ("two_factor_reset", "Two-factor sign-in was reset by the clinic."),
                    ("address_changed", "The email address was changed."),
                    ("name_changed", "The name was changed by the clinic."),
                ],
                max_length=30,
                verbose_name="what",
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("more_roles__contained_by", ["practitioner", "lead", "manager", "front_desk"])
                ),
                name="clinic_membership_known_roles",
            ),
        ),
        migrations.AddField(
            model_name="memberevent",
            name="clinic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.clinic",
                verbose_name="clinic",
            ),
        ),
        migrations.AddField(
            model_name="memberevent",
            name="done_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="by",
            ),
        ),
        migrations.AddField(
            model_name="memberevent",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="clinic.membership",
                verbose_name="member",
            ),
        ),
        migrations.AddConstraint(
            model_name="memberevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "stands_in"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="clinic_memberevent_standing_in_has_a_reason",
            ),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER clinic_memberevent_kept BEFORE UPDATE OR DELETE ON clinic_memberevent "
            "FOR EACH ROW EXECUTE FUNCTION clinic_kept();",
            "DROP TRIGGER clinic_memberevent_kept ON clinic_memberevent;",
        ),
    ]
