"""The register."""

import uuid

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import muqeem.clock
import muqeem.countries


class Migration(migrations.Migration):
    initial = True

    dependencies = [("accounts", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Occupation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=10, unique=True, verbose_name="code")),
                ("title_ar", models.CharField(max_length=150, verbose_name="title in Arabic")),
                ("title_en", models.CharField(max_length=150, verbose_name="title in English")),
            ],
            options={"verbose_name": "occupation", "verbose_name_plural": "occupations"},
        ),
        migrations.CreateModel(
            name="Resident",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("iqama_number", models.CharField(blank=True, max_length=10, null=True, unique=True, verbose_name="iqama number")),
                ("border_number", models.CharField(blank=True, max_length=10, null=True, unique=True, verbose_name="border number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("worker", "Worker"),
                            ("domestic", "Domestic worker"),
                            ("dependant", "Dependant"),
                            ("companion", "Companion"),
                        ],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("first_ar", models.CharField(max_length=40, verbose_name="first name in Arabic")),
                ("father_ar", models.CharField(blank=True, max_length=40, verbose_name="father's name in Arabic")),
                ("grandfather_ar", models.CharField(blank=True, max_length=40, verbose_name="grandfather's name in Arabic")),
                ("family_ar", models.CharField(blank=True, max_length=40, verbose_name="family name in Arabic")),
                ("first_en", models.CharField(max_length=40, verbose_name="first name in Latin letters")),
                ("father_en", models.CharField(blank=True, max_length=40, verbose_name="father's name in Latin letters")),
                ("grandfather_en", models.CharField(blank=True, max_length=40, verbose_name="grandfather's name in Latin letters")),
                ("family_en", models.CharField(blank=True, max_length=40, verbose_name="family name in Latin letters")),
                ("folded", models.CharField(editable=False, max_length=400)),
                (
                    "name_words",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.contrib.postgres.search.SearchVector("folded", config="simple"),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                ("birth_on", models.DateField(verbose_name="date of birth")),
                ("gender", models.CharField(choices=[("M", "Male"), ("F", "Female")], max_length=1, verbose_name="gender")),
                ("nationality", models.CharField(choices=muqeem.countries.choices, max_length=2, verbose_name="nationality")),
                (
                    "religion",
                    models.CharField(
                        choices=[("muslim", "Muslim"), ("christian", "Christian"), ("other", "Other")],
                        max_length=10,
                        verbose_name="religion",
                    ),
                ),
                (
                    "marital_status",
                    models.CharField(
                        choices=[("single", "Single"), ("married", "Married"), ("divorced", "Divorced"), ("widowed", "Widowed")],
                        max_length=10,
                        verbose_name="marital status",
                    ),
                ),
                (
                    "relationship",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wife", "Wife"),
                            ("husband", "Husband"),
                            ("son", "Son"),
                            ("daughter", "Daughter"),
                            ("father", "Father"),
                            ("mother", "Mother"),
                            ("other", "Other relative"),
                        ],
                        max_length=10,
                        verbose_name="relationship",
                    ),
                ),
                ("phone", models.CharField(blank=True, max_length=16, verbose_name="mobile number")),
                (
                    "language",
                    models.CharField(choices=[("ar", "Arabic"), ("en", "English")], default="ar", max_length=2, verbose_name="language"),
                ),
                ("biometrics_on", models.DateField(blank=True, null=True, verbose_name="biometrics recorded on")),
                ("entered_on", models.DateField(blank=True, null=True, verbose_name="entered the Kingdom on")),
                ("deceased_on", models.DateField(blank=True, null=True, verbose_name="deceased on")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="left for good on")),
                ("reported_on", models.DateField(editable=False, null=True)),
                (
                    "branch",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="accounts.branch", verbose_name="branch"
                    ),
                ),
                (
                    "head",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dependants",
                        to="residency.resident",
                        verbose_name="head of household",
                    ),
                ),
                (
                    "occupation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="residency.occupation",
                        verbose_name="occupation",
                    ),
                ),
                (
                    "sponsor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="residents",
                        to="accounts.account",
                        verbose_name="employer",
                    ),
                ),
            ],
            options={"verbose_name": "resident", "verbose_name_plural": "residents"},
        ),
        migrations.CreateModel(
            name="Passport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=15, verbose_name="passport number")),
                ("country", models.CharField(max_length=2, verbose_name="country")),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="issued on")),
                ("expires_on", models.DateField(verbose_name="expires on")),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="place of issue")),
                ("replaced_on", models.DateField(blank=True, null=True, verbose_name="replaced on")),
                (
                    "resident",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="passports", to="residency.resident"),
                ),
            ],
            options={"verbose_name": "passport", "verbose_name_plural": "passports"},
        ),
        migrations.CreateModel(
            name="Iqama",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(verbose_name="card version")),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("starts_on", models.DateField(verbose_name="residency from")),
                ("expires_on", models.DateField(verbose_name="residency until")),
                ("months", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="months")),
                ("days_late", models.PositiveIntegerField(default=0, verbose_name="days late")),
                (
                    "resident",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="iqamas", to="residency.resident"),
                ),
            ],
            options={"verbose_name": "residency permit", "verbose_name_plural": "residency permits"},
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("traffic", "Traffic violations"),
                            ("absent", "Absent from work"),
                            ("absence-reported", "Absence reported, term running"),
                            ("recruitment", "Recruitment violation"),
                            ("arrears", "Arrears"),
                            ("vehicle", "Registered vehicle"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("since_on", models.DateField(verbose_name="since")),
                ("term_on", models.DateField(blank=True, null=True, verbose_name="term until")),
                ("amount", models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, verbose_name="amount")),
                ("authority", models.CharField(blank=True, max_length=100, verbose_name="authority")),
                ("reference", models.CharField(max_length=40, unique=True, verbose_name="reference")),
                ("cleared_on", models.DateField(blank=True, null=True, verbose_name="cleared on")),
                (
                    "account",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="holds", to="accounts.account"
                    ),
                ),
                (
                    "resident",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name="holds", to="residency.resident"
                    ),
                ),
            ],
            options={"verbose_name": "hold", "verbose_name_plural": "holds"},
        ),
        migrations.CreateModel(
            name="Clearance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("insurance", "Health insurance"),
                            ("work-permit", "Work permit"),
                            ("medical", "Medical test"),
                            ("labour-approval", "Labour approval"),
                            ("study", "Proof of study"),
                            ("unmarried", "Proof of being unmarried"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("from_on", models.DateField(verbose_name="from")),
                ("until_on", models.DateField(verbose_name="until")),
                ("authority", models.CharField(blank=True, max_length=100, verbose_name="authority")),
                ("reference", models.CharField(max_length=40, unique=True, verbose_name="reference")),
                (
                    "resident",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="clearances", to="residency.resident"),
                ),
            ],
            options={"verbose_name": "clearance", "verbose_name_plural": "clearances"},
        ),
        migrations.CreateModel(
            name="View",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_default=muqeem.clock.Now())),
                (
                    "account",
                    models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.account"),
                ),
                ("resident", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="views", to="residency.resident")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="Visa",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="visa number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("work", "Work visa"),
                            ("visit", "Visit visa"),
                            ("single", "Exit/re-entry visa, single"),
                            ("multiple", "Exit/re-entry visa, multiple"),
                            ("final", "Final exit visa"),
                        ],
                        max_length=10,
                        verbose_name="visa type",
                    ),
                ),
                ("issued_on", models.DateField(verbose_name="issued on")),
                ("leave_before", models.DateField(blank=True, null=True, verbose_name="travel before")),
                ("return_before", models.DateField(blank=True, null=True, verbose_name="return before")),
                ("ends_on", models.DateField(verbose_name="last day")),
                ("months", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="months")),
                ("used_on", models.DateField(blank=True, null=True, verbose_name="used on")),
                ("cancelled_on", models.DateField(blank=True, null=True, verbose_name="cancelled on")),
                ("resident", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="visas", to="residency.resident")),
            ],
            options={"verbose_name": "visa", "verbose_name_plural": "visas"},
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("direction", models.CharField(choices=[("in", "Entry"), ("out", "Exit")], max_length=3, verbose_name="direction")),
                ("crossed_on", models.DateField(verbose_name="crossed on")),
                ("port", models.CharField(blank=True, max_length=60, verbose_name="port")),
                ("reference", models.CharField(max_length=40, unique=True, verbose_name="reference")),
                (
                    "resident",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="movements", to="residency.resident"),
                ),
                (
                    "visa",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to="residency.visa", verbose_name="visa"
                    ),
                ),
            ],
            options={"verbose_name": "border crossing", "verbose_name_plural": "border crossings"},
        ),
        migrations.AddIndex(model_name="resident", index=models.Index(fields=["sponsor", "folded", "id"], name="resident_sponsor_name")),
        migrations.AddIndex(
            model_name="resident", index=django.contrib.postgres.indexes.GinIndex(fields=["name_words"], name="resident_name_words")
        ),
        migrations.AddConstraint(
            model_name="resident",
            constraint=models.CheckConstraint(
                condition=models.Q(("iqama_number__isnull", False), ("border_number__isnull", False), _connector="OR"),
                name="resident_numbered",
            ),
        ),
        migrations.AddConstraint(
            model_name="resident",
            constraint=models.CheckConstraint(condition=models.Q(("iqama_number__regex", "^2[0-9]{9}$")), name="resident_iqama_number"),
        ),
        migrations.AddConstraint(
            model_name="resident",
            constraint=models.CheckConstraint(
                condition=models.Q(("border_number__regex", "^[345][0-9]{9}$")), name="resident_border_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="resident",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("head", None), ("kind__in", ["worker", "domestic"])),
                    models.Q(("head__isnull", False), ("kind__in", ["dependant", "companion"])),
                    _connector="OR",
                ),
                name="resident_dependants_have_a_head",
            ),
        ),
        migrations.AddIndex(model_name="passport", index=models.Index(fields=["number"], name="passport_number")),
        migrations.AddConstraint(
            model_name="passport", constraint=models.UniqueConstraint(fields=("country", "number"), name="passport_once")
        ),
        migrations.AddConstraint(
            model_name="passport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_on", None)), fields=("resident",), name="passport_one_current"
            ),
        ),
        migrations.AddConstraint(
            model_name="passport",
            constraint=models.CheckConstraint(condition=models.Q(("number__regex", "^[A-Z0-9]{1,15}$")), name="passport_number_signs"),
        ),
        migrations.AddIndex(model_name="iqama", index=models.Index(fields=["expires_on"], name="iqama_expires")),
        migrations.AddConstraint(
            model_name="iqama", constraint=models.UniqueConstraint(fields=("resident", "version"), name="iqama_version_once")
        ),
        migrations.AddConstraint(
            model_name="iqama",
            constraint=models.CheckConstraint(condition=models.Q(("expires_on__gt", models.F("starts_on"))), name="iqama_period"),
        ),
        migrations.AddIndex(model_name="hold", index=models.Index(fields=["resident", "kind"], name="hold_resident")),
        migrations.AddIndex(model_name="hold", index=models.Index(fields=["account", "kind"], name="hold_account")),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("account__isnull", False), ("resident", None)),
                    models.Q(("account", None), ("resident__isnull", False)),
                    _connector="OR",
                ),
                name="hold_of_a_resident_or_an_account",
            ),
        ),
        migrations.AddIndex(
            model_name="clearance", index=models.Index(fields=["resident", "kind", "-until_on"], name="clearance_resident")
        ),
        migrations.AddIndex(model_name="view", index=models.Index(fields=["resident", "-at"], name="view_resident")),
        migrations.AddConstraint(
            model_name="visa",
            constraint=models.CheckConstraint(condition=models.Q(("number__regex", "^[0-9]{1,20}$")), name="visa_number_digits"),
        ),
        migrations.AddConstraint(
            model_name="visa",
            constraint=models.CheckConstraint(condition=models.Q(("ends_on__gte", models.F("issued_on"))), name="visa_period"),
        ),
        migrations.AddConstraint(
            model_name="visa",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("cancelled_on", None), ("kind__in", ["single", "multiple", "final"]), ("used_on", None)),
                expressions=[
                    (
                        models.Func(
                            models.F("resident"),
                            models.F("resident"),
                            models.Value("[]"),
                            function="int8range",
                            output_field=django.contrib.postgres.fields.ranges.BigIntegerRangeField(),
                        ),
                        "&&",
                    ),
                    (
                        models.Func(
                            models.F("issued_on"),
                            models.F("ends_on"),
                            models.Value("[]"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    ),
                ],
                name="visa_one_open",
            ),
        ),
        migrations.AddIndex(model_name="movement", index=models.Index(fields=["resident", "-crossed_on"], name="movement_resident")),
    ]
