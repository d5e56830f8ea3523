"""What robots write in subjects and bodies, in the languages they speak."""

from __future__ import annotations

import re

BOUNCE_SUBJECT = re.compile(
    r"undeliver(?:ed|able)|returned mail|returned to sender|delivery (?:status notification|failure|has failed|failed|problem|error|report)"
    r"|mail delivery (?:failed|failure|system|error|subsystem|status)|failure notice|delivery\s+notification|mail system error|mail failure"
    r"|message (?:could not be|not|was not) delivered|message delivery|non.?(?:delivery|deliverable)|nondeliverable|dsn:|\bbounce[ds]?\b|rejected mail"
    r"|(?:mail|message|email).{0,20} (?:rejected|blocked|not delivered|could not be delivered)|could not send (?:your )?(?:message|mail)"
    r"|unzustellbar|nicht zustellbar|unzustellbarkeit|zustellung fehlgeschlagen|konnte nicht zugestellt|fehler bei der zustellung"
    r"|non remis|échec de (?:la )?(?:remise|distribution|livraison)|no entregado|no se puede entregar|devuelto|não entregue|falha na entrega"
    r"|mancato recapito|impossibile recapitare|onbestelbaar|ej levererat|kunne ikke leveres|kan ikke leveres|ei voitu toimittaa|toimittaminen epäonnistui"
    r"|nepristatyta|nepavyko pristatyti|niedostarczon|nedoručiteln|kézbesíthetetlen|kézbesítési hiba|не доставлено|недоставленное"
    r"|メールエラー|エラー通知|送信エラー|配信(?:不能|できません|エラー)|退信|系统退信|投递失败|無法(?:投遞|傳遞)|전송 실패|반송",
    re.IGNORECASE,
)
BOUNCE_BODY = re.compile(
    r"(?:could not|couldn't|cannot|can't|unable to|was not|wasn't|failed to|not able to|has not) (?:be |been )?(?:deliver|send|sent|reach|complete)"
    r"|undeliverable|delivery (?:to the following|has failed|failed|failure|error)|permanent (?:fatal )?error|fatal errors?"
    r"|user (?:unknown|not found|doesn't exist)|unknown (?:user|recipient|address)|no such (?:user|mailbox|recipient|address|person|account)"
    r"|mailbox (?:unavailable|not found|is full|full|disabled|does not exist)|over (?:the )?quota|quota exceeded|does not exist|recipient (?:address )?rejected"
    r"|(?:message|mail) (?:was )?(?:rejected|returned|blocked|bounced)|rejected your message|returned to (?:the )?sender"
    r"|\b[45]\d\d[ -][#(]?[45]\.\d\.\d|\b55[0-4]\b|\bsmtp error\b|host (?:unknown|or domain name not found)|konnte nicht zugestellt|no se pudo entregar|non remis"
    r"|未能|无法|退回|届けることができません|配信できません",
    re.IGNORECASE,
)
NAMES_WHOM = re.compile(
    r"(?:could not|cannot|can not|couldn't) be delivered to:?\s*<[^<>\s]+@[^<>\s]+>", re.IGNORECASE
)
BOUNCE_SENDER = re.compile(
    r"^(?:mailer.?daemon|mail.?daemon|postmaster|postoffice|mailerdaemon|bounces?|mdaemon|mail.?delivery|mail.?deliver|maildelivery|double-bounce|mmdf|mailadm|mail-?system)\b",
    re.IGNORECASE,
)
FULL = re.compile(
    r"mailbox (?:is )?(?:full|exceed)|over (?:the )?quota|quota (?:exceeded|full)|(?:exceed|beyond).{0,30}(?:quota|storage|limit)|out of (?:disk|storage)|insufficient (?:system )?storage"
    r"|disk (?:quota|full)|too (?:big|large|many|busy)|rate limit|try (?:again|later)|temporar|greylist|deferred|delayed|timed? ?out|will (?:be )?retr|throttl|4\.\d\.\d",
    re.IGNORECASE,
)
PERMANENT = re.compile(
    r"\b5\.\d{1,3}\.\d{1,3}\b|\b55\d\b|user unknown|unknown user|no such|not found|does not exist|doesn't exist|permanent|disabled|inactive",
    re.IGNORECASE,
)
AWAY_SUBJECT = re.compile(
    r"out of (?:the )?office|away from|on (?:vacation|holiday|leave)|vacation|annual leave|\booo\b|maternity leave"
    r"|abwesen|außer haus|nicht im büro|im urlaub|urlaubs|absence|en congés?|hors du bureau|ausencia|fuera de la oficina|de vacaciones|ausência|fora do escritório|férias"
    r"|fuori (?:ufficio|sede)|assenza|in ferie|afwezig|niet aanwezig|frånvar|frånvaro|ej på kontoret|på semester|fravær|ikke på kontoret|på ferie"
    r"|poissa|lomalla|en ole paikalla|nesu biure|nebūsiu|atostogau|nieobecno|urlop|nepřítomn|dovolen|házon kívül|szabadságon|távol vagyok|отсутств|в отпуске"
    r"|不在|休暇|外出|休假|부재",
    re.IGNORECASE,
)
ANSWER_SUBJECT = re.compile(
    r"^(?:auto(?:matic|mated)?[ -]?(?:reply|response|answer)|auto:|automatisk svar|autosvar|autosvar:|automatische (?:antwort|antwoord)|automatisch antwoord|autoantwort"
    r"|réponse automatique|respuesta automática|resposta automática|risposta automatica|automaattinen vastaus|automatinis atsakymas|automatyczna odpowiedź|automatická odpov"
    r"|automatikus válasz|автоответ|автоматический ответ|otomatik yanıt|自动(?:回复|答复)|自動(?:回覆|応答|返信)|자동 (?:회신|응답))",
    re.IGNORECASE,
)
NO_REPLY = re.compile(
    r"^(?:no|do[-_.]?not|dont|never|nicht|ne)[-_.]?(?:reply|answer|respond|antworten|pas-repondre)|^(?:noreply|donotreply|notifications?|alerts?|automailer)\b",
    re.IGNORECASE,
)
