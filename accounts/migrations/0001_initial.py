"""People, accounts, packages, money and tokens; entries of money are append-only."""

import uuid
from decimal import Decimal

import django.contrib.auth.models
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import muqeem.clock

APPEND_ONLY = """
CREATE TRIGGER accounts_entry_append_only BEFORE UPDATE OR DELETE ON accounts_entry
    FOR EACH ROW EXECUTE FUNCTION muqeem_append_only();
CREATE TRIGGER accounts_entry_never_emptied BEFORE TRUNCATE ON accounts_entry
    FOR EACH STATEMENT EXECUTE FUNCTION muqeem_never_emptied();
"""

MUTABLE = """
DROP TRIGGER accounts_entry_append_only ON accounts_entry;
DROP TRIGGER accounts_entry_never_emptied ON accounts_entry;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("auth", "0012_alter_user_first_name_max_length"), ("record", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Office",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=10, unique=True, verbose_name="code")),
                ("name_ar", models.CharField(max_length=100, verbose_name="name in Arabic")),
                ("name_en", models.CharField(max_length=100, verbose_name="name in English")),
            ],
            options={"verbose_name": "passport office", "verbose_name_plural": "passport offices"},
        ),
        migrations.CreateModel(
            name="Package",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.SlugField(unique=True, verbose_name="code")),
                ("name_ar", models.CharField(max_length=100, verbose_name="name in Arabic")),
                ("name_en", models.CharField(max_length=100, verbose_name="name in English")),
                (
                    "operations",
                    models.PositiveIntegerField(blank=True, help_text="Empty: unlimited.", null=True, verbose_name="operations"),
                ),
                ("residents_up_to", models.PositiveIntegerField(blank=True, null=True, verbose_name="residents up to")),
                ("price", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="price before VAT")),
                ("is_demonstration", models.BooleanField(default=False, verbose_name="demonstration price")),
            ],
            options={"verbose_name": "package", "verbose_name_plural": "packages"},
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("username", models.CharField(max_length=150, unique=True, verbose_name="user name")),
                ("name_ar", models.CharField(max_length=150, verbose_name="name in Arabic")),
                ("name_en", models.CharField(max_length=150, verbose_name="name in English")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "language",
                    models.CharField(choices=[("ar", "Arabic"), ("en", "English")], default="ar", max_length=2, verbose_name="language"),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("is_staff", models.BooleanField(default=False, verbose_name="portal staff")),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "office",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.office",
                        verbose_name="passport office",
                    ),
                ),
            ],
            options={"verbose_name": "user", "verbose_name_plural": "users"},
            managers=[("objects", django.contrib.auth.models.UserManager())],
        ),
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(max_length=10, unique=True, verbose_name="number")),
                ("name_ar", models.CharField(max_length=200, verbose_name="name in Arabic")),
                ("name_en", models.CharField(blank=True, max_length=200, verbose_name="name in English")),
                ("saudis", models.PositiveIntegerField(default=0, verbose_name="Saudi workers")),
                ("expatriates", models.PositiveIntegerField(default=0, verbose_name="expatriate workers")),
                ("reported_on", models.DateField(editable=False, null=True)),
            ],
            options={
                "verbose_name": "account",
                "verbose_name_plural": "accounts",
                "constraints": [models.CheckConstraint(condition=models.Q(("number__regex", "^[127][0-9]{9}$")), name="account_number")],
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=64)),
                ("kind", models.CharField(choices=[("code", "Code"), ("password", "Password"), ("send", "Send")], max_length=8)),
                ("at", models.DateTimeField(db_default=muqeem.clock.Now())),
                ("answered", models.BooleanField(default=False)),
            ],
            options={"indexes": [models.Index(fields=["name", "kind", "at"], name="attempt_name")]},
        ),
        migrations.CreateModel(
            name="Branch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name_ar", models.CharField(max_length=100, verbose_name="name in Arabic")),
                ("name_en", models.CharField(blank=True, max_length=100, verbose_name="name in English")),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="branches", to="accounts.account")),
            ],
            options={"verbose_name": "branch", "verbose_name_plural": "branches"},
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("is_main", models.BooleanField(default=False, verbose_name="main user")),
                (
                    "privileges",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50), blank=True, default=list, size=None, verbose_name="privileges"
                    ),
                ),
                ("created_at", models.DateTimeField(db_default=muqeem.clock.Now())),
                ("suspended_at", models.DateTimeField(blank=True, null=True)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="accounts.account"),
                ),
                ("branches", models.ManyToManyField(blank=True, to="accounts.branch", verbose_name="limited to branches")),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={"verbose_name": "membership", "verbose_name_plural": "memberships"},
        ),
        migrations.CreateModel(
            name="OperationToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("slug", models.CharField(max_length=50)),
                ("method", models.CharField(choices=[("text", "text message"), ("app", "authenticator app")], max_length=4)),
                ("prefill", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(db_default=muqeem.clock.Now())),
                ("sends", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("verified_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("extended_at", models.DateTimeField(null=True)),
                ("data", models.JSONField(null=True)),
                ("shown", models.JSONField(null=True)),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                ("used_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to="accounts.account"),
                ),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to=settings.AUTH_USER_MODEL),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PhoneDevice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="The human-readable name of this device.", max_length=64)),
                ("confirmed", models.BooleanField(default=True, help_text="Is this device ready for use?")),
                ("number", models.CharField(max_length=16, verbose_name="mobile number")),
                (
                    "user",
                    models.ForeignKey(
                        help_text="The user that this device belongs to.",
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "phone", "verbose_name_plural": "phones"},
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(verbose_name="starts on")),
                ("ends_on", models.DateField(verbose_name="ends on")),
                (
                    "operations_left",
                    models.IntegerField(blank=True, help_text="Empty: unlimited.", null=True, verbose_name="operations left"),
                ),
                ("operations_spent", models.PositiveIntegerField(default=0, verbose_name="operations spent")),
                (
                    "account",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="subscriptions", to="accounts.account"),
                ),
                ("package", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="accounts.package")),
            ],
            options={"verbose_name": "subscription", "verbose_name_plural": "subscriptions"},
        ),
        migrations.CreateModel(
            name="Wallet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("balance", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=12, verbose_name="balance")),
                (
                    "account",
                    models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="wallet", to="accounts.account"),
                ),
            ],
            options={"verbose_name": "wallet", "verbose_name_plural": "wallets"},
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=muqeem.clock.Now(), verbose_name="at")),
                (
                    "kind",
                    models.CharField(
                        choices=[("credit", "credit"), ("operation", "fees of an operation")], max_length=12, verbose_name="kind"
                    ),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="amount")),
                ("balance", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="balance")),
                ("reference", models.CharField(max_length=64, verbose_name="reference")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
                ("actor", models.CharField(max_length=150, verbose_name="by")),
                ("wallet", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="accounts.wallet")),
            ],
            options={"verbose_name": "wallet entry", "verbose_name_plural": "wallet entries"},
        ),
        migrations.AddConstraint(
            model_name="branch", constraint=models.UniqueConstraint(fields=("account", "name_ar"), name="branch_once")
        ),
        migrations.AddConstraint(
            model_name="membership", constraint=models.UniqueConstraint(fields=("user", "account"), name="membership_once")
        ),
        migrations.AddIndex(model_name="operationtoken", index=models.Index(fields=["user", "-id"], name="token_user")),
        migrations.AddConstraint(
            model_name="operationtoken", constraint=models.CheckConstraint(condition=models.Q(("tries__lte", 5)), name="token_tries")
        ),
        migrations.AddConstraint(
            model_name="operationtoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("verified_at", None), ("expires_at__isnull", False), _connector="OR"), name="token_verified_expires"
            ),
        ),
        migrations.AddConstraint(
            model_name="operationtoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("used_at", None), ("verified_at__isnull", False), _connector="OR"), name="token_used_verified"
            ),
        ),
        migrations.AddConstraint(
            model_name="operationtoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("used_at", None), ("closed_at", None), _connector="OR"), name="token_used_or_closed"
            ),
        ),
        migrations.AddConstraint(
            model_name="operationtoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("data", None), ("verified_at__isnull", False), _connector="OR"), name="token_data_verified"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(condition=models.Q(("operations_left__gte", 0)), name="subscription_not_overspent"),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(condition=models.Q(("ends_on__gte", models.F("starts_on"))), name="subscription_period"),
        ),
        migrations.AddConstraint(
            model_name="wallet", constraint=models.CheckConstraint(condition=models.Q(("balance__gte", 0)), name="wallet_not_overdrawn")
        ),
        migrations.AddConstraint(model_name="entry", constraint=models.UniqueConstraint(fields=("kind", "reference"), name="entry_once")),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(condition=models.Q(("balance__gte", 0)), name="entry_balance_not_negative"),
        ),
        migrations.RunSQL(APPEND_ONLY, MUTABLE),
    ]
