"""What no row constraint can say: sessions stay inside their course, histories stay as written."""

from django.db import migrations

SESSION_NOT_BEFORE_COURSE = """
CREATE FUNCTION courses_session_not_before_course() RETURNS trigger AS $$
BEGIN
    IF TG_TABLE_NAME = 'courses_session' THEN
        IF EXISTS (
            SELECT 1 FROM courses_course c JOIN clinic_clinic k ON k.id = c.clinic_id
            WHERE c.id = NEW.course_id AND (NEW.held_at AT TIME ZONE k.zone)::date < c.starts_on
        ) THEN
            RAISE EXCEPTION 'courses_session_not_before_course' USING ERRCODE = 'check_violation';
        END IF;
    ELSIF EXISTS (
        SELECT 1 FROM courses_session s JOIN clinic_clinic k ON k.id = NEW.clinic_id
        WHERE s.course_id = NEW.id AND (s.held_at AT TIME ZONE k.zone)::date < NEW.starts_on
    ) THEN
        RAISE EXCEPTION 'courses_session_not_before_course' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER courses_session_not_before_course BEFORE INSERT OR UPDATE OF held_at, course_id ON courses_session
    FOR EACH ROW EXECUTE FUNCTION courses_session_not_before_course();
CREATE TRIGGER courses_course_not_after_session BEFORE UPDATE OF starts_on ON courses_course
    FOR EACH ROW EXECUTE FUNCTION courses_session_not_before_course();
"""
SESSION_NOT_BEFORE_COURSE_REVERSE = """
DROP TRIGGER courses_course_not_after_session ON courses_course;
DROP TRIGGER courses_session_not_before_course ON courses_session;
DROP FUNCTION courses_session_not_before_course();
"""
APPEND_ONLY = """
CREATE FUNCTION courses_append_only() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'courses_append_only: rows of % are never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;

CREATE TRIGGER courses_alertevent_append_only BEFORE UPDATE OR DELETE ON courses_alertevent
    FOR EACH ROW EXECUTE FUNCTION courses_append_only();
CREATE TRIGGER courses_redflagreport_kept BEFORE DELETE ON courses_redflagreport
    FOR EACH ROW EXECUTE FUNCTION courses_append_only();
"""
APPEND_ONLY_REVERSE = """
DROP TRIGGER courses_redflagreport_kept ON courses_redflagreport;
DROP TRIGGER courses_alertevent_append_only ON courses_alertevent;
DROP FUNCTION courses_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("courses", "0001_initial")]

    operations = [
        migrations.RunSQL(SESSION_NOT_BEFORE_COURSE, SESSION_NOT_BEFORE_COURSE_REVERSE),
        migrations.RunSQL(APPEND_ONLY, APPEND_ONLY_REVERSE),
    ]
