"""Authenticator apps by PostgreSQL's clock: django-otp's table under a name of ours."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_account_owner_full_time"), ("otp_totp", "0003_add_timestamps")]

    operations = [
        migrations.CreateModel(
            name="AuthenticatorApp",
            fields=[],
            options={"proxy": True, "indexes": [], "constraints": []},
            bases=("otp_totp.totpdevice",),
        ),
    ]
