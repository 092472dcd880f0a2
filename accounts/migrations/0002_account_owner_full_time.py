from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="owner_full_time",
            field=models.BooleanField(default=False, verbose_name="the owner works there full time"),
        ),
    ]
