from datetime import time

from django.db import migrations
from django.utils import timezone

# The one door runs as the owner of the table; the role of web and worker has no right to update or delete.
# The key is set inside it: an owner without superuser rights may not attach an unknown setting to a function.
GUARD = """
CREATE FUNCTION messaging_consent_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('regulars.consent_door', true), '') = '' THEN
        RAISE EXCEPTION 'The consent ledger is append-only: entries are neither changed nor deleted.'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER consent_is_append_only BEFORE UPDATE OR DELETE ON messaging_consententry
    FOR EACH ROW EXECUTE FUNCTION messaging_consent_guard();

CREATE FUNCTION messaging_consent_blank(of_people bigint[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE touched bigint;
BEGIN
    PERFORM set_config('regulars.consent_door', 'blank', true);
    UPDATE messaging_consententry SET proof = '' WHERE person_id = ANY(of_people);
    GET DIAGNOSTICS touched = ROW_COUNT;
    PERFORM set_config('regulars.consent_door', '', true);
    RETURN touched;
END $$;
"""
UNGUARD = """
DROP TRIGGER consent_is_append_only ON messaging_consententry;
DROP FUNCTION messaging_consent_guard();
DROP FUNCTION messaging_consent_blank(bigint[]);
"""
PURPOSES = [
    ("news", "News and offers", "News, offers and invitations, a few times a month.", "selling", "consent",
     {"fi": ["Uutiset ja tarjoukset", "Uutisia, tarjouksia ja kutsuja muutaman kerran kuussa."],
      "lt": ["Naujienos ir pasiūlymai", "Naujienos, pasiūlymai ir kvietimai kelis kartus per mėnesį."],
      "nb": ["Nyheter og tilbud", "Nyheter, tilbud og invitasjoner, noen ganger i måneden."],
      "hu": ["Hírek és ajánlatok", "Hírek, ajánlatok és meghívók, havonta néhányszor."]}),
    ("care", "How it went", "Questions about how it went, tips, and good wishes.", "care", "interest",
     {"fi": ["Miten meni", "Kysymyksiä siitä, miten meni, vinkkejä ja onnitteluja."],
      "lt": ["Kaip sekėsi", "Klausimai, kaip sekėsi, patarimai ir linkėjimai."],
      "nb": ["Hvordan det gikk", "Spørsmål om hvordan det gikk, tips og gode ønsker."],
      "hu": ["Hogy sikerült", "Kérdések arról, hogy sikerült, tippek és jókívánságok."]}),
]  # fmt: skip


def first_purposes(apps, schema_editor):
    """Give a new house two purposes and the calm it would want; both are the business's to change."""
    purposes, rules = apps.get_model("messaging", "Purpose"), apps.get_model("messaging", "SendingRule")
    for key, name, description, message_class, basis, words in PURPOSES:
        purposes.objects.get_or_create(key=key, defaults={
            "name": name, "description": description, "message_class": message_class, "legal_basis": basis,
            "words": words, "created_at": timezone.now(),
        })  # fmt: skip
    for message_class, most in (("care", 2), ("selling", 2)):
        rules.objects.get_or_create(message_class=message_class, defaults={
            "most": most, "days": 7, "quiet_from": time(21), "quiet_until": time(8),
        })  # fmt: skip


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_outgoing")]
    operations = [
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunPython(first_purposes, migrations.RunPython.noop),
    ]
