from django.db import migrations

# Threads that were there before the inbox: recent ones with a person's letter are open, the others are history.
# Batches by number, each committed alone and skipped where a conversation is there, so that a broken run goes on.
BATCH = 10_000
MAKE = """
INSERT INTO inbox_conversation (id, state, priority, tag_ids, channel_id, person_id, team_id, subject, sender, beginning, started_at,
    last_message_at, last_message_id, waiting_since, closed_at, reopened_count, sequence)
SELECT t.id, CASE WHEN asked.at > now() - interval '14 days' THEN 'open' ELSE 'closed' END, 1, '{}', last.channel_id, t.person_id,
    p.team_id, t.subject, left(coalesce(nullif(last.sender_name, ''), last.sender_email), 320),
    left(trim(regexp_replace(left(last.text, 420), '\\s+', ' ', 'g')), 140), t.started_at, last.received_at, newest.id,
    CASE WHEN asked.at > now() - interval '14 days' THEN asked.at END,
    CASE WHEN asked.at > now() - interval '14 days' THEN NULL ELSE last.received_at END, 0, 1
FROM messaging_thread t LEFT JOIN people_person p ON p.id = t.person_id
CROSS JOIN LATERAL (SELECT m.* FROM messaging_message m WHERE m.thread_id = t.id AND m.direction = 'in'
    ORDER BY m.sent_at DESC, m.id DESC LIMIT 1) last
CROSS JOIN LATERAL (SELECT max(m.id) AS id FROM messaging_message m WHERE m.thread_id = t.id AND m.direction = 'in') newest
CROSS JOIN LATERAL (SELECT max(m.received_at) AS at FROM messaging_message m
    WHERE m.thread_id = t.id AND m.direction = 'in' AND m.kind = 'human') asked
WHERE t.id > %s AND t.id <= %s AND t.merged_into_id IS NULL
ON CONFLICT DO NOTHING"""


def make_conversations(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM messaging_thread")
        newest = cursor.fetchone()[0]
        for start in range(0, newest, BATCH):
            cursor.execute(MAKE, [start, start + BATCH])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("inbox", "0001_initial")]
    operations = [migrations.RunPython(make_conversations, migrations.RunPython.noop)]
