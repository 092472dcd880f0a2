"""Permit cards printed at passport offices, which renewals await one, and at which office somebody looked."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import muqeem.clock

# A card's row tells what happened: it stays, and changes only once, when the card is undone.
KEPT = """
CREATE FUNCTION residency_card_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    undoing CONSTANT text[] := '{undone_at,undone_by_id,undo_reason}';
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.undone_at IS NULL AND to_jsonb(NEW) - undoing = to_jsonb(OLD) - undoing THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only but for undoing', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER residency_card_kept BEFORE UPDATE OR DELETE ON residency_card
    FOR EACH ROW EXECUTE FUNCTION residency_card_kept();
CREATE TRIGGER residency_card_never_emptied BEFORE TRUNCATE ON residency_card
    FOR EACH STATEMENT EXECUTE FUNCTION muqeem_never_emptied();
"""

NOT_KEPT = """
DROP TRIGGER residency_card_never_emptied ON residency_card;
DROP TRIGGER residency_card_kept ON residency_card;
DROP FUNCTION residency_card_kept();
"""

# Renewals from before there was a desk wait for their cards, too.
WAITING = """
UPDATE residency_iqama iqama SET awaits_card = true
FROM operations_receipt receipt
WHERE receipt.slug = 'iqama-renewal' AND receipt.resident_id = iqama.resident_id
  AND (receipt.facts ->> 'card_version')::int = iqama.version;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("record", "0001_initial"),
        ("accounts", "0001_initial"),
        ("operations", "0001_initial"),
        ("residency", "0004_small_establishments_and_term_calendar"),
    ]

    operations = [
        migrations.AddField(
            model_name="view",
            name="office",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.office"),
        ),
        migrations.AddConstraint(
            model_name="view",
            constraint=models.CheckConstraint(
                condition=models.Q(("account", None), ("office", None), _connector="OR"), name="view_of_an_account_or_an_office"
            ),
        ),
        migrations.AddField(
            model_name="iqama",
            name="awaits_card",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddIndex(
            model_name="iqama",
            index=models.Index(condition=models.Q(("awaits_card", True)), fields=["id"], name="iqama_awaits_card"),
        ),
        migrations.CreateModel(
            name="Card",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "resident",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="cards", to="residency.resident"),
                ),
                (
                    "iqama",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cards",
                        to="residency.iqama",
                        verbose_name="residency permit",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cards", to="operations.document", verbose_name="document"
                    ),
                ),
                ("serial", models.CharField(max_length=20, verbose_name="card serial")),
                (
                    "office",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.office", verbose_name="passport office"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
                ("at", models.DateTimeField(db_default=muqeem.clock.Now(), verbose_name="recorded")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="undone")),
                (
                    "undone_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="undone by",
                    ),
                ),
                ("undo_reason", models.CharField(blank=True, max_length=200, verbose_name="reason")),
            ],
            options={
                "verbose_name": "permit card",
                "verbose_name_plural": "permit cards",
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("undone_at", None)), fields=("serial",), name="card_serial_once"),
                    models.UniqueConstraint(condition=models.Q(("undone_at", None)), fields=("iqama",), name="card_one_a_version"),
                    models.CheckConstraint(condition=models.Q(("serial__regex", "^[A-Z0-9]{6,20}$")), name="card_serial_signs"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undo_reason", ""), ("undone_at", None), ("undone_by", None)),
                            models.Q(
                                ("undone_at__isnull", False), ("undone_by__isnull", False), models.Q(("undo_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="card_undone_whole",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
    ]
