"""What all people together try and are sent is counted by kind and moment, while the portal runs."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0006_extensions")]
    operations = [
        migrations.AlterModelOptions("attempt", {"verbose_name": "counted try", "verbose_name_plural": "counted tries"}),
        AddIndexConcurrently("attempt", models.Index(fields=["kind", "at"], name="attempt_kind")),
        migrations.AlterField(
            "attempt",
            "kind",
            models.CharField(
                choices=[("code", "wrong code"), ("password", "wrong password"), ("send", "code sent"), ("look", "public check")],
                max_length=8,
            ),
        ),
    ]
