"""What is void stays void, and voiding changes nothing else of a row that is kept as written."""

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION clinic_void_once() RETURNS trigger AS $$
BEGIN
    IF OLD.voided_at IS NOT NULL AND (NEW.voided_at, NEW.voided_by_id, NEW.void_reason)
        IS DISTINCT FROM (OLD.voided_at, OLD.voided_by_id, OLD.void_reason) THEN
        RAISE EXCEPTION 'clinic_void_once: a void row of % stays void, as it was said then', TG_TABLE_NAME
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;

CREATE FUNCTION clinic_only_void() RETURNS trigger AS $$
BEGIN
    IF OLD.voided_at IS NULL AND NEW.voided_at IS NOT NULL AND
        to_jsonb(NEW) - ARRAY['voided_at', 'voided_by_id', 'void_reason'] =
        to_jsonb(OLD) - ARRAY['voided_at', 'voided_by_id', 'void_reason'] THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'clinic_only_void: rows of % stay as written; they can only be voided', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
"""
REVERSE = "DROP FUNCTION clinic_only_void(); DROP FUNCTION clinic_void_once();"


class Migration(migrations.Migration):
    dependencies = [("clinic", "0010_account_door")]

    operations = [migrations.RunSQL(FUNCTIONS, REVERSE)]
