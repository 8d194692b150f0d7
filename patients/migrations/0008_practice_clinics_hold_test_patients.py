"""A patient of a practice clinic is a test patient, whoever writes the row."""

from django.db import migrations

FORWARDS = """
CREATE FUNCTION patients_patient_of_practice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT practice_of_id IS NOT NULL FROM clinic_clinic WHERE id = NEW.clinic_id) THEN
        NEW.is_training := true;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER patients_patient_of_practice BEFORE INSERT ON patients_patient
    FOR EACH ROW EXECUTE FUNCTION patients_patient_of_practice();
"""
BACKWARDS = """
DROP TRIGGER patients_patient_of_practice ON patients_patient;
DROP FUNCTION patients_patient_of_practice();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0007_plainer_words"),
        ("clinic", "0018_practice_clinics"),
    ]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
