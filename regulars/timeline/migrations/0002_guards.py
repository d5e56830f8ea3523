from django.db import migrations

# The three doors run as the owner of the table; the role of web and worker has no right to update or delete.
# The key is set inside them: an owner without superuser rights may not attach an unknown setting to a function.
GUARD = """
CREATE FUNCTION timeline_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('regulars.timeline_door', true), '') = '' THEN
        RAISE EXCEPTION 'The timeline is append-only: touchpoints are neither changed nor deleted.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER timeline_is_append_only BEFORE UPDATE OR DELETE ON timeline_touchpoint
    FOR EACH ROW EXECUTE FUNCTION timeline_guard();

CREATE FUNCTION timeline_repoint(from_person bigint, to_person bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE touched bigint;
BEGIN
    PERFORM set_config('regulars.timeline_door', 'repoint', true);
    UPDATE timeline_touchpoint SET person_id = to_person WHERE person_id = from_person;
    GET DIAGNOSTICS touched = ROW_COUNT;
    PERFORM set_config('regulars.timeline_door', '', true);
    RETURN touched;
END $$;
CREATE FUNCTION timeline_blank(of_person bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE touched bigint;
BEGIN
    PERFORM set_config('regulars.timeline_door', 'blank', true);
    UPDATE timeline_touchpoint SET label = '', payload = '{}', actor_label = CASE WHEN actor_kind = 'customer' THEN '' ELSE actor_label END
    WHERE person_id = of_person;
    GET DIAGNOSTICS touched = ROW_COUNT;
    PERFORM set_config('regulars.timeline_door', '', true);
    RETURN touched;
END $$;
CREATE FUNCTION timeline_withdraw(numbers bigint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE touched bigint;
BEGIN
    PERFORM set_config('regulars.timeline_door', 'withdraw', true);
    DELETE FROM timeline_touchpoint WHERE id = ANY(numbers);
    GET DIAGNOSTICS touched = ROW_COUNT;
    PERFORM set_config('regulars.timeline_door', '', true);
    RETURN touched;
END $$;
"""
UNGUARD = """
DROP TRIGGER timeline_is_append_only ON timeline_touchpoint;
DROP FUNCTION timeline_guard();
DROP FUNCTION timeline_repoint(bigint, bigint);
DROP FUNCTION timeline_blank(bigint);
DROP FUNCTION timeline_withdraw(bigint[]);
"""


class Migration(migrations.Migration):
    dependencies = [("timeline", "0001_initial")]
    operations = [migrations.RunSQL(GUARD, UNGUARD)]
