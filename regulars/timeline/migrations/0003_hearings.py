import regulars.timeline.models.touchpoint
from django.db import migrations, models

# A dump carries the transaction numbers of the server it came from, and a fresh server counts from the beginning: what is
# written there would stand before what the followers have read. So numbers are counted from an era, raised by timeline_adopt.
ERA = """
CREATE FUNCTION timeline_era() RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 0::bigint';
CREATE FUNCTION timeline_xid() RETURNS xid8 LANGUAGE sql STABLE AS
    'SELECT (pg_current_xact_id()::text::bigint + timeline_era())::text::xid8';
-- Transactions of other databases on the same server cannot write here, so they hold nobody up.
CREATE FUNCTION timeline_settled() RETURNS xid8 LANGUAGE sql STABLE AS $$
    SELECT (coalesce(
        (SELECT min(running::text::bigint) FROM pg_snapshot_xip(here.snapshot) AS running WHERE NOT EXISTS (
            SELECT FROM pg_stat_activity AS a WHERE a.backend_xid = running::xid AND a.datname <> current_database())),
        pg_snapshot_xmax(here.snapshot)::text::bigint
    ) + timeline_era())::text::xid8
    FROM (SELECT pg_current_snapshot() AS snapshot) AS here
$$;
CREATE FUNCTION timeline_strays() RETURNS bigint LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
    SELECT greatest(0, newest.xid::text::bigint - pg_snapshot_xmax(pg_current_snapshot())::text::bigint - timeline_era() + 1)
    FROM (SELECT xid FROM timeline_touchpoint ORDER BY xid DESC, id DESC LIMIT 1) AS newest
$$;
CREATE FUNCTION timeline_adopt() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    ahead bigint;
    border xid8;
    last_restored bigint;
BEGIN
    LOCK TABLE timeline_touchpoint IN EXCLUSIVE MODE;
    ahead := coalesce(timeline_strays(), 0);
    IF ahead = 0 THEN
        RETURN 0;
    END IF;
    border := (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + timeline_era())::text::xid8;
    SELECT id INTO last_restored FROM timeline_touchpoint WHERE xid >= border ORDER BY id DESC LIMIT 1;
    EXECUTE format('CREATE OR REPLACE FUNCTION timeline_era() RETURNS bigint LANGUAGE sql IMMUTABLE AS %L',
        'SELECT ' || (timeline_era() + ahead) || '::bigint');
    PERFORM set_config('regulars.timeline_door', 'adopt', true);
    EXECUTE 'UPDATE timeline_touchpoint SET xid = timeline_xid() WHERE id > $1 AND xid < $2' USING last_restored, border;
    PERFORM set_config('regulars.timeline_door', '', true);
    RETURN ahead;
END $$;
"""
NO_ERA = """
DROP FUNCTION timeline_adopt();
DROP FUNCTION timeline_strays();
DROP FUNCTION timeline_settled();
DROP FUNCTION timeline_xid();
DROP FUNCTION timeline_era();
"""


class Migration(migrations.Migration):
    dependencies = [("timeline", "0002_guards")]
    operations = [
        migrations.RunSQL(ERA, NO_ERA),
        migrations.AlterField(
            "touchpoint",
            "xid",
            regulars.timeline.models.touchpoint.Xid8Field(db_default=regulars.timeline.models.touchpoint.CurrentXid()),
        ),
        migrations.AddIndex(
            "touchpoint",
            models.Index(
                condition=models.Q(("channel", ""), _negated=True),
                fields=["person", "channel", "-occurred_at", "-id"],
                name="touchpoint_of_person_channel",
            ),
        ),
        migrations.DeleteModel("Heard"),
        migrations.CreateModel(
            name="Hearing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("touchpoint_id", models.BigIntegerField()),
                ("listener", models.CharField(blank=True, max_length=200)),
                ("is_bulk", models.BooleanField(default=False)),
                ("due_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("failed_at", models.DateTimeField(null=True)),
                ("error", models.TextField(blank=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("failed_at__isnull", True)), fields=["is_bulk", "id"], name="hearing_next"
                    ),
                    models.Index(
                        condition=models.Q(("failed_at__isnull", False)), fields=["failed_at"], name="hearing_failed"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="JobFailure",
            fields=[
                ("job_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("error", models.TextField()),
            ],
        ),
    ]
