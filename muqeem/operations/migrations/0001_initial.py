"""Receipts and documents, append-only, and their prints."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import muqeem.clock
import muqeem.operations.models

APPEND_ONLY = """
CREATE TRIGGER operations_receipt_append_only BEFORE UPDATE OR DELETE ON operations_receipt
    FOR EACH ROW EXECUTE FUNCTION muqeem_append_only();
CREATE TRIGGER operations_receipt_never_emptied BEFORE TRUNCATE ON operations_receipt
    FOR EACH STATEMENT EXECUTE FUNCTION muqeem_never_emptied();
CREATE TRIGGER operations_document_append_only BEFORE UPDATE OR DELETE ON operations_document
    FOR EACH ROW EXECUTE FUNCTION muqeem_append_only();
CREATE TRIGGER operations_document_never_emptied BEFORE TRUNCATE ON operations_document
    FOR EACH STATEMENT EXECUTE FUNCTION muqeem_never_emptied();
"""

MUTABLE = """
DROP TRIGGER operations_receipt_append_only ON operations_receipt;
DROP TRIGGER operations_receipt_never_emptied ON operations_receipt;
DROP TRIGGER operations_document_append_only ON operations_document;
DROP TRIGGER operations_document_never_emptied ON operations_document;
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [("accounts", "0001_initial"), ("residency", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "number",
                    models.CharField(
                        default=muqeem.operations.models.new_receipt_number, max_length=12, unique=True, verbose_name="receipt number"
                    ),
                ),
                ("slug", models.CharField(max_length=50, verbose_name="service")),
                ("at", models.DateTimeField(verbose_name="at")),
                ("titles", models.JSONField()),
                ("facts", models.JSONField()),
                ("fee", models.JSONField(default=list)),
                ("total", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="total")),
                ("spent", models.PositiveSmallIntegerField(verbose_name="operations spent")),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="accounts.account")),
                (
                    "resident",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="residency.resident"),
                ),
                (
                    "token",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to="accounts.operationtoken"),
                ),
                (
                    "user",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="receipts", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={"verbose_name": "receipt", "verbose_name_plural": "receipts"},
        ),
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.CharField(max_length=12, unique=True, verbose_name="document number")),
                ("page", models.CharField(max_length=100)),
                ("facts", models.JSONField()),
                ("seal", models.TextField()),
                ("code", models.CharField(max_length=14, verbose_name="document code")),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("valid_until", models.DateField(null=True, verbose_name="valid until")),
                (
                    "resident",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="residency.resident"),
                ),
                (
                    "receipt",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="operations.receipt"),
                ),
            ],
            options={"verbose_name": "document", "verbose_name_plural": "documents"},
        ),
        migrations.CreateModel(
            name="Print",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("copy", models.PositiveIntegerField(verbose_name="copy")),
                ("printed_by", models.JSONField()),
                ("language", models.CharField(max_length=2)),
                ("printed_at", models.DateTimeField(db_default=muqeem.clock.Now(), verbose_name="printed")),
                ("due_at", models.DateTimeField(db_default=muqeem.clock.Now())),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("rendered_at", models.DateTimeField(null=True, verbose_name="rendered")),
                ("failed_at", models.DateTimeField(null=True, verbose_name="failed")),
                ("error", models.CharField(blank=True, max_length=200, verbose_name="error")),
                ("taken_at", models.DateTimeField(null=True)),
                ("file", models.FileField(blank=True, upload_to="%Y/%m")),
                ("sha256", models.CharField(blank=True, max_length=64)),
                (
                    "document",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="prints", to="operations.document"),
                ),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "print",
                "verbose_name_plural": "prints",
                "indexes": [
                    models.Index(condition=models.Q(("failed_at", None), ("rendered_at", None)), fields=["due_at"], name="print_due")
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("document", "copy"), name="print_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rendered_at", None),
                            models.Q(models.Q(("file", ""), _negated=True), models.Q(("sha256", ""), _negated=True), ("failed_at", None)),
                            _connector="OR",
                        ),
                        name="print_rendered_whole",
                    ),
                ],
            },
        ),
        migrations.AddIndex(model_name="receipt", index=models.Index(fields=["account", "-id"], name="receipt_account")),
        migrations.AddIndex(model_name="receipt", index=models.Index(fields=["resident", "-id"], name="receipt_resident")),
        migrations.AddConstraint(
            model_name="receipt", constraint=models.UniqueConstraint(fields=("token", "resident"), name="receipt_once")
        ),
        migrations.AddConstraint(
            model_name="document", constraint=models.UniqueConstraint(fields=("receipt", "resident"), name="document_once")
        ),
        migrations.RunSQL(APPEND_ONLY, MUTABLE),
    ]
