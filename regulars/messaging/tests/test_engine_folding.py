"""What is new in a reply, what is history, and that nothing is ever lost between them."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.messaging.engine.folding import fold
from regulars.messaging.engine.html_folding import fold_html
from regulars.messaging.engine.html_text import text_of
from regulars.messaging.engine.mime import read_letter
from regulars.messaging.tests.real_mail import folder_of, mail

# As the programs of the world introduce what they quote; each stands above a quoted line.
INTRODUCTIONS = {
    "en": "On Mon, May 4, 2020 at 9:41 AM Ada Lovelace <ada@example.com> wrote:",
    "en wrapped": "On Mon, May 4, 2020 at 9:41 AM Ada Lovelace of the Analytical Society <\nada@example.com> wrote:",
    "en outlook": "From: Ada Lovelace <ada@example.com>\nSent: Monday, May 4, 2020 9:41 AM\nTo: Desk\nSubject: Hello",
    "de": "Am Mo., 4. Mai 2020 um 09:41 Uhr schrieb Ada Lovelace <ada@example.com>:",
    "de outlook": "Von: Ada Lovelace <ada@example.com>\nGesendet: Montag, 4. Mai 2020 09:41\nAn: Desk\nBetreff: Hallo",
    "fr": "Le lun. 4 mai 2020 à 09:41, Ada Lovelace <ada@example.com> a écrit :",
    "fr outlook": "De : Ada Lovelace <ada@example.com>\nEnvoyé : lundi 4 mai 2020 09:41\nÀ : Desk\nObjet : Bonjour",
    "es": "El lun., 4 may. 2020 a las 9:41, Ada Lovelace (<ada@example.com>) escribió:",
    "pt": "Em seg., 4 de mai. de 2020 às 09:41, Ada Lovelace <ada@example.com> escreveu:",
    "it": "Il giorno lun 4 mag 2020 alle ore 09:41 Ada Lovelace <ada@example.com> ha scritto:",
    "nl": "Op ma 4 mei 2020 om 09:41 schreef Ada Lovelace <ada@example.com>:",
    "nl apple": "Op 4 mei 2020 om 09:41 heeft Ada Lovelace <ada@example.com> het volgende geschreven:",
    "sv": "Den mån 4 maj 2020 kl 09:41 skrev Ada Lovelace <ada@example.com>:",
    "sv outlook": "Från: Ada Lovelace <ada@example.com>\nSkickat: den 4 maj 2020 09:41\nTill: Desk\nÄmne: Hej",
    "nb": "man. 4. mai 2020 kl. 09:41 skrev Ada Lovelace <ada@example.com>:",
    "nb outlook": "Fra: Ada Lovelace <ada@example.com>\nSendt: mandag 4. mai 2020 09.41\nTil: Desk\nEmne: Hei",
    "da": "Den man. 4. maj 2020 kl. 09.41 skrev Ada Lovelace <ada@example.com>:",
    "fi": "ma 4. toukok. 2020 klo 9.41 Ada Lovelace (ada@example.com) kirjoitti:",
    "fi outlook": "Lähettäjä: Ada Lovelace <ada@example.com>\nLähetetty: maanantai 4. toukokuuta 2020 9.41\nVastaanottaja: Desk\nAihe: Hei",
    "lt": "2020-05-04, pr, 09:41 Ada Lovelace <ada@example.com> rašė:",
    "lt outlook": "Nuo: Ada Lovelace <ada@example.com>\nIšsiųsta: 2020 m. gegužės 4 d. 09:41\nKam: Desk\nTema: Labas",
    "pl": "pon., 4 maj 2020 o 09:41 Ada Lovelace <ada@example.com> napisał(a):",
    "cs": "po 4. 5. 2020 v 9:41 odesílatel Ada Lovelace <ada@example.com> napsal:",
    "sk": "po 4. 5. 2020 o 9:41 Ada Lovelace <ada@example.com> napísal(a):",
    "hu": "Ada Lovelace <ada@example.com> ezt írta (időpont: 2020. máj. 4., H, 9:41):",
    "hu outlook": "Feladó: Ada Lovelace <ada@example.com>\nElküldve: 2020. május 4., hétfő 9:41\nCímzett: Desk\nTárgy: Helló",
    "ro": "În lun., 4 mai 2020 la 09:41, Ada Lovelace <ada@example.com> a scris:",
    "ru": "пн, 4 мая 2020 г. в 09:41, Ada Lovelace <ada@example.com>:\n> пишет",
    "ru wrote": "4 мая 2020 г., 9:41, Ada Lovelace <ada@example.com> написал(а):",
    "uk": "пн, 4 трав. 2020 р. о 09:41 Ada Lovelace <ada@example.com> пише:",
    "el": "Στις Δευ 4 Μαΐ 2020 στις 9:41 π.μ., ο χρήστης Ada Lovelace <ada@example.com> έγραψε:",
    "tr": "Ada Lovelace <ada@example.com>, 4 May 2020 Pzt, 09:41 tarihinde şunu yazdı:",
    "zh": "Ada Lovelace <ada@example.com> 于2020年5月4日周一 上午9:41写道：",
    "ja": "2020年5月4日(月) 9:41 Ada Lovelace <ada@example.com>:",
    "ko": "2020년 5월 4일 (월) 오전 9:41, Ada Lovelace <ada@example.com>님이 작성:",
}


@pytest.mark.parametrize("introduction", INTRODUCTIONS.values(), ids=INTRODUCTIONS)
def test_a_reply_above_the_quotation_is_what_is_new(introduction: str) -> None:
    folded = fold(f"Thank you, that works.\n\nAda\n\n{introduction}\n\n> Does it work?\n> Bob\n")

    assert folded.new == "Thank you, that works.\n\nAda"
    assert folded.quoted == f"{introduction}\n\n> Does it work?\n> Bob"


@pytest.mark.parametrize(
    "words", ["Original Message", "Ursprüngliche Nachricht", "Alkuperäinen viesti", "Eredeti üzenet"]
)
def test_a_line_between_dashes_begins_the_history(words: str) -> None:
    folded = fold(f"Yes.\n\n-----{words}-----\nFrom: bob@example.com\nTo: ada@example.com\n\nShall we?")

    assert (folded.new, folded.quoted.split("\n")[0]) == ("Yes.", f"-----{words}-----")


def test_an_answer_below_the_quotation_is_what_is_new() -> None:
    folded = fold("On 4 May 2020, Bob <bob@example.com> wrote:\n> Shall we?\n\nYes, gladly.\n")

    assert folded.new == "Yes, gladly."
    assert folded.quoted == "On 4 May 2020, Bob <bob@example.com> wrote:\n> Shall we?"


def test_answers_between_the_quoted_lines_stay_with_them() -> None:
    text = "On 4 May 2020, Bob <bob@example.com> wrote:\n> When?\nAt nine.\n> Where?\nAt the pier."

    assert fold(text).new == "> When?\nAt nine.\n> Where?\nAt the pier."


def test_a_form_that_begins_like_a_header_is_not_history() -> None:
    text = "From: Ada\nSubject: An engine\nDate: today\n\nPlease call me."

    assert fold(text).new == text


def test_dashes_in_code_are_no_signature() -> None:
    text = "Try this:\n```\n--\nselect 1\n```\nIt helps."

    assert fold(text).new == text


@pytest.mark.parametrize(
    "mark", ["--", "-- ", "—", "_____", "Sent from my iPhone", "Von meinem iPhone gesendet"]
)
def test_a_signature_is_kept_apart(mark: str) -> None:
    folded = fold(f"See you there.\n\n{mark}\nAda\nAnalytical Society")

    assert folded.new == "See you there."
    assert folded.signature.endswith("Ada\nAnalytical Society")


def test_a_sentence_that_only_begins_like_a_signature_is_none() -> None:
    text = "Here it is.\n\nSent from my desk, is much easier then my mobile phone."

    assert fold(text).new == text


def test_a_mail_of_nothing_but_quotation_is_shown_whole() -> None:
    assert fold("> Only this.\n").new == "> Only this."


@settings(deadline=None)
@given(st.text(st.sampled_from("ab \n>-_:<@.|*\u200b`=") | st.characters(codec="utf-8"), max_size=300))
def test_no_line_is_ever_lost(text: str) -> None:
    folded = fold(text)

    kept = said(folded.new) + said(folded.signature) + said(folded.quoted)
    assert sorted(kept) == sorted(said(text))
    assert bool(folded.new.strip()) or not said(text)


def said(text: str) -> list[str]:
    """Return the words of a text; folding may trim blanks at the ends of lines."""
    invisible = "\u200b\u200c\u200d\ufeff\u2060\u1427\u00a0"
    return text.translate(dict.fromkeys(map(ord, invisible), " ")).split()


def test_the_discourse_cases_are_trimmed_exactly() -> None:
    folder = folder_of("discourse")
    cases = sorted(path for path in (folder / "trimmed").iterdir())
    wrong = [
        case.name for case in cases if new_of(folder / "emails" / case.name) != tidy(case.read_text("utf-8"))
    ]

    assert (len(cases), wrong) == (25, [])


def new_of(path: Path) -> str:
    return tidy(fold(path.read_text("utf-8")).new)


def tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


@pytest.mark.parametrize(
    "client", ["apple_mail_2", "comcast", "gmail", "hotmail", "outlook", "sparrow", "thunderbird"]
)
def test_what_seven_mail_programs_send_is_folded(client: str) -> None:
    letter = read_letter(mail(f"talon/standard_replies/{client}.eml"))

    assert fold(letter.text).new == "Hello"


@pytest.mark.parametrize("client", ["gmail", "hotmail", "mail_ru", "ms_outlook_2010", "thunderbird"])
def test_what_mail_programs_send_as_html_is_folded(client: str) -> None:
    folded = fold_html(folder_of("talon/html_replies").joinpath(f"{client}.html").read_text("utf-8"))

    assert "".join(text_of(folded.new).split()) == "Hi.Iamfine.Thanks,Alex"
    assert "How are you?" in text_of(folded.quoted)


@settings(deadline=None)
@given(
    st.text(st.sampled_from("<>/divblockquote =\"'&;!-[]p\n ") | st.characters(codec="utf-8"), max_size=200)
)
def test_html_is_cut_never_changed(markup: str) -> None:
    folded = fold_html(markup)

    assert folded.new + folded.quoted == markup


def test_an_answer_below_an_html_quotation_is_not_folded_away() -> None:
    markup = '<blockquote type="cite"><p>Shall we?</p></blockquote><p>Yes, gladly.</p>'

    assert fold_html(markup).new == markup
