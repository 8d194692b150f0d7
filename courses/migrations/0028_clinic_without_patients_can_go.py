"""A clinic that never had a patient can be removed, with its history of settings and of invitations.

Rows of patients are never deleted, so a clinic without one never had one. The command `remove_clinic` names the
clinic for its own transaction; everything else is refused as before.
"""

from django.db import migrations

MAKE = """
CREATE FUNCTION clinic_is_being_removed(old jsonb) RETURNS boolean AS $$
    SELECT coalesce(
        current_setting('clinic.removing', true) = (old->>'clinic_id')
        AND NOT EXISTS (SELECT 1 FROM patients_patient p WHERE p.clinic_id = (old->>'clinic_id')::bigint),
        false
    )
$$ LANGUAGE sql STABLE;
"""

FUNCTION = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$
BEGIN
    {goes}
    RAISE EXCEPTION '{name}: rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
"""
GOES = "IF TG_OP = 'DELETE' AND clinic_is_being_removed(to_jsonb(OLD)) THEN RETURN OLD; END IF;"
NAMES = ("clinic_kept", "courses_append_only")


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0027_reminder_label"),
        ("clinic", "0017_several_roles"),
        ("patients", "0007_plainer_words"),
    ]

    operations = [
        migrations.RunSQL(MAKE, "DROP FUNCTION clinic_is_being_removed(jsonb)"),
        *(
            migrations.RunSQL(FUNCTION.format(name=name, goes=GOES), FUNCTION.format(name=name, goes=""))
            for name in NAMES
        ),
    ]
