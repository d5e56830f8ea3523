"""What kind of mail this is: written by a person, or by which sort of robot.

Classes: human, auto_reply, out_of_office, hard_bounce, soft_bounce, complaint, list, own_loop. Nothing but `human` and `list`
is ever answered by us, so a robot's mail taken for a person's is a loop, and a person's taken for a robot's is a customer not
heard: what only looks like a robot stays human.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from regulars.messaging.engine.headers import MAILBOX
from regulars.messaging.engine.kinds_words import (
    ANSWER_SUBJECT,
    AWAY_SUBJECT,
    BOUNCE_BODY,
    BOUNCE_SENDER,
    BOUNCE_SUBJECT,
    FULL,
    NAMES_WHOM,
    NO_REPLY,
    PERMANENT,
)
from regulars.messaging.engine.letters import Address, Letter

HUMAN, AUTO_REPLY, OUT_OF_OFFICE = "human", "auto_reply", "out_of_office"
HARD_BOUNCE, SOFT_BOUNCE, COMPLAINT = "hard_bounce", "soft_bounce", "complaint"
LIST, OWN_LOOP = "list", "own_loop"
NO_REPLY_SENDER = "no-reply sender"
KINDS = (HUMAN, AUTO_REPLY, OUT_OF_OFFICE, HARD_BOUNCE, SOFT_BOUNCE, COMPLAINT, LIST, OWN_LOOP)
OWN_MARK = "x-regulars-loop"
READ = 20_000


@dataclass(frozen=True)
class Kind:
    """The class of a mail, the sign it was known by, and for bounces and complaints whom they are about."""

    name: str
    sign: str = ""
    about: tuple[str, ...] = ()

    @property
    def is_robot(self) -> bool:
        """Tell whether an automatic answer to it could start a loop."""
        return self.name != HUMAN


def kind_of(letter: Letter, own_addresses: Collection[str] = ()) -> Kind:
    """Return what kind of mail this is; `own_addresses` in lower case are those we send from."""
    if letter.header(OWN_MARK):
        return Kind(OWN_LOOP, OWN_MARK)
    told = _told_by_amazon(letter)
    if told is not None:
        return told
    complaint = _complaint_sign(letter)
    if complaint:
        return Kind(COMPLAINT, complaint, _about(letter))
    bounce = _bounce_sign(letter)
    if bounce:
        return Kind(SOFT_BOUNCE if _is_soft(letter) else HARD_BOUNCE, bounce, _about(letter))
    author = form_author(letter, own_addresses)
    if letter.sender is not None and letter.sender.email in own_addresses and author is None:
        return Kind(OWN_LOOP, "sent by ourselves")
    answer = _answer_sign(letter)
    if answer:
        return Kind(OUT_OF_OFFICE if _is_away(letter) else AUTO_REPLY, answer)
    bulk = _list_sign(letter)
    is_form = author is not None and bulk == NO_REPLY_SENDER
    return Kind(LIST, bulk) if bulk and not is_form else Kind(HUMAN)


def form_author(letter: Letter, own_addresses: Collection[str]) -> Address | None:
    """Return who filled in a form: it writes from our own address or from nobody's, and says whom to answer."""
    if letter.sender is None or len(letter.reply_to) != 1:
        return None
    author = letter.reply_to[0]
    is_ours = _without_mark(letter.sender.email) in own_addresses
    house = letter.sender.email.rpartition("@")[2]
    if not (is_ours or _is_no_reply(letter)) or not author.email or author.email.endswith(f"@{house}"):
        return None
    is_nobody = _without_mark(author.email) in own_addresses or bool(NO_REPLY.match(author.email))
    return None if is_nobody else author


def _without_mark(email: str) -> str:
    local, sign, domain = email.rpartition("@")
    return f"{local.partition('+')[0]}{sign}{domain}"


def _told_by_amazon(letter: Letter) -> Kind | None:
    """Read what Amazon SES tells by mail through SNS: JSON, often within JSON, and broken by mail's line length."""
    if not letter.text.lstrip().startswith("{"):
        return None
    told = re.sub(r"!?\n ?", "", letter.text[:READ]).replace('\\"', '"')
    what = re.search(r'"(?:notificationType|eventType)"\s*:\s*"(Bounce|Complaint)"', told)
    if what is None:
        return None
    about = tuple(dict.fromkeys(re.findall(r'"emailAddress"\s*:\s*"([^"]+@[^"]+)"', told.lower())))
    if what[1] == "Complaint":
        return Kind(COMPLAINT, "amazon ses", about)
    is_permanent = re.search(r'"bounceType"\s*:\s*"Permanent"', told)
    return Kind(HARD_BOUNCE if is_permanent else SOFT_BOUNCE, "amazon ses", about)


def _complaint_sign(letter: Letter) -> str:
    if letter.report_type == "feedback-report":
        return "feedback report"
    if any(part.content_type == "message/feedback-report" for part in letter.attachments):
        return "feedback report"
    if letter.header("x-hmxmroriginalrecipient") or "staff@hotmail.com" in letter.header("from").lower():
        return "junk mail report"
    is_abuse = re.search(
        r"^(?:complaint about message from|abuse report|email feedback report)", letter.subject, re.IGNORECASE
    )
    return "abuse report" if is_abuse and letter.returned_headers else ""


