from django.db import migrations

GUARD = """
CREATE FUNCTION team_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log is append-only: entries are neither changed nor deleted.' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON team_auditentry
    FOR EACH ROW EXECUTE FUNCTION team_audit_guard();
"""
UNGUARD = """
DROP TRIGGER audit_is_append_only ON team_auditentry;
DROP FUNCTION team_audit_guard();
"""


class Migration(migrations.Migration):
    dependencies = [("team", "0001_initial")]
    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL("ALTER TABLE team_ratewindow SET UNLOGGED", "ALTER TABLE team_ratewindow SET LOGGED"),
    ]
