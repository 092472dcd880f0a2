from pkgutil import iter_modules

from django.db import migrations, models

from residency import migrations as today


class Migration(migrations.Migration):
    """A column that may be empty, in the table that everything reads."""

    dependencies = [("residency", max(module.name for module in iter_modules(today.__path__)))]
    operations = [migrations.AddField("resident", "known_tomorrow", models.CharField(max_length=20, null=True))]
