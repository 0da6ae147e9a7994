"""Match ids come from a sequence and only grow: a range index finds them, and costs nothing while a million rows come in.

What must be unique, a line and an item in the matches that stand, has its own unique indexes.
"""

from django.db import migrations

FORWARD = """
ALTER TABLE reconciliation_match DROP CONSTRAINT reconciliation_match_pkey;
CREATE INDEX reconciliation_match_id ON reconciliation_match USING brin (id) WITH (pages_per_range = 32, autosummarize = on);
"""
BACKWARD = """
DROP INDEX reconciliation_match_id;
ALTER TABLE reconciliation_match ADD CONSTRAINT reconciliation_match_pkey PRIMARY KEY (id);
"""


class Migration(migrations.Migration):
    dependencies = [("reconciliation", "0003_reason_codes")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
