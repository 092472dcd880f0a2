"""Who looked at a file is written once: the rows are neither changed nor taken away."""

from django.db import migrations

APPEND_ONLY = """
CREATE TRIGGER residency_view_append_only BEFORE UPDATE OR DELETE ON residency_view
    FOR EACH ROW EXECUTE FUNCTION muqeem_append_only();
CREATE TRIGGER residency_view_never_emptied BEFORE TRUNCATE ON residency_view
    FOR EACH STATEMENT EXECUTE FUNCTION muqeem_never_emptied();
"""

MUTABLE = """
DROP TRIGGER residency_view_append_only ON residency_view;
DROP TRIGGER residency_view_never_emptied ON residency_view;
"""


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial"), ("residency", "0007_lists")]

    operations = [migrations.RunSQL(APPEND_ONLY, MUTABLE)]
