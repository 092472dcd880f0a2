"""Bills, and the payments that arrive for them; payments are append-only. The rate of VAT."""

from datetime import date
from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import muqeem.clock

APPEND_ONLY = """
CREATE TRIGGER accounts_payment_append_only BEFORE UPDATE OR DELETE ON accounts_payment
    FOR EACH ROW EXECUTE FUNCTION muqeem_append_only();
CREATE TRIGGER accounts_payment_never_emptied BEFORE TRUNCATE ON accounts_payment
    FOR EACH STATEMENT EXECUTE FUNCTION muqeem_never_emptied();
"""

MUTABLE = """
DROP TRIGGER accounts_payment_append_only ON accounts_payment;
DROP TRIGGER accounts_payment_never_emptied ON accounts_payment;
"""

VAT = {"value": "15", "source": "zatca.gov.sa, rate since 1 July 2020", "confidence": "M"}


def write(apps, schema_editor):
    apps.get_model("record", "Parameter").objects.get_or_create(code="vat.percent", from_on=date(2020, 7, 1), defaults=VAT)


def take_back(apps, schema_editor):
    apps.get_model("record", "Parameter").objects.filter(code="vat.percent", from_on=date(2020, 7, 1)).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_limits_of_all"), ("record", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Bill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=10, unique=True, verbose_name="bill number")),
                (
                    "purpose",
                    models.CharField(choices=[("deposit", "deposit"), ("package", "subscription")], max_length=8, verbose_name="purpose"),
                ),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="amount before VAT")),
                ("vat", models.DecimalField(decimal_places=2, default=Decimal("0.00"), max_digits=10, verbose_name="VAT")),
                (
                    "total",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.expressions.CombinedExpression(models.F("amount"), "+", models.F("vat")),
                        output_field=models.DecimalField(decimal_places=2, max_digits=10),
                        verbose_name="total",
                    ),
                ),
                ("issued_at", models.DateTimeField(db_default=muqeem.clock.Now(), verbose_name="issued")),
                ("paid_at", models.DateTimeField(null=True, verbose_name="paid")),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bills", to="accounts.account")),
                (
                    "issued_to",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
                ("package", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, to="accounts.package")),
            ],
            options={
                "verbose_name": "bill",
                "verbose_name_plural": "bills",
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=64, unique=True, verbose_name="reference")),
                ("bill_number", models.CharField(max_length=20, verbose_name="bill number")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="amount")),
                ("paid_at", models.DateTimeField(verbose_name="paid")),
                ("arrived_at", models.DateTimeField(db_default=muqeem.clock.Now(), verbose_name="arrived")),
                (
                    "source",
                    models.CharField(
                        choices=[("sadad", "notification"), ("sadad-file", "reconciliation file"), ("simulation", "simulation")],
                        max_length=10,
                        verbose_name="source",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("settled", "settled the bill"),
                            ("unknown", "no bill has this number"),
                            ("again", "the bill had been paid"),
                            ("amount", "the bill is for another amount"),
                        ],
                        max_length=8,
                        verbose_name="outcome",
                    ),
                ),
                (
                    "bill",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="accounts.bill"),
                ),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
            },
        ),
        migrations.AddIndex(
            model_name="bill",
            index=models.Index(fields=["account", "-id"], name="bill_account"),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(condition=models.Q(("amount__gt", 0), ("vat__gte", 0)), name="bill_amounts"),
        ),
        migrations.AddConstraint(
            model_name="bill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("package__isnull", False), ("purpose", "package")),
                    models.Q(("package", None), ("purpose", "deposit"), ("vat", 0)),
                    _connector="OR",
                ),
                name="bill_purpose",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(condition=models.Q(("outcome", "settled")), fields=("bill",), name="payment_settles_once"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome", "unknown"), ("bill__isnull", False), _connector="XOR"), name="payment_bill"
            ),
        ),
        migrations.RunSQL(APPEND_ONLY, MUTABLE),
        migrations.RunPython(write, take_back),
    ]
