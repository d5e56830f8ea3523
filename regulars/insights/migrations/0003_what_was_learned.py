import django.contrib.postgres.fields
from django.db import migrations, models

HEALTH = models.CharField(max_length=12, null=True)
REASONS = django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), null=True, size=None)


class Migration(migrations.Migration):
    dependencies = [("insights", "0002_worth_door")]
    operations = [
        migrations.RemoveField("worthstate", "cuts"),
        migrations.AddField("worthstate", "known", models.JSONField(default=dict)),
        *(
            migrations.AddField(model, name, field.clone())
            for model in ("wortha", "worthb")
            for name, field in (("health", HEALTH), ("health_reasons", REASONS))
        ),
    ]
