"""Reports of missing cards: kept as they were filed, one open at a time."""

import django.db.models.deletion
from django.db import migrations, models

# A report tells what happened: it stays, and changes only once, when the card is replaced.
KEPT = """
CREATE FUNCTION residency_missingreport_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.replaced_by_id IS NULL AND to_jsonb(NEW) - 'replaced_by_id' = to_jsonb(OLD) - 'replaced_by_id' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only but for the replacement', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER residency_missingreport_kept BEFORE UPDATE OR DELETE ON residency_missingreport
    FOR EACH ROW EXECUTE FUNCTION residency_missingreport_kept();
CREATE TRIGGER residency_missingreport_never_emptied BEFORE TRUNCATE ON residency_missingreport
    FOR EACH STATEMENT EXECUTE FUNCTION muqeem_never_emptied();
"""

NOT_KEPT = """
DROP TRIGGER residency_missingreport_never_emptied ON residency_missingreport;
DROP TRIGGER residency_missingreport_kept ON residency_missingreport;
DROP FUNCTION residency_missingreport_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("residency", "0014_names")]

    operations = [
        migrations.CreateModel(
            name="MissingReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=10, unique=True, verbose_name="report number")),
                ("missing_on", models.DateField(verbose_name="missing since")),
                ("place", models.CharField(max_length=60, verbose_name="where it went missing")),
                ("filed_on", models.DateField(verbose_name="reported on")),
                (
                    "iqama",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="residency.iqama",
                        verbose_name="residency permit",
                    ),
                ),
                (
                    "replaced_by",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="takes_the_place_of",
                        to="residency.iqama",
                        verbose_name="replaced by",
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="missing_reports", to="residency.resident"),
                ),
            ],
            options={
                "verbose_name": "report of a missing card",
                "verbose_name_plural": "reports of missing cards",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaced_by", None)), fields=("resident",), name="missing_report_one_open"
                    ),
                    models.CheckConstraint(condition=models.Q(("number__regex", "^[1-9][0-9]{9}$")), name="missing_report_number"),
                    models.CheckConstraint(condition=models.Q(("missing_on__lte", models.F("filed_on"))), name="missing_report_days"),
                ],
            },
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
