"""The journal, the parameters and the outbox; the portal's clock; what guards append-only tables."""

import datetime
import uuid

import django.core.validators
from django.db import migrations, models

import muqeem.clock
from muqeem.record import chain

# Written in plpgsql, whose bodies are not looked into before they run: the table comes after the function that its
# columns' defaults call.
CLOCK = """
CREATE FUNCTION muqeem_now() RETURNS timestamptz LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN statement_timestamp() + coalesce((SELECT clock_shift FROM record_demonstration), interval '0');
END
$$;
"""

APPEND_ONLY = """
CREATE FUNCTION muqeem_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE FUNCTION muqeem_never_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The data of a demonstration may be thrown away as a whole, as tests do; nowhere else.
    IF NOT EXISTS (SELECT FROM record_demonstration) THEN
        RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER record_event_append_only BEFORE UPDATE OR DELETE ON record_event
    FOR EACH ROW EXECUTE FUNCTION muqeem_append_only();
CREATE TRIGGER record_event_never_emptied BEFORE TRUNCATE ON record_event
    FOR EACH STATEMENT EXECUTE FUNCTION muqeem_never_emptied();
"""

HEAD = f"INSERT INTO record_chainhead (id, seq, hash) VALUES (1, 0, '{chain.GENESIS}');"


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.RunSQL(CLOCK, "DROP FUNCTION muqeem_now();"),
        migrations.CreateModel(
            name="ChainHead",
            fields=[
                ("id", models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("seq", models.BigIntegerField(default=0)),
                ("hash", models.CharField(default="86adbc2fa11edac270e65a77702d78c338fb89b6b530e360ae184b7a8ef1dc45", max_length=64)),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_chain_head")]},
        ),
        migrations.CreateModel(
            name="Demonstration",
            fields=[
                ("id", models.SmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ("marked_at", models.DateTimeField(db_default=muqeem.clock.Now())),
                ("clock_shift", models.DurationField(default=datetime.timedelta)),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="one_demonstration")]},
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.BigIntegerField(editable=False, null=True, unique=True)),
                ("at", models.DateTimeField()),
                ("kind", models.CharField(max_length=40)),
                ("actor", models.CharField(blank=True, max_length=150)),
                ("account", models.CharField(blank=True, max_length=10)),
                ("subject", models.CharField(blank=True, max_length=64)),
                ("data", models.JSONField(default=dict)),
                ("body", models.TextField(blank=True, editable=False)),
                ("previous_hash", models.CharField(blank=True, editable=False, max_length=64)),
                ("hash", models.CharField(blank=True, editable=False, max_length=64)),
            ],
            options={
                "verbose_name": "journal entry",
                "verbose_name_plural": "journal",
                "indexes": [
                    models.Index(fields=["account", "-id"], name="event_account"),
                    models.Index(fields=["subject", "-id"], name="event_subject"),
                    models.Index(fields=["kind", "-id"], name="event_kind"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("body", ""), ("hash", ""), ("seq__isnull", True)),
                            models.Q(("seq__gt", 0), models.Q(("hash", ""), _negated=True), models.Q(("body", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="event_chained_whole",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("template", models.CharField(max_length=40, verbose_name="template")),
                ("language", models.CharField(max_length=2, verbose_name="language")),
                ("receiver", models.CharField(max_length=20, verbose_name="receiver")),
                ("arguments", models.JSONField(default=dict)),
                ("account", models.CharField(blank=True, max_length=10)),
                ("created_at", models.DateTimeField(db_default=muqeem.clock.Now())),
                ("due_at", models.DateTimeField(db_default=muqeem.clock.Now())),
                ("useless_after", models.DateTimeField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                ("failed_at", models.DateTimeField(null=True, verbose_name="failed")),
                ("error", models.CharField(blank=True, max_length=200, verbose_name="error")),
            ],
            options={
                "verbose_name": "message",
                "verbose_name_plural": "messages",
                "indexes": [
                    models.Index(condition=models.Q(("failed_at", None), ("sent_at", None)), fields=["due_at"], name="message_due"),
                    models.Index(fields=["receiver", "-id"], name="message_receiver"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sent_at", None), ("failed_at", None), _connector="OR"), name="message_sent_or_failed"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Parameter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=80, verbose_name="code")),
                ("from_on", models.DateField(verbose_name="in force from")),
                (
                    "value",
                    models.CharField(
                        help_text="A number, or several separated by commas.",
                        max_length=200,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A-?[0-9]+(\\.[0-9]+)?(, ?-?[0-9]+(\\.[0-9]+)?)*\\Z", "Numbers, separated by commas."
                            )
                        ],
                        verbose_name="value",
                    ),
                ),
                ("source", models.CharField(max_length=200, verbose_name="source")),
                (
                    "confidence",
                    models.CharField(
                        choices=[
                            ("A", "government source, or a report of its statement"),
                            ("B", "several sources agree"),
                            ("C", "one source, or sources disagree"),
                            ("M", "from memory"),
                            ("S", "confirmed by staff"),
                        ],
                        max_length=1,
                        verbose_name="confidence",
                    ),
                ),
            ],
            options={
                "verbose_name": "parameter",
                "verbose_name_plural": "parameters",
                "constraints": [models.UniqueConstraint(fields=("code", "from_on"), name="parameter_once_a_day")],
            },
        ),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION muqeem_append_only() CASCADE; DROP FUNCTION muqeem_never_emptied() CASCADE;"),
        migrations.RunSQL(HEAD, migrations.RunSQL.noop),
    ]
