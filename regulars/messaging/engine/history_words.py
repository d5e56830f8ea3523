"""How mail programs announce what they quote, in the languages they speak."""

from __future__ import annotations

import re

# «wrote», as it stands at or near the end of the line that introduces a quotation.
WROTE = (
    "wrote",
    "writes",
    "schrieb",
    "schreibt",
    "a écrit",
    "à écrit",
    "escribió",
    "escribio",
    "escreveu",
    "ha scritto",
    "scrive",
    "schreef",
    "geschreven",
    "skrev",
    "skreiv",
    "kirjoitti",
    "rašė",
    "parašė",
    "napisał",
    "napisała",
    "napisał(a)",
    "pisze",
    "napsal",
    "napsala",
    "napsal(a)",
    "napísal",
    "napísala",
    "napísal(a)",
    "írta",
    "ezt írta",
    "a scris",
    "je napisao",
    "je napisala",
    "je napisao/la",
    "napisao je",
    "je napisal",
    "kirjutas",
    "rakstīja",
    "написал",
    "написала",
    "написал(а)",
    "писал",
    "писал(а)",
    "пишет",
    "пише",
    "написав",
    "написала",
    "написа",
    "έγραψε",
    "yazdı",
    "şunu yazdı",
    "写道",
    "寫道",
    "写到",
    "のメール",
    "のメッセージ",
    "書きました",
    "wrote のメール",
    "작성",
    "님이 작성",
    "đã viết",
    "menulis",
    "napisano",
    "כתב",
    "כתבה",
    "كتب",
    "เขียน",
)
FROM = (
    "From|Von|De|Da|Van|Från|Fra|Lähettäjä|Lähettänyt|Nuo|Siuntėjas|Od|Feladó|От|От кого|Від|Από|Kimden|Gönderen|Expéditeur"
    "|Remitente|Mittente|Afzender|Avsändare|Avsender|Afsender|Nadawca|Odesílatel|Expeditor|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람|Saatja"
)
OTHER_LABELS = (
    "Sent|Date|To|Cc|Bcc|Subject|Reply-To|Importance|Attachments|Organization"
    "|Gesendet|Datum|An|Kopie|Betreff|Antwort an|Wichtigkeit"
    "|Envoyé|Envoyé le|À|Objet|Copie"
    "|Enviado|Enviado el|Fecha|Para|Asunto|CC"
    "|Inviato|Data|A|Oggetto"
    "|Verzonden|Aan|Onderwerp"
    "|Skickat|Till|Ämne|Kopia|Sendt|Dato|Til|Emne|Kopi"
    "|Lähetetty|Päivämäärä|Päiväys|Vastaanottaja|Aihe|Kopio"
    "|Išsiųsta|Kam|Kopija|Tema|Gavėjas"
    "|Wysłano|Wysłane|Do|Temat|DW|Odesláno|Komu|Předmět|Kopie|Predmet|Dátum|Odoslané"
    "|Elküldve|Küldve|Dátum|Címzett|Tárgy|Másolatot kap"
    "|Отправлено|Дата|Кому|Тема|Копия|Надіслано"
    "|Στάλθηκε|Προς|Θέμα|Ημερομηνία"
    "|Gönderildi|Gönderilme|Tarih|Kime|Konu|Bilgi"
    "|Enviada em|Enviado em|Assunto"
    "|Trimis|Către|Subiect"
    "|发送时间|日期|收件人|抄送|主题|時間|日期|收件者|副本|主旨|送信日時|日時|宛先|件名|보낸 날짜|받는 사람|제목"
)
SEPARATORS = (
    "Original Message|Original Email|Reply Message|Forwarded message|Begin forwarded message|Original Appointment"
    "|Ursprüngliche Nachricht|Originalnachricht|Weitergeleitete Nachricht|Anfang der weitergeleiteten (?:Nachricht|E-Mail)"
    "|Message d'origine|Message d’origine|Message original|Message transféré|Message initial"
    "|Mensaje original|Mensaje reenviado|Mensagem original|Mensagem encaminhada"
    "|Messaggio originale|Messaggio inoltrato|Messaggio Originale"
    "|Oorspronkelijk bericht|Doorgestuurd bericht"
    "|Ursprungligt meddelande|Vidarebefordrat meddelande|Opprinnelig melding|Videresendt melding|Oprindelig meddelelse|Videresendt meddelelse"
    "|Alkuperäinen viesti|Edelleenlähetetty viesti|Välitetty viesti"
    "|Pradinis laiškas|Originalus laiškas|Persiųstas laiškas|Pirminis pranešimas"
    "|Wiadomość oryginalna|Oryginalna wiadomość|Wiadomość przekazana|Původní zpráva|Přeposlaná zpráva|Pôvodná správa"
    "|Eredeti üzenet|Továbbított üzenet"
    "|Исходное сообщение|Пересылаемое сообщение|Пересланное сообщение|Вихідне повідомлення"
    "|Αρχικό μήνυμα|Orijinal Mesaj|Özgün İleti|İletilen Mesaj|Mesaj original"
    "|原始邮件|原始郵件|转发的邮件|转发邮件|元のメッセージ|원본 메시지|Original-Nachricht"
)
# A line that a telephone or program adds below what was written.
SENT_FROM = (
    r"Sent (?:from|with|via|using) (?:my|the|a|an|Mail for|Yahoo|Outlook|Samsung|Proton|Sparrow|Mailbird|Windows|myMail|K-9|BlackBerry|Android|iPhone|iPad|Spark|Superhuman|Gmail|AOL)\b[^,]{0,60}"
    r"|Sent from (?:Outlook|Yahoo Mail|Samsung|iPhone|Mail)\b.{0,60}"
    r"|Get Outlook for .{0,80}"
    r"|(?:Von meinem|Gesendet von|Gesendet mit|Diese Nachricht wurde von meinem) .{2,60}"
    r"|Envoyé (?:de mon|depuis|à partir d) .{2,60}"
    r"|Enviado (?:desde|do meu|de meu|a partir d) .{2,60}"
    r"|Inviato (?:da|dal) .{2,60}"
    r"|(?:Verstuurd|Verzonden) vanaf .{2,60}"
    r"|(?:Skickat|Sendt|Hentet) (?:från|fra) (?:min|Outlook|mitt) ?.{0,60}"
    r"|(?:Lähetetty|Hanki Outlook) .{2,60}"
    r"|Išsiųsta iš .{2,60}"
    r"|Wysłan[eoy] z .{2,60}|Odesláno z .{2,60}|(?:Az )?iPhone-omról küldve|Küldve .{2,40}ról|Elküldve .{2,60}"
    r"|Отправлено (?:с|из) .{2,60}|Надіслано з .{2,60}|iPhone'umdan gönderildi|发自我的.{1,30}|從我的.{1,20}傳送|iPhoneから送信|나의 iPhone에서 보냄"
)


def any_of(words: tuple[str, ...]) -> str:
    """Return a pattern for any of these words, the longest first."""
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
