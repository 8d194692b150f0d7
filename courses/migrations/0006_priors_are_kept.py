"""A fit and a calibration stay as they were written; only which is in use changes. What happened stays too."""

from django.db import migrations

KEPT = """
CREATE TRIGGER courses_prior_kept BEFORE DELETE OR UPDATE OF clinic_id, version, numbers, comparison, fitted_at
    ON courses_prior FOR EACH ROW EXECUTE FUNCTION courses_append_only();
CREATE TRIGGER courses_alertthreshold_kept BEFORE DELETE OR UPDATE OF clinic_id, version, numbers, rates, calibrated_at
    ON courses_alertthreshold FOR EACH ROW EXECUTE FUNCTION courses_append_only();
CREATE TRIGGER courses_priorevent_append_only BEFORE UPDATE OR DELETE
    ON courses_priorevent FOR EACH ROW EXECUTE FUNCTION courses_append_only();
"""
KEPT_REVERSE = """
DROP TRIGGER courses_priorevent_append_only ON courses_priorevent;
DROP TRIGGER courses_alertthreshold_kept ON courses_alertthreshold;
DROP TRIGGER courses_prior_kept ON courses_prior;
"""


class Migration(migrations.Migration):
    dependencies = [("courses", "0005_corrections_are_kept")]

    operations = [migrations.RunSQL(KEPT, KEPT_REVERSE)]
