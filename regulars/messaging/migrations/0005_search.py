"""Messages are found by their words: the column, the keys of each word, and their index.

Messages of before are given their words in batches, outside a transaction, so that none is locked for long.
"""

from django.db import migrations, models

from regulars.messaging.engine.searching import searchable

AT_ONCE = 500

KEYS = """
CREATE FUNCTION messaging_keys(id bigint, words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(ARRAY(
        SELECT DISTINCT key FROM unnest(string_to_array(words, ' ')) AS word,
            LATERAL (VALUES ('s' || (id >> 14) || ':' || word), ('l' || (id >> 20) || ':' || word)) AS keyed(key)
        WHERE word <> ''))
$$
"""
# fastupdate would let each search read what is still unsorted.
INDEX = """
CREATE INDEX CONCURRENTLY IF NOT EXISTS message_by_words ON messaging_message USING gin (messaging_keys(id, words))
    WITH (gin_pending_list_limit = 512)
"""


def give_words(apps, schema_editor):
    Message = apps.get_model("messaging", "Message")
    last = 0
    while True:
        rows = list(
            Message.objects.filter(pk__gt=last, words="").order_by("pk").only("subject", "sender_name", "sender_email", "text")[:AT_ONCE]
        )
        if not rows:
            return
        for one in rows:
            one.words = searchable(one.subject, one.sender_name, one.sender_email, one.text)
        Message.objects.bulk_update(rows, ["words"])
        last = rows[-1].pk


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0004_texts")]

    operations = [
        migrations.AddField("message", "words", models.TextField(blank=True, default="", db_default="")),
        migrations.RunSQL(KEYS, "DROP FUNCTION messaging_keys"),
        migrations.RunPython(give_words, migrations.RunPython.noop),
        migrations.RunSQL(INDEX, "DROP INDEX CONCURRENTLY message_by_words"),
    ]
