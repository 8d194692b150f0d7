"""A record is a test patient's or a real one's from its first day: switching it later would silence red flags."""

from django.db import migrations, models

FORWARDS = """
CREATE FUNCTION patients_patient_stays_real() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'whether a record is a test patient is set when it is made'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'patients_patient_test_from_the_start';
END $$;

CREATE TRIGGER patients_patient_test_from_the_start BEFORE UPDATE OF is_training ON patients_patient
    FOR EACH ROW WHEN (OLD.is_training IS DISTINCT FROM NEW.is_training)
    EXECUTE FUNCTION patients_patient_stays_real();
"""
BACKWARDS = """
DROP TRIGGER patients_patient_test_from_the_start ON patients_patient;
DROP FUNCTION patients_patient_stays_real();
"""


class Migration(migrations.Migration):
    dependencies = [("patients", "0005_test_patients")]

    operations = [
        migrations.AlterField(
            model_name="patient",
            name="is_training",
            field=models.BooleanField(
                default=False,
                help_text="For practice: no alerts or emails are sent, and no figure counts it. It cannot be changed later.",
                verbose_name="test patient",
            ),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
