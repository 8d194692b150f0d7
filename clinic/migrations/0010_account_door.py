"""Idle time-out, two-factor sign-in, invitations that are accepted, and what happened to accounts."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0009_kinds_of_faults"),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("password_changed", "The password was changed."),
                            ("app_added", "An authenticator app was added."),
                            ("app_removed", "The authenticator app was removed."),
                            ("key_added", "A passkey was added."),
                            ("key_removed", "A passkey was removed."),
                            ("codes_made", "New recovery codes were made."),
                            ("two_factor_reset", "Two-factor sign-in was reset by the clinic."),
                            ("address_changed", "The email address was changed."),
                        ],
                        max_length=30,
                        verbose_name="what",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="why")),
                ("address_before", models.EmailField(blank=True, max_length=254, verbose_name="address before")),
                ("address_after", models.EmailField(blank=True, max_length=254, verbose_name="address after")),
                ("happened_at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "account event",
                "verbose_name_plural": "account events",
                "ordering": ["-happened_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="SharedCacheRow",
            fields=[
                ("cache_key", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("value", models.TextField()),
                ("expires", models.DateTimeField(db_index=True)),
            ],
            options={
                "db_table": "clinic_shared_cache",
            },
        ),
        migrations.CreateModel(
            name="SignInFailure",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("account", models.CharField(max_length=64)),
                ("address", models.CharField(max_length=64)),
                ("device", models.CharField(blank=True, max_length=64)),
                ("failed_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "wrong password",
                "verbose_name_plural": "wrong passwords",
            },
        ),
        migrations.AddField(
            model_name="clinic",
            name="idle_minutes",
            field=models.PositiveSmallIntegerField(
                default=30,
                help_text="Minutes without any activity, 5 to 720. What was typed is kept in the browser.",
                validators=[
                    django.core.validators.MinValueValidator(5),
                    django.core.validators.MaxValueValidator(720),
                ],
                verbose_name="sign out after",
            ),
        ),
        migrations.AddField(
            model_name="clinic",
            name="two_factor_grace_days",
            field=models.PositiveSmallIntegerField(
                default=14,
                help_text="0 to 90. After that, leads and managers set it up when they sign in.",
                validators=[django.core.validators.MaxValueValidator(90)],
                verbose_name="days to set up two-factor sign-in",
            ),
        ),
        migrations.AddField(
            model_name="membership",
            name="is_pending",
            field=models.BooleanField(default=False, editable=False, verbose_name="invited"),
        ),
        migrations.AddField(
            model_name="user",
            name="last_membership",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="two_factor_asked_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="clinic",
            constraint=models.CheckConstraint(
                condition=models.Q(("idle_minutes__range", (5, 720))), name="clinic_clinic_idle_minutes_make_sense"
            ),
        ),
        migrations.AddField(
            model_name="accountevent",
            name="clinic",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.clinic",
                verbose_name="clinic",
            ),
        ),
        migrations.AddField(
            model_name="accountevent",
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
            model_name="accountevent",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="account_events",
                to=settings.AUTH_USER_MODEL,
                verbose_name="user",
            ),
        ),
        migrations.AddIndex(
            model_name="signinfailure",
            index=models.Index(fields=["account", "failed_at"], name="clinic_signinfailure_account"),
        ),
        migrations.AddIndex(
            model_name="signinfailure",
            index=models.Index(fields=["address", "failed_at"], name="clinic_signinfailure_address"),
        ),
        migrations.AddConstraint(
            model_name="accountevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "two_factor_reset"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="clinic_accountevent_reset_has_a_reason",
            ),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER clinic_accountevent_kept BEFORE UPDATE OR DELETE ON clinic_accountevent "
            "FOR EACH ROW EXECUTE FUNCTION clinic_kept();",
            "DROP TRIGGER clinic_accountevent_kept ON clinic_accountevent;",
        ),
    ]
