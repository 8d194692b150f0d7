"""Nothing clinical is deleted; what is corrected keeps what it was."""

from django.db import migrations

KEPT = (
    "course",
    "appointment",
    "session",
    "painscore",
    "checkin",
    "alert",
    "correction",
    "clearanceoverride",
)
KEEP = "\n".join(
    [
        *(
            f"CREATE TRIGGER courses_{table}_kept BEFORE DELETE ON courses_{table} "
            "FOR EACH ROW EXECUTE FUNCTION courses_append_only();"
            for table in KEPT
        ),
        "CREATE TRIGGER courses_correction_as_written BEFORE UPDATE ON courses_correction "
        "FOR EACH ROW EXECUTE FUNCTION courses_append_only();",
    ]
)
KEEP_REVERSE = "\n".join(
    [
        "DROP TRIGGER courses_correction_as_written ON courses_correction;",
        *(f"DROP TRIGGER courses_{table}_kept ON courses_{table};" for table in KEPT),
    ]
)
SCORE_IS_CORRECTED = """
CREATE FUNCTION courses_score_is_corrected() RETURNS trigger AS $$
BEGIN
    IF NEW.score <> OLD.score AND to_jsonb(NEW.score) IS DISTINCT FROM (
        SELECT after FROM courses_correction WHERE score_id = OLD.id ORDER BY id DESC LIMIT 1
    ) THEN
        RAISE EXCEPTION 'courses_score_is_corrected: a score is changed by a correction that keeps its old value'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER courses_painscore_is_corrected BEFORE UPDATE OF score ON courses_painscore
    FOR EACH ROW EXECUTE FUNCTION courses_score_is_corrected();
"""
SCORE_IS_CORRECTED_REVERSE = """
DROP TRIGGER courses_painscore_is_corrected ON courses_painscore;
DROP FUNCTION courses_score_is_corrected();
"""
# A correction's `before` holds the whole row that is changed or taken away.
PART_IS_CORRECTED = """
CREATE FUNCTION courses_part_is_corrected() RETURNS trigger AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM courses_correction
        WHERE session_id = OLD.session_id AND field = TG_ARGV[0]
        AND before @> jsonb_build_array(jsonb_build_object('id', OLD.id))
    ) THEN
        RAISE EXCEPTION 'courses_part_is_corrected: rows of % are changed by a correction that keeps them',
            TG_TABLE_NAME USING ERRCODE = 'check_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER courses_needling_is_corrected BEFORE UPDATE OR DELETE ON courses_needling
    FOR EACH ROW EXECUTE FUNCTION courses_part_is_corrected('needlings');
CREATE TRIGGER courses_adverseevent_is_corrected BEFORE DELETE ON courses_adverseevent
    FOR EACH ROW EXECUTE FUNCTION courses_part_is_corrected('adverse_events');
CREATE TRIGGER courses_aftercaregiven_is_corrected BEFORE UPDATE OR DELETE ON courses_aftercaregiven
    FOR EACH ROW EXECUTE FUNCTION courses_part_is_corrected('aftercare');
"""
PART_IS_CORRECTED_REVERSE = """
DROP TRIGGER courses_aftercaregiven_is_corrected ON courses_aftercaregiven;
DROP TRIGGER courses_adverseevent_is_corrected ON courses_adverseevent;
DROP TRIGGER courses_needling_is_corrected ON courses_needling;
DROP FUNCTION courses_part_is_corrected();
"""


class Migration(migrations.Migration):
    dependencies = [("courses", "0004_rule_settings_are_kept")]

    operations = [
        migrations.RunSQL(KEEP, KEEP_REVERSE),
        migrations.RunSQL(SCORE_IS_CORRECTED, SCORE_IS_CORRECTED_REVERSE),
        migrations.RunSQL(PART_IS_CORRECTED, PART_IS_CORRECTED_REVERSE),
    ]
