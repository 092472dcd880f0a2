"""Looks of the public check are counted like tries."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_browsers")]

    operations = [
        migrations.AlterField(
            model_name="attempt",
            name="kind",
            field=models.CharField(choices=[("code", "Code"), ("password", "Password"), ("send", "Send"), ("look", "Look")], max_length=8),
        ),
    ]
