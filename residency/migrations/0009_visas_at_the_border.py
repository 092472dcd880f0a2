"""What the border makes of a visa: when somebody left with it and came back, and when it was used up.

Crossings come late, in any order, and are corrected and withdrawn; they come by import and from the administration.
Triggers work out what they mean whenever a crossing or a visa is written, from all rows there are, so that no order of
arrival and no door can leave something else behind. A crossing that names no visa belongs to the newest one that was
good on its day.
"""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db import migrations, models
from django.db.models import F, Func, Q, Value

BORDER = """
-- Whether somebody may leave with a visa on a day; a multiple one also after its first trip.
CREATE FUNCTION residency_visa_covers(visa residency_visa, day date) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT visa.kind IN ('single', 'multiple', 'final')
       AND day BETWEEN visa.issued_on AND CASE visa.kind WHEN 'multiple' THEN visa.ends_on ELSE coalesce(visa.leave_before, visa.ends_on) END
       AND (visa.cancelled_on IS NULL OR visa.cancelled_on > day)
$$;

-- The first departure with a visa, and the return from its last one. A single visa and a final one have one trip.
CREATE FUNCTION residency_visa_travels(visa residency_visa, OUT travelled_on date, OUT returned_on date)
LANGUAGE plpgsql STABLE AS $$
DECLARE
    departures residency_movement[];
    last residency_movement;
BEGIN
    IF visa.kind NOT IN ('single', 'multiple', 'final') THEN
        RETURN;
    END IF;
    SELECT array_agg(movement ORDER BY movement.crossed_on, movement.id) INTO departures
    FROM residency_movement movement
    WHERE movement.resident_id = visa.resident_id AND movement.direction = 'out'
      AND (movement.visa_id = visa.id OR movement.visa_id IS NULL AND residency_visa_covers(visa, movement.crossed_on) AND NOT EXISTS (
          SELECT FROM residency_visa other
          WHERE other.resident_id = visa.resident_id AND other.id <> visa.id
            AND (other.issued_on, other.id) > (visa.issued_on, visa.id) AND residency_visa_covers(other, movement.crossed_on)));
    IF departures IS NULL THEN
        RETURN;
    END IF;
    last := departures[CASE visa.kind WHEN 'multiple' THEN cardinality(departures) ELSE 1 END];
    travelled_on := departures[1].crossed_on;
    SELECT movement.crossed_on INTO returned_on FROM residency_movement movement
    WHERE movement.resident_id = visa.resident_id AND movement.direction = 'in'
      AND (movement.crossed_on, movement.id) > (last.crossed_on, last.id)
    ORDER BY movement.crossed_on, movement.id LIMIT 1;
END
$$;

-- By its crossings: a single visa is used up by the return, a final one by the departure.
CREATE FUNCTION residency_visa_used_up(visa residency_visa) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE visa.kind WHEN 'single' THEN visa.returned_on WHEN 'final' THEN visa.travelled_on END
$$;

-- Whatever is written into the columns, what stands there is the truth. A day of use that was reported stays.
CREATE FUNCTION residency_visa_stands() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before date := CASE TG_OP WHEN 'UPDATE' THEN residency_visa_used_up(OLD) END;
    after date;
BEGIN
    SELECT * INTO NEW.travelled_on, NEW.returned_on FROM residency_visa_travels(NEW);
    after := residency_visa_used_up(NEW);
    IF NEW.used_on IS NOT NULL AND NEW.used_on IS DISTINCT FROM before THEN
        RETURN NEW;
    END IF;
    -- A crossing was withdrawn and another visa was granted meanwhile: this one does not open again beside it.
    IF after IS NULL AND before IS NOT NULL AND EXISTS (
        SELECT FROM residency_visa other
        WHERE other.resident_id = NEW.resident_id AND other.id <> NEW.id AND other.kind IN ('single', 'multiple', 'final')
          AND other.cancelled_on IS NULL AND other.used_on IS NULL AND other.fined_on IS NULL
          AND daterange(other.issued_on, other.ends_on, '[]') && daterange(NEW.issued_on, NEW.ends_on, '[]')) THEN
        after := before;
    END IF;
    NEW.used_on := after;
    RETURN NEW;
END
$$;
CREATE TRIGGER residency_visa_stands BEFORE INSERT OR UPDATE ON residency_visa
    FOR EACH ROW EXECUTE FUNCTION residency_visa_stands();

-- Only those visas are written for which the crossings mean something else than before; at last there are none.
-- The person is locked before the visa, as an operation does: otherwise each could hold the row that the other waits for.
CREATE FUNCTION residency_travel_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    concerned bigint[];
BEGIN
    PERFORM FROM residency_resident WHERE id IN (SELECT resident_id FROM changed) ORDER BY id FOR NO KEY UPDATE;
    SELECT array_agg(visa.id) INTO concerned
    FROM (SELECT DISTINCT resident_id FROM changed) each
    JOIN residency_visa visa ON visa.resident_id = each.resident_id
    CROSS JOIN LATERAL residency_visa_travels(visa) truth
    WHERE (visa.travelled_on, visa.returned_on) IS DISTINCT FROM (truth.travelled_on, truth.returned_on);
    IF concerned IS NOT NULL THEN
        UPDATE residency_visa SET travelled_on = NULL WHERE id = ANY (concerned);
    END IF;
    RETURN NULL;
END
$$;

-- Who left with a final exit visa and did not come back has left for good.
CREATE FUNCTION residency_left_for_good(visa residency_visa) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN visa.kind = 'final' AND visa.cancelled_on IS NULL AND visa.returned_on IS NULL THEN visa.used_on END
$$;
CREATE FUNCTION residency_final_exit_used() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before date := CASE WHEN TG_OP <> 'INSERT' THEN residency_left_for_good(OLD) END;
    after date := CASE WHEN TG_OP <> 'DELETE' THEN residency_left_for_good(NEW) END;
BEGIN
    IF before IS DISTINCT FROM after THEN
        UPDATE residency_resident SET left_on = after
        WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.resident_id ELSE NEW.resident_id END AND (left_on IS NULL OR left_on = before);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER residency_final_exit_used AFTER INSERT OR UPDATE OR DELETE ON residency_visa
    FOR EACH ROW EXECUTE FUNCTION residency_final_exit_used();

CREATE FUNCTION residency_departure_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.left_on IS NULL THEN
        NEW.left_on := (SELECT max(residency_left_for_good(visa)) FROM residency_visa visa WHERE visa.resident_id = NEW.id);
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER residency_departure_stands BEFORE UPDATE OF left_on ON residency_resident
    FOR EACH ROW EXECUTE FUNCTION residency_departure_stands();
"""

