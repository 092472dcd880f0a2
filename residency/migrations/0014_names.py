"""Since when a name is written here as the passport writes it, and that no Latin name holds Arabic letters."""

from django.db import migrations, models

ARABIC = "[\u0600-\u06ff]"


class Migration(migrations.Migration):
    dependencies = [("residency", "0013_passports")]

    operations = [
        migrations.AddField(
            model_name="resident",
            name="name_corrected_on",
            field=models.DateField(editable=False, null=True, verbose_name="name in Latin letters corrected here on"),
        ),
        migrations.AddConstraint(
            model_name="resident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("first_en__regex", ARABIC), _negated=True),
                    models.Q(("father_en__regex", ARABIC), _negated=True),
                    models.Q(("grandfather_en__regex", ARABIC), _negated=True),
                    models.Q(("family_en__regex", ARABIC), _negated=True),
                ),
                name="resident_latin_name",
            ),
        ),
    ]
