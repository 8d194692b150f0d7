"""What a patient answered stays as written; a score is changed by a correction, or by the patient's later answer."""

from django.db import migrations

KEPT = """
CREATE TRIGGER courses_checkinanswer_as_written BEFORE UPDATE OR DELETE ON courses_checkinanswer
    FOR EACH ROW EXECUTE FUNCTION courses_append_only();
"""
KEPT_REVERSE = "DROP TRIGGER courses_checkinanswer_as_written ON courses_checkinanswer;"
OR_ANSWERED_ANEW = """
CREATE OR REPLACE FUNCTION courses_score_is_corrected() RETURNS trigger AS $$
BEGIN
    IF NEW.score <> OLD.score AND to_jsonb(NEW.score) IS DISTINCT FROM (
        SELECT after FROM courses_correction WHERE score_id = OLD.id ORDER BY id DESC LIMIT 1
    ) AND NEW.score IS DISTINCT FROM (
        SELECT score FROM courses_checkinanswer WHERE check_in_id = OLD.check_in_id AND outcome = 'replaced'
        ORDER BY id DESC LIMIT 1
    ) THEN
        RAISE EXCEPTION 'courses_score_is_corrected: a score is changed by a correction that keeps its old value'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
"""
OR_ANSWERED_ANEW_REVERSE = """
CREATE OR REPLACE FUNCTION courses_score_is_corrected() RETURNS trigger AS $$
BEGIN
    IF NEW.score <> OLD.score AND to_jsonb(NEW.score) IS DISTINCT FROM (
        SELECT after FROM courses_correction WHERE score_id = OLD.id ORDER BY id DESC LIMIT 1
    ) THEN
        RAISE EXCEPTION 'courses_score_is_corrected: a score is changed by a correction that keeps its old value'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0011_check_in_answers"),
    ]

    operations = [
        migrations.RunSQL(KEPT, KEPT_REVERSE),
        migrations.RunSQL(OR_ANSWERED_ANEW, OR_ANSWERED_ANEW_REVERSE),
    ]
