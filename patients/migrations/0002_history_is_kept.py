"""A patient's file is never thinned out: records stay, the patient's word and corrections stay as written."""

from django.db import migrations

KEPT = (
    "patient",
    "assessment",
    "imaging",
    "patientpaintype",
    "neurocheck",
    "specialistletter",
    "screening",
    "screeningfinding",
)
AS_WRITTEN = ("consent", "filecorrection", "screeningfinding")
FUNCTION = """
CREATE FUNCTION patients_kept() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'patients_kept: rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
"""


def _trigger(table: str, name: str, events: str) -> str:
    return (
        f"CREATE TRIGGER patients_{table}_{name} BEFORE {events} ON patients_{table} "
        "FOR EACH ROW EXECUTE FUNCTION patients_kept();"
    )


MAKE = "\n".join(
    [
        FUNCTION,
        *(_trigger(table, "kept", "DELETE") for table in KEPT),
        *(_trigger(table, "as_written", "UPDATE") for table in AS_WRITTEN),
        *(_trigger(table, "kept", "DELETE") for table in AS_WRITTEN if table not in KEPT),
    ]
)
UNMAKE = "\n".join(
    [
        *(f"DROP TRIGGER patients_{table}_kept ON patients_{table};" for table in {*KEPT, *AS_WRITTEN}),
        *(f"DROP TRIGGER patients_{table}_as_written ON patients_{table};" for table in AS_WRITTEN),
        "DROP FUNCTION patients_kept();",
    ]
)


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial")]

    operations = [migrations.RunSQL(MAKE, UNMAKE)]
