"""Fill in when permits end and who is abroad, and index what the lists of residents ask for, beside a running portal."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Max, Q

BATCH = 5_000


def fill(apps, schema_editor):
    """Touch every person once; the trigger finds what stands. May be run again."""
    residents = apps.get_model("residency", "Resident").objects
    last = residents.aggregate(last=Max("pk"))["last"] or 0
    for start in range(0, last + 1, BATCH):
        residents.filter(pk__gte=start, pk__lt=start + BATCH).update(permit_ends_on=None)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("residency", "0006_standing")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        AddIndexConcurrently(
            "resident",
            models.Index(
                fields=["sponsor", "permit_ends_on", "id"],
                include=["departed_on"],
                condition=Q(left_on=None, deceased_on=None),
                name="resident_sponsor_expiry",
            ),
        ),
        AddIndexConcurrently(
            "resident",
            models.Index(
                fields=["sponsor", "folded", "id"],
                condition=Q(departed_on__isnull=False, left_on=None, deceased_on=None),
                name="resident_sponsor_abroad",
            ),
        ),
        AddIndexConcurrently(
            "resident",
            models.Index(
                fields=["sponsor", "folded", "id"],
                condition=Q(left_on__isnull=False) | Q(deceased_on__isnull=False),
                name="resident_sponsor_gone",
            ),
        ),
    ]
