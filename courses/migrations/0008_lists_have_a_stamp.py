"""Whatever changes a list of the session form gives the clinic another stamp: what was read before is read again."""

from django.db import migrations

LISTS = ("redflag", "adverseeventitem", "aftercaremeasure", "point")
EVENTS = (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
FUNCTION = """
CREATE FUNCTION courses_list_changed() RETURNS trigger AS $$
BEGIN
    UPDATE clinic_clinic SET lists_stamp = gen_random_uuid() WHERE id IN (SELECT clinic_id FROM changed);
    RETURN NULL;
END $$ LANGUAGE plpgsql;
"""
TRIGGERS = "\n".join(
    f"CREATE TRIGGER courses_{table}_stamps_{event.lower()} AFTER {event} ON courses_{table} "
    f"REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION courses_list_changed();"
    for table in LISTS
    for event, rows in EVENTS
)
TRIGGERS_REVERSE = "\n".join(
    f"DROP TRIGGER courses_{table}_stamps_{event.lower()} ON courses_{table};"
    for table in LISTS
    for event, _rows in EVENTS
)


class Migration(migrations.Migration):
    dependencies = [("courses", "0007_hand_overs"), ("clinic", "0003_clinic_lists_stamp")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION courses_list_changed();"),
        migrations.RunSQL(TRIGGERS, TRIGGERS_REVERSE),
    ]