def _bounce_sign(letter: Letter) -> str:
    failed = [
        report
        for report in letter.reports
        if report.action in ("failed", "delayed", "") or report.status[:1] in ("4", "5")
    ]
    if failed:
        return "delivery report"
    if letter.reports:
        return ""
    if letter.report_type == "delivery-status":
        return "delivery report without recipients"
    if letter.header("x-failed-recipients"):
        return "x-failed-recipients"
    is_daemon = _is_daemon(letter)
    says_so = bool(BOUNCE_SUBJECT.search(letter.subject))
    explains = bool(BOUNCE_BODY.search(letter.text[:READ]))
    if is_daemon and (says_so or explains):
        return "mailer-daemon"
    if _has_empty_return_path(letter) and says_so and explains:
        return "empty return path"
    if NAMES_WHOM.search(letter.text[:READ]) and (_is_no_reply(letter) or _has_empty_return_path(letter)):
        return "names whom it did not reach"
    if (
        says_so
        and explains
        and (letter.returned_headers or _quotes_a_mail(letter))
        and not letter.in_reply_to
    ):
        return "returned mail"
    return ""


def _is_daemon(letter: Letter) -> bool:
    said = letter.header("from")
    named = (letter.sender.email, letter.sender.name) if letter.sender else (said, said.rpartition("<")[2])
    return any(BOUNCE_SENDER.match(text.strip(' "<')) for text in named if text)


def _has_empty_return_path(letter: Letter) -> bool:
    return letter.header("return-path").strip() == "<>" or letter.header("x-envelope-from").strip() == "<>"


def _quotes_a_mail(letter: Letter) -> bool:
    return bool(re.search(r"^[>\s]*(?:Received|Message-I[dD]|Return-Path): .+", letter.text, re.MULTILINE))


def _is_soft(letter: Letter) -> bool:
    """A mailbox that is full or busy may take the next mail; an address that does not exist never will."""
    statuses = [report.status for report in letter.reports if report.status]
    said = " ".join(report.diagnosis for report in letter.reports) or letter.text[:READ]
    if statuses:
        return all(status.startswith("4") or status in ("5.2.2", "5.3.4", "5.4.5") for status in statuses)
    if letter.reports and all(report.action == "delayed" for report in letter.reports):
        return True
    return bool(FULL.search(said)) and not PERMANENT.search(said)


def _about(letter: Letter) -> tuple[str, ...]:
    named = [report.recipient for report in letter.reports]
    named += MAILBOX.findall(letter.header("x-failed-recipients").lower())
    if not named:
        returned = letter.returned_headers.get("to", ())
        named = [email for value in returned for email in MAILBOX.findall(value.lower())]
    if not named:
        named = re.findall(r"<([^<>\s@]+@[^<>\s]+)>", letter.text[:READ].lower())[:1]
    return tuple(dict.fromkeys(named))


def _answer_sign(letter: Letter) -> str:
    submitted = re.split(r"[;\s(]", letter.header("auto-submitted").strip().lower())[0]
    if submitted and submitted != "no":
        return f"auto-submitted {submitted}"
    for name in (
        "x-autoreply",
        "x-autorespond",
        "x-autoresponder",
        "x-auto-reply-from",
        "x-mail-autoreply",
        "x-facebook-notify",
    ):
        if letter.header(name) and letter.header(name).strip().lower() not in ("no", "none"):
            return name
    if letter.header("precedence").strip().lower() in ("auto_reply", "auto-reply"):
        return "precedence"
    if letter.header("delivered-to").strip().lower() == "autoresponder":
        return "delivered-to"
    if letter.report_type == "disposition-notification":
        return "read receipt"
    if ANSWER_SUBJECT.search(letter.subject.strip()):
        return "subject"
    is_alone = letter.header("x-auto-response-suppress") and (
        AWAY_SUBJECT.search(letter.subject) or _is_no_reply(letter)
    )
    if is_alone:
        return "x-auto-response-suppress"
    if _has_empty_return_path(letter):
        return "empty return path"
    return ""


def _is_away(letter: Letter) -> bool:
    return bool(AWAY_SUBJECT.search(letter.subject) or AWAY_SUBJECT.search(letter.text[:600]))


def _is_no_reply(letter: Letter) -> bool:
    return letter.sender is not None and bool(NO_REPLY.match(letter.sender.email))


def _list_sign(letter: Letter) -> str:
    for name in (
        "list-id",
        "list-unsubscribe",
        "list-post",
        "x-mailing-list",
        "mailing-list",
        "x-campaignid",
        "x-campaign-id",
        "feedback-id",
    ):
        if letter.header(name):
            return name
    if letter.header("precedence").strip().lower() in ("bulk", "list", "junk"):
        return "precedence"
    return NO_REPLY_SENDER if _is_no_reply(letter) else ""
