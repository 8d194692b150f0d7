"""Names as they are searched, birth dates as they are known, two records made one."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

# What is written between or above letters and is no part of a name when names are compared.
DROPPED = "'`´ʼ’‘ʻʹ＇״׳\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"
COMBINING = (
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0640\u064b-\u065f\u0670\u06d6-\u06dc]"
)
BETWEEN = r"[\s.,;:/()\"_+*?!&@#<>=|\[\]{}~·‐-―−、。・，-]+"
# Letters that Unicode does not take apart.
ONE_FOR_ONE = ("łøđðıħŧς", "loddihtσ")
DIGITS = (
    "٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹०१२३४५६७८९০১২৩৪৫৬৭৮৯๐๑๒๓๔๕๖๗๘๙０１２３４５６７８９",
    "0123456789" * 6,
)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


# Every function that is used here is immutable, so that the database itself generates the columns; `unaccent` is not,
# and a backup that is read back would depend on where the extension was installed.
FUNCTIONS = f"""
CREATE FUNCTION patients_plain(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT btrim(regexp_replace(
        replace(replace(replace(replace(translate(
            lower(normalize(regexp_replace(
                normalize(translate(name, {_text(DROPPED)}, ''), NFKD), {_text(COMBINING)}, '', 'g'
            ), NFC)),
            {_text(ONE_FOR_ONE[0])}, {_text(ONE_FOR_ONE[1])}),
            'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'),
        {_text(BETWEEN)}, ' ', 'g'))
$$;

CREATE FUNCTION patients_search_text(given text, family text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    first text := public.patients_plain(given);
    last text := public.patients_plain(family);
    first_joined text := replace(first, ' ', '');
    last_joined text := replace(last, ' ', '');
BEGIN
    RETURN ' ' || first || ' ' || last || ' | ' || first_joined || last_joined || ' ' || last_joined || first_joined || ' ';
END $$;

-- Each word of a name and all that is left of it when one letter is taken away: two words that are one slip
-- apart have one of these in common, which an index finds.
CREATE FUNCTION patients_near(words text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    word text;
    near text[] := ARRAY[]::text[];
BEGIN
    FOREACH word IN ARRAY string_to_array(words, ' ') LOOP
        CONTINUE WHEN word = '';
        near := near || word;
        CONTINUE WHEN length(word) < 3;
        FOR place IN 1..length(word) LOOP
            near := near || overlay(word placing '' from place for 1);
        END LOOP;
    END LOOP;
    RETURN ARRAY(SELECT DISTINCT one FROM unnest(near) AS one ORDER BY one);
END $$;

CREATE FUNCTION patients_search_near(given text, family text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    first text := public.patients_plain(given);
    last text := public.patients_plain(family);
BEGIN
    RETURN public.patients_near(
        first || ' ' || last || ' ' || replace(first, ' ', '') || ' ' || replace(last, ' ', '')
    );
END $$;

CREATE FUNCTION patients_digits(phone text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT regexp_replace(translate(phone, {_text(DIGITS[0])}, {_text(DIGITS[1])}), '[^0-9]', '', 'g')
$$;
"""  # noqa: S608 - constants of this file
FUNCTIONS_REVERSE = """
DROP FUNCTION patients_digits(text);
DROP FUNCTION patients_search_near(text, text);
DROP FUNCTION patients_near(text);
DROP FUNCTION patients_search_text(text, text);
DROP FUNCTION patients_plain(text);
"""
# Rows that point to a patient and stay with the patient when two records become one.
FOLLOWING = (
    "assessment",
    "consent",
    "contactchange",
    "filecorrection",
    "intakedraft",
    "neurocheck",
    "patientpaintype",
    "screening",
    "specialistletter",
)
# Tables whose rows stay as written, with the triggers that held them so until now.
AS_WRITTEN = {
    "consent": {"only_void": "UPDATE", "kept": "DELETE"},
    "contactchange": {"as_written": "UPDATE OR DELETE"},
    "filecorrection": {"as_written": "UPDATE", "kept": "DELETE"},
}
# The functions they call; of all others patients_kept.
CALLED = {"only_void": "clinic_only_void"}
MERGING = "\n".join(
    [
        """
-- Whatever is written for a record that was merged meanwhile is written for the record it went into.
CREATE FUNCTION patients_follow_merge() RETURNS trigger AS $$
DECLARE
    asked bigint := NEW.patient_id;
    target bigint;
BEGIN
    -- A row that stays where it is asks nobody: an answer to an alert would else wait for a report on its patient, and
    -- the report for the alert.
    IF TG_OP = 'UPDATE' AND NEW.patient_id IS NOT DISTINCT FROM OLD.patient_id THEN
        RETURN NEW;
    END IF;
    LOOP
        SELECT merged_into_id INTO target FROM patients_patient WHERE id = NEW.patient_id FOR KEY SHARE;
        EXIT WHEN target IS NULL;
        NEW.patient_id := target;
    END LOOP;
    IF TG_TABLE_NAME = 'courses_alert' AND NEW.patient_id <> asked THEN
        NEW.came_from_id := asked;
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;

-- A row that stays as written may change its patient through a merge that names it, or become void where it can,
-- and in no other way.
CREATE FUNCTION patients_as_written_but_merged() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (to_jsonb(NEW) - 'patient_id') = (to_jsonb(OLD) - 'patient_id') AND EXISTS (
            SELECT 1 FROM patients_patientmerge m
            WHERE m.undone_at IS NULL AND m.moved -> TG_ARGV[0] @> to_jsonb(OLD.id) AND (
                (m.merged_id = OLD.patient_id AND m.kept_id = NEW.patient_id)
                OR (m.kept_id = OLD.patient_id AND m.merged_id = NEW.patient_id)
            )
        ) THEN
            RETURN NEW;
        END IF;
        IF to_jsonb(OLD) ? 'voided_at' AND to_jsonb(OLD)->>'voided_at' IS NULL AND
            to_jsonb(NEW)->>'voided_at' IS NOT NULL AND
            to_jsonb(NEW) - ARRAY['voided_at', 'voided_by_id', 'void_reason'] =
            to_jsonb(OLD) - ARRAY['voided_at', 'voided_by_id', 'void_reason'] THEN
            RETURN NEW;
        END IF;
    ELSIF TG_ARGV[0] = 'patients.consent.patient' AND EXISTS (
        SELECT 1 FROM patients_patientmerge m
        WHERE m.undone_at IS NULL AND m.kept_id = OLD.patient_id AND m.written @> to_jsonb(OLD.id)
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '%: rows of % are never changed or deleted', coalesce(TG_ARGV[1], 'patients_kept'), TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;

-- A merge is filled in while it is made, and undone once; nothing else of it changes.
CREATE FUNCTION patients_merge_is_kept() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.seal = '{}'::jsonb AND OLD.undone_at IS NULL THEN
            RETURN NEW;
        END IF;
        IF OLD.undone_at IS NULL AND (to_jsonb(NEW) - ARRAY['undone_at', 'undone_by_id', 'undo_reason'])
            = (to_jsonb(OLD) - ARRAY['undone_at', 'undone_by_id', 'undo_reason']) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'patients_kept: rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;

CREATE TRIGGER patients_patientmerge_kept BEFORE UPDATE OR DELETE ON patients_patientmerge
    FOR EACH ROW EXECUTE FUNCTION patients_merge_is_kept();
""",
        *(
            f"CREATE TRIGGER patients_{table}_follows_merge BEFORE INSERT OR UPDATE OF patient_id ON patients_{table} "
            "FOR EACH ROW EXECUTE FUNCTION patients_follow_merge();"
            for table in FOLLOWING
        ),
        *(
            "".join(f"DROP TRIGGER patients_{table}_{name} ON patients_{table};" for name in triggers)
            + f"CREATE TRIGGER patients_{table}_as_written BEFORE UPDATE OR DELETE ON patients_{table} "
            f"FOR EACH ROW EXECUTE FUNCTION patients_as_written_but_merged('patients.{table}.patient');"
            for table, triggers in AS_WRITTEN.items()
        ),
    ]
)
MERGING_REVERSE = "\n".join(
    [
        *(
            f"DROP TRIGGER patients_{table}_as_written ON patients_{table};"
            + "".join(
                f"CREATE TRIGGER patients_{table}_{name} BEFORE {events} ON patients_{table} "
                f"FOR EACH ROW EXECUTE FUNCTION {CALLED.get(name, 'patients_kept')}();"
                for name, events in triggers.items()
            )
            for table, triggers in AS_WRITTEN.items()
        ),
        *(f"DROP TRIGGER patients_{table}_follows_merge ON patients_{table};" for table in FOLLOWING),
        "DROP TRIGGER patients_patientmerge_kept ON patients_patientmerge;",
        "DROP FUNCTION patients_merge_is_kept();",
        "DROP FUNCTION patients_as_written_but_merged();",
        "DROP FUNCTION patients_follow_merge();",
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0003_void_and_reopen"),
        ("clinic", "0005_clinics_have_a_country"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS, FUNCTIONS_REVERSE),
        migrations.CreateModel(
            name="PatientMerge",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("reason", models.CharField(max_length=300, verbose_name="why")),
                ("before", models.JSONField(verbose_name="before")),
                ("moved", models.JSONField(verbose_name="moved")),
                ("changed", models.JSONField(default=dict, verbose_name="changed")),
                ("written", models.JSONField(default=list, verbose_name="written")),
                ("seal", models.JSONField(default=dict, verbose_name="seal")),
                ("merged_at", models.DateTimeField(verbose_name="merged")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
                ("undo_reason", models.CharField(blank=True, max_length=300, verbose_name="why undone")),
            ],
            options={
                "verbose_name": "merge of two records",
                "verbose_name_plural": "merges of records",
                "ordering": ["-merged_at", "-pk"],
            },
        ),
        migrations.RemoveIndex(
            model_name="patient",
            name="patients_patient_like_name",
        ),
        migrations.AddField(
            model_name="patient",
            name="birth_year",
            field=models.PositiveSmallIntegerField(
                blank=True, help_text="Where only the year is known.", null=True, verbose_name="year of birth"
            ),
        ),
        migrations.AddField(
            model_name="patient",
            name="merged_into",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged_away",
                to="patients.patient",
            ),
        ),
        migrations.AlterField(
            model_name="consent",
            name="how",
            field=models.CharField(
                choices=[
                    ("signed", "signed on paper"),
                    ("spoken", "in person or by phone"),
                    ("link", "through a link in a mail"),
                    ("merge", "two records merged: ask the patient again"),
                ],
                max_length=10,
                verbose_name="how",
            ),
        ),
        migrations.AlterField(
            model_name="patient",
            name="born_on",
            field=models.DateField(blank=True, null=True, verbose_name="date of birth"),
        ),
        migrations.AlterField(
            model_name="patient",
            name="family_name",
            field=models.CharField(blank=True, max_length=80, verbose_name="family name"),
        ),
        migrations.AlterField(
            model_name="patient",
            name="given_name",
            field=models.CharField(
                blank=True,
                help_text="A person with one name: leave the other one empty.",
                max_length=80,
                verbose_name="given name",
            ),
        ),
        migrations.AddField(
            model_name="patient",
            name="phone_digits",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func("phone", function="patients_digits"),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddField(
            model_name="patient",
            name="search_near",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func("given_name", "family_name", function="patients_search_near"),
                output_field=django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None),
            ),
        ),
        migrations.AddField(
            model_name="patient",
            name="search_text",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func("given_name", "family_name", function="patients_search_text"),
                output_field=models.TextField(),
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Upper("email"), name="gin_trgm_ops"
                ),
                name="patients_patient_by_email",
                fastupdate=False,
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("search_text", name="gin_trgm_ops"),
                name="patients_patient_by_text",
                fastupdate=False,
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_near"], name="patients_patient_near_text", fastupdate=False
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("phone_digits", name="gin_trgm_ops"),
                name="patients_patient_by_phone",
                fastupdate=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("birth_year", None), models.Q(("birth_year__gte", 1900), ("born_on", None)), _connector="OR"
                ),
                name="patients_patient_birth_day_or_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(("family_name", ""), ("given_name", ""), _negated=True),
                name="patients_patient_has_a_name",
                violation_error_message="Enter a name: the given name, the family name or both.",
            ),
        ),
        migrations.AddConstraint(
            model_name="patient",
            constraint=models.CheckConstraint(
                condition=models.Q(("merged_into", models.F("pk")), _negated=True),
                name="patients_patient_not_merged_into_itself",
            ),
        ),
        migrations.AddField(
            model_name="patientmerge",
            name="clinic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.clinic",
                verbose_name="clinic",
            ),
        ),
        migrations.AddField(
            model_name="patientmerge",
            name="kept",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges",
                to="patients.patient",
                verbose_name="record kept",
            ),
        ),
        migrations.AddField(
            model_name="patientmerge",
            name="merged",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merges_away",
                to="patients.patient",
                verbose_name="record merged",
            ),
        ),
        migrations.AddField(
            model_name="patientmerge",
            name="merged_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="merged by",
            ),
        ),
        migrations.AddField(
            model_name="patientmerge",
            name="undone_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="undone by",
            ),
        ),
        migrations.AddConstraint(
            model_name="patientmerge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)),
                fields=("merged",),
                name="patients_patientmerge_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="patientmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("kept", models.F("merged")), _negated=True),
                name="patients_patientmerge_is_of_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="patientmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="patients_patientmerge_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="patientmerge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undo_reason", ""), ("undone_at", None), ("undone_by", None)),
                    models.Q(
                        ("undone_at__isnull", False),
                        ("undone_by__isnull", False),
                        models.Q(("undo_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="patients_patientmerge_undone_by_somebody",
            ),
        ),
        migrations.RunSQL(MERGING, MERGING_REVERSE),
    ]
