"""An index of the visas that may still matter, for the lists and reminders of those whose last day is near."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("residency", "0010_corrections")]

    operations = [
        migrations.AddIndex(
            model_name="visa",
            index=models.Index(
                fields=["resident", "issued_on"],
                condition=models.Q(("cancelled_on", None), ("fined_on", None), ("used_on", None)),
                name="visa_open",
            ),
        ),
    ]
