"""Versions of the rules' bounds stay as written: an alert names the one it was judged by."""

from django.db import migrations

KEPT = """
CREATE TRIGGER courses_rulesettings_append_only BEFORE UPDATE OR DELETE ON courses_rulesettings
    FOR EACH ROW EXECUTE FUNCTION courses_append_only();
CREATE TRIGGER courses_silence_kept BEFORE DELETE ON courses_silence
    FOR EACH ROW EXECUTE FUNCTION courses_append_only();
"""
KEPT_REVERSE = """
DROP TRIGGER courses_silence_kept ON courses_silence;
DROP TRIGGER courses_rulesettings_append_only ON courses_rulesettings;
"""


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_history_is_kept")]

    operations = [migrations.RunSQL(KEPT, KEPT_REVERSE)]
