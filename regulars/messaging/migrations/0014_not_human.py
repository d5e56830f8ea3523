from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0013_quick_keys")]

    operations = [
        AddIndexConcurrently(
            "message",
            models.Index(condition=models.Q(("kind", "human"), _negated=True), fields=["id"], name="message_not_human"),
        ),
    ]
