from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("residency", "0002_parameters"),
    ]

    operations = [
        migrations.AddField(
            model_name="clearance",
            name="reported_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="hold",
            name="reported_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="iqama",
            name="reported_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="movement",
            name="reported_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="passport",
            name="reported_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="visa",
            name="reported_on",
            field=models.DateField(editable=False, null=True),
        ),
    ]