NO_BORDER = """
DROP FUNCTION residency_departure_stands() CASCADE;
DROP FUNCTION residency_final_exit_used() CASCADE;
DROP FUNCTION residency_left_for_good(residency_visa);
DROP FUNCTION residency_travel_changed() CASCADE;
DROP FUNCTION residency_visa_stands() CASCADE;
DROP FUNCTION residency_visa_used_up(residency_visa);
DROP FUNCTION residency_visa_travels(residency_visa);
DROP FUNCTION residency_visa_covers(residency_visa, date);
"""

# An update may take a row from one person to another: both are looked at.
FOLLOWING = "\n".join(
    f"CREATE TRIGGER {table}_{name} AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed "
    "FOR EACH STATEMENT EXECUTE FUNCTION residency_travel_changed();"
    for table in ("residency_movement", "residency_visa")
    for name, event, rows in (
        ("travel_added", "INSERT", "NEW"),
        ("travel_changed", "UPDATE", "NEW"),
        ("travel_taken", "UPDATE", "OLD"),
        ("travel_removed", "DELETE", "OLD"),
    )
)


def one_open(condition):
    """One open visa of a person at a time."""
    return ExclusionConstraint(
        name="visa_one_open",
        expressions=[
            (
                Func(F("resident"), F("resident"), Value("[]"), function="int8range", output_field=BigIntegerRangeField()),
                RangeOperators.OVERLAPS,
            ),
            (
                Func(F("issued_on"), F("ends_on"), Value("[]"), function="daterange", output_field=DateRangeField()),
                RangeOperators.OVERLAPS,
            ),
        ],
        condition=condition,
    )


class Migration(migrations.Migration):
    dependencies = [("residency", "0008_views_append_only")]

    operations = [
        migrations.AddField(model_name="visa", name="fined_on", field=models.DateField(blank=True, null=True, verbose_name="fine paid on")),
        migrations.AddField(model_name="visa", name="travelled_on", field=models.DateField(editable=False, null=True)),
        migrations.AddField(model_name="visa", name="returned_on", field=models.DateField(editable=False, null=True)),
        migrations.RemoveConstraint(model_name="visa", name="visa_one_open"),
        migrations.AddConstraint(
            model_name="visa",
            constraint=one_open(Q(cancelled_on=None, used_on=None, fined_on=None, kind__in=["single", "multiple", "final"])),
        ),
        migrations.RunSQL(BORDER, NO_BORDER),
        migrations.RunSQL(FOLLOWING, migrations.RunSQL.noop),
        migrations.RunSQL("UPDATE residency_visa SET travelled_on = NULL", migrations.RunSQL.noop),
    ]
