"""Messages are never thinned out; who changed a member's address stays as written."""

from django.db import migrations

MAKE = """
CREATE FUNCTION clinic_kept() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'clinic_kept: rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;

CREATE TRIGGER clinic_addresschange_kept BEFORE UPDATE OR DELETE ON clinic_addresschange
    FOR EACH ROW EXECUTE FUNCTION clinic_kept();
CREATE TRIGGER clinic_message_kept BEFORE DELETE ON clinic_message
    FOR EACH ROW EXECUTE FUNCTION clinic_kept();
"""
UNMAKE = """
DROP TRIGGER clinic_message_kept ON clinic_message;
DROP TRIGGER clinic_addresschange_kept ON clinic_addresschange;
DROP FUNCTION clinic_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("clinic", "0001_initial")]

    operations = [migrations.RunSQL(MAKE, UNMAKE)]
