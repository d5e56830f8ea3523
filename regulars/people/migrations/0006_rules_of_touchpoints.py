from django.db import migrations

BEFORE = {"field": "commerce.purchase_days", "op": "gte", "value": 2}


def follow_the_first_rules(apps, schema_editor):
    """Let the rules ask for touchpoints too where nobody has touched them; rules of the business's own stay."""
    from regulars.people.actions.stage_rules import default_rules

    rules = apps.get_model("people", "StageRule")
    wanted = {(one["axis"], one["value"]): one for one in default_rules()}
    first = {key: one["condition"] for key, one in wanted.items() if key != ("stage", "advocate")}
    first |= {("stage", "nurtured"): BEFORE}
    stored = list(rules.objects.all())
    if len(stored) != len(first) or {(one.axis, one.value): one.condition for one in stored} != first:
        return
    if not all(one.is_active for one in stored):
        return
    rules.objects.all().delete()
    rules.objects.bulk_create(rules(**columns) for columns in default_rules())


class Migration(migrations.Migration):
    dependencies = [("people", "0005_search_numbers")]
    operations = [migrations.RunPython(follow_the_first_rules, migrations.RunPython.noop)]
