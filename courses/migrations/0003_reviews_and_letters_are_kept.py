"""Reviews, measures and letters stay as written: a correction is a row of its own."""

from django.db import migrations

TABLES = ("review", "measurescore", "letter", "letterevent")
KEEP = "\n".join(
    f"CREATE TRIGGER courses_{table}_append_only BEFORE UPDATE OR DELETE ON courses_{table} "
    "FOR EACH ROW EXECUTE FUNCTION courses_append_only();"
    for table in TABLES
)
KEEP_REVERSE = "\n".join(f"DROP TRIGGER courses_{table}_append_only ON courses_{table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_history_is_kept")]

    operations = [migrations.RunSQL(KEEP, KEEP_REVERSE)]
