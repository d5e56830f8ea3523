from django.db import migrations

# Emptying a table at once needs a right that web and worker do not have; they may empty these two and no other.
DOOR = """
CREATE FUNCTION insights_empty_worth(letter text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    PERFORM set_config('lock_timeout', '200ms', true);
    IF letter = 'a' THEN TRUNCATE insights_worth_a;
    ELSIF letter = 'b' THEN TRUNCATE insights_worth_b;
    ELSE RAISE EXCEPTION 'There is no such table of worth.';
    END IF;
    PERFORM set_config('lock_timeout', '0', true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("insights", "0001_initial")]
    operations = [migrations.RunSQL(DOOR, "DROP FUNCTION insights_empty_worth(text)")]
