"""Since when a passport is known here, and that each expires after its issue."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("residency", "0012_share_codes")]

    operations = [
        migrations.AddField(
            model_name="passport",
            name="updated_on",
            field=models.DateField(editable=False, null=True, verbose_name="recorded or extended here on"),
        ),
        migrations.AddConstraint(
            model_name="passport",
            constraint=models.CheckConstraint(
                condition=models.Q(("issued_on", None), ("expires_on__gt", models.F("issued_on")), _connector="OR"),
                name="passport_period",
            ),
        ),
    ]
