"""A copy may be what an operation was for: a reprint has a receipt and no page of its own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("operations", "0002_print_taken_by")]

    operations = [
        migrations.AddField(
            model_name="print",
            name="receipt",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="copies", to="operations.receipt"),
        )
    ]
