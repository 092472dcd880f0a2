"""How often a journey's time was lengthened, where it could be lengthened only once."""

from django.db import migrations, models


def count(apps, schema_editor):
    apps.get_model("accounts", "OperationToken").objects.exclude(extended_at=None).update(extensions=1)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_looks")]
    operations = [
        migrations.AddField("operationtoken", "extensions", models.PositiveSmallIntegerField(default=0)),
        migrations.RunPython(count, migrations.RunPython.noop),
        migrations.RemoveField("operationtoken", "extended_at"),
        migrations.AddConstraint("operationtoken", models.CheckConstraint(condition=models.Q(extensions__lte=10), name="token_extensions")),
    ]
