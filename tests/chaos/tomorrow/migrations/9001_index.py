from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Its index, built while everybody works."""

    atomic = False
    dependencies = [("residency", "9000_column")]
    operations = [AddIndexConcurrently("resident", models.Index(fields=["known_tomorrow"], name="resident_tomorrow"))]
