from django.db import migrations


def write_first_rules(apps, schema_editor):
    """Write the first rules where there are none; the business may change them, so later versions leave them alone."""
    from regulars.people.actions.stage_rules import default_rules

    rules = apps.get_model("people", "StageRule")
    if not rules.objects.exists():
        rules.objects.bulk_create(rules(**columns) for columns in default_rules())


class Migration(migrations.Migration):
    dependencies = [("people", "0003_folding")]
    operations = [migrations.RunPython(write_first_rules, migrations.RunPython.noop)]
