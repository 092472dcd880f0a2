"""What lists of residents are filtered and sorted by stands on the person: when the permit ends, and since when they are abroad.

The columns follow permits and crossings by triggers: an import, a renewal and the administration cannot forget them, and
a row that is saved with old values gets the right ones.
"""

from django.db import migrations, models

STANDING = """
CREATE FUNCTION residency_permit_end(person bigint) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT expires_on FROM residency_iqama WHERE resident_id = person ORDER BY version DESC LIMIT 1
$$;
CREATE FUNCTION residency_departure(person bigint) RETURNS date LANGUAGE sql STABLE AS $$
    SELECT CASE direction WHEN 'out' THEN crossed_on END FROM residency_movement
    WHERE resident_id = person ORDER BY crossed_on DESC, id DESC LIMIT 1
$$;

-- Whatever is written into the columns, what stands there is the truth.
CREATE FUNCTION residency_resident_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.permit_ends_on := residency_permit_end(NEW.id);
    NEW.departed_on := residency_departure(NEW.id);
    RETURN NEW;
END
$$;
CREATE TRIGGER residency_resident_stands BEFORE UPDATE OF permit_ends_on, departed_on ON residency_resident
    FOR EACH ROW EXECUTE FUNCTION residency_resident_stands();

-- Only those are looked at whose papers changed, and only those written whom it concerns: nobody waits for the others.
CREATE FUNCTION residency_permit_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH truth AS MATERIALIZED (
        SELECT resident_id, residency_permit_end(resident_id) AS ends_on FROM (SELECT DISTINCT resident_id FROM changed) each
    )
    UPDATE residency_resident SET permit_ends_on = ends_on
    FROM truth WHERE id = resident_id AND permit_ends_on IS DISTINCT FROM ends_on;
    RETURN NULL;
END
$$;
CREATE FUNCTION residency_place_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH truth AS MATERIALIZED (
        SELECT resident_id, residency_departure(resident_id) AS since_on FROM (SELECT DISTINCT resident_id FROM changed) each
    )
    UPDATE residency_resident SET departed_on = since_on
    FROM truth WHERE id = resident_id AND departed_on IS DISTINCT FROM since_on;
    RETURN NULL;
END
$$;
"""

NO_STANDING = """
DROP FUNCTION residency_place_changed() CASCADE;
DROP FUNCTION residency_permit_changed() CASCADE;
DROP FUNCTION residency_resident_stands() CASCADE;
DROP FUNCTION residency_departure(bigint);
DROP FUNCTION residency_permit_end(bigint);
"""

FOLLOWING = "\n".join(
    f"CREATE TRIGGER {table}_{event.lower()}s_followed AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {function}();"
    for table, function in (("residency_iqama", "residency_permit_changed"), ("residency_movement", "residency_place_changed"))
    for event, rows in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)


class Migration(migrations.Migration):
    dependencies = [("residency", "0005_cards")]

    operations = [
        migrations.AddField("resident", "permit_ends_on", models.DateField(editable=False, null=True)),
        migrations.AddField("resident", "departed_on", models.DateField(editable=False, null=True)),
        migrations.RunSQL(STANDING, NO_STANDING),
        migrations.RunSQL(FOLLOWING, migrations.RunSQL.noop),
    ]
