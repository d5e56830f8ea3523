"""What the chat and the forms say to customers: one place for translators, in locale/, and the business's own words over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import translation

from regulars.kit.wording import to_customer_lazy as _

LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
# What browsers call languages that we have under another name.
SAME = {"no": "nb", "nn": "nb"}

WORDS: dict[str, Any] = {
    "launcher": _("Chat with us"),
    "close": _("Close the chat"),
    "hello": _("Hello! How can we help?"),
    "intro": _("Write to us here, and one of us answers."),
    "pace": _("We usually answer within minutes"),
    "away": _("We are away right now. Leave a message, and we answer as soon as we are back."),
    "back": _("We are back {when}."),
    "placeholder": _("Write a message…"),
    "log": _("Messages"),
    "send": _("Send"),
    "attach": _("Attach a file"),
    "remove": _("Remove {name}"),
    "drop": _("Drop files to attach them"),
    "name": _("Your name"),
    "email": _("Your e-mail"),
    "optional": _("optional"),
    "start": _("Start the chat"),
    "needed": _("Please fill this in."),
    "bad_email": _("Please check this e-mail address."),
    "you": _("You"),
    "sending": _("Sending…"),
    "sent": _("Sent"),
    "failed": _("Not sent."),
    "retry": _("Try again"),
    "offline": _("You are offline. What you write is sent when you are back."),
    "typing": _("{name} is writing…"),
    "unread": _("{n} new"),
    "new_message": _("New message from {name}"),
    "team": _("The team"),
    "leave_email": _("Leave your e-mail, and our answer finds you when you have left the page."),
    "save": _("Save"),
    "saved_email": _("Thank you. If you leave, we answer to {email}."),
    "rate": _("How was our help?"),
    "rate_1": _("Very poor"),
    "rate_2": _("Poor"),
    "rate_3": _("Okay"),
    "rate_4": _("Good"),
    "rate_5": _("Very good"),
    "rate_comment": _("Would you like to add something?"),
    "rate_thanks": _("Thank you for telling us."),
    "more": _("More"),
    "transcript": _("Send me this conversation by e-mail"),
    "transcript_sent": _("It is on its way to {email}."),
    "sound_on": _("Turn sound on"),
    "sound_off": _("Turn sound off"),
    "too_large": _("Files of up to 10 MB can be sent."),
    "bad_file": _("This kind of file can't be sent."),
    "too_many_files": _("Up to five files can be sent at once."),
    "slow_down": _("That was a lot at once. Please wait a moment."),
    "unknown": _("We could not confirm who you are. Please load the page again."),
    "trouble": _("Something went wrong. Please try again."),
}
# What the business may say in its own words.
OWN = ("launcher", "hello", "intro", "pace", "away", "leave_email", "rate")
FORM: dict[str, Any] = {
    "title": _("Write to us"),
    "name": _("Your name"),
    "email": _("Your e-mail"),
    "phone": _("Your phone number"),
    "city": _("City"),
    "country": _("Country"),
    "job_title": _("Job title"),
    "message": _("Your message"),
    "optional": _("optional"),
    "send": _("Send"),
    "thanks": _("Thank you. Your message has arrived, and we answer by e-mail."),
    "again": _("Write another message"),
    "needed": _("Please fill this in."),
    "bad_email": _("Please check this e-mail address."),
    "wrong": _("Please check this."),
    "trap": _("Leave this empty."),
    "stale": _("This page was open for a long time. Please send it once more."),
    "slow_down": _("That was a lot at once. Please wait a moment."),
    "problems": _("Something is missing. Please look at the marked fields."),
}
CONFIRMING: dict[str, Any] = {
    "subject": _("Please confirm: {purpose}"),
    "lead": _(
        "You signed up at {business}. Please confirm it by this link; without your word nothing is sent:"
    ),
    "button": _("Confirm your sign-up"),
    "end": _("The link works for {days} days. If you did not ask for it, do nothing."),
}
MAILED: dict[str, Any] = {
    "answer_subject": _("{business} has answered you"),
    "answer_lead": _("You asked us something on our website, and here is our answer:"),
    "answer_end": _("Reply to this mail to go on; your answer reaches us in the same conversation."),
    "transcript_subject": _("Your conversation with {business}"),
    "transcript_lead": _("Here is what we wrote to each other, as you asked:"),
}


def language_for(wanted: str, otherwise: str = "en") -> str:
    """Return the language of ours that comes nearest to what a browser asks for.

    >>> language_for("no-NO"), language_for("fr", "fi")
    ('nb', 'fi')
    """
    for piece in wanted.replace("_", "-").lower().split(","):
        base = piece.strip().partition(";")[0].partition("-")[0]
        if SAME.get(base, base) in LANGUAGES:
            return SAME.get(base, base)
    return otherwise if otherwise in LANGUAGES else "en"


def words_in(language: str, own: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Return all that the chat says in a language, the business's own words where it has some in that language."""
    standard = words_of(WORDS, language)
    said = (own or {}).get(language) or {}
    return standard | {key: str(said[key]) for key in OWN if said.get(key)}


def words_of(words: Mapping[str, Any], language: str) -> dict[str, str]:
    """Return standard words in a language."""
    with translation.override(language):
        return {key: str(text) for key, text in words.items()}


def mail_words(language: str, words: Mapping[str, Any] | None = None, **values: object) -> dict[str, str]:
    """Return what our own mails say in a language, those of the chat by default, with their places filled."""
    with translation.override(language):
        return {key: str(text).format_map(_Kept(values)) for key, text in (words or MAILED).items()}


class _Kept(dict[str, object]):
    """Leaves a place as it stands when nothing is known for it."""

    def __missing__(self, key: str) -> str:
        return f"{{{key}}}"
