"""Back-up codes that were kept as they are: of each only its mark is kept from now on, and it stays good."""

from typing import Any

from django.db import migrations

from muqeem.codes import backup_mark


def mark(apps: Any, schema_editor: Any) -> None:
    StaticToken = apps.get_model("otp_static", "StaticToken")
    for token in StaticToken.objects.select_related("device__user").iterator():
        token.token = backup_mark(str(token.device.user.uuid), token.token)
        token.save(update_fields=["token"])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0013_four_eyes"),
        ("otp_static", "0003_add_timestamps"),
    ]

    operations = [migrations.RunPython(mark, elidable=True)]
