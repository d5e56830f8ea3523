import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The sign-in library counts tries in Django's cache; kept here, all processes and machines share the count.
CACHE = """
CREATE UNLOGGED TABLE team_cache (
    cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL
);
CREATE INDEX team_cache_expires ON team_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("team", "0002_guards")]
    operations = [
        migrations.AddField("member", "session_epoch", models.PositiveIntegerField(default=0)),
        migrations.AlterField(
            "signinlink",
            "member",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL),
        ),
        migrations.RunSQL(CACHE, "DROP TABLE team_cache"),
    ]
