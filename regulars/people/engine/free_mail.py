"""Mail domains that anybody may use, so that they say nothing about the company someone works for."""

from functools import cache

_FREE = """
126.com 163.com abv.bg aim.com aliyun.com aol.com aol.de arcor.de atlas.cz azet.sk bigmir.net bigpond.com bk.ru blueyonder.co.uk
bluewin.ch bol.com.br btinternet.com centrum.cz charter.net chello.at chello.nl citromail.hu club-internet.fr comcast.net cox.net
daum.net duck.com earthlink.net elisanet.fi email.com email.cz email.it eml.cc fastmail.com fastmail.fm foxmail.com free.fr
freemail.hu freenet.de frontier.com gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.fr gmx.net google.com googlemail.com hanmail.net
hey.com home.nl home.se hotmail.be hotmail.ca hotmail.co.uk hotmail.com hotmail.de hotmail.dk hotmail.es hotmail.fi hotmail.fr
hotmail.it hotmail.nl hotmail.no hotmail.se hushmail.com icloud.com ig.com.br inbox.lt inbox.lv inbox.ru indamail.hu interia.pl
jippii.fi juno.com kolumbus.fi kpnmail.nl laposte.net libero.it list.ru live.ca live.co.uk live.com live.com.au live.de live.dk
live.fi live.fr live.it live.nl live.no live.se luukku.com mac.com mail.bg mail.com mail.dk mail.ee mail.lt mail.ru mailbox.org
mailfence.com me.com mobikontakt.no msn.com mweb.co.za naver.com netcourrier.com neuf.fr nic.lt ntlworld.com o2.pl o2online.de
office.com one.lt online.de online.no onet.eu onet.pl op.pl optonline.net optusnet.com.au orange.fr outlook.at outlook.co.uk
outlook.com outlook.de outlook.dk outlook.es outlook.fi outlook.fr outlook.it pm.me poczta.onet.pl post.cz post.sk posteo.de
posteo.net pp.inet.fi proton.me protonmail.ch protonmail.com qq.com rambler.ru rediffmail.com rocketmail.com saunalahti.fi
sbcglobal.net seznam.cz sfr.fr shaw.ca sify.com sina.com skynet.be sky.com spray.se suomi24.fi surfeu.fi t-online.de t-online.hu
takas.lt talktalk.net telenet.be telia.com telus.net terra.com.br tin.it tiscali.co.uk tiscali.it tlen.pl tuta.com tutanota.com
ukr.net uol.com.br upcmail.nl verizon.net videotron.ca virgilio.it virginmedia.com vip.qq.com virgin.net wanadoo.fr web.de
welho.com windowslive.com wp.pl xs4all.nl xtra.co.nz ya.ru yahoo.ca yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.ar
yahoo.com.au yahoo.com.br yahoo.com.mx yahoo.de yahoo.dk yahoo.es yahoo.fr yahoo.gr yahoo.in yahoo.it yahoo.no yahoo.pl yahoo.se
yandex.com yandex.ru ymail.com zoho.com zohomail.com ziggo.nl zonnet.nl
"""


@cache
def free_domains() -> frozenset[str]:
    """Return the domains where anybody may have an address."""
    return frozenset(_FREE.split())


def is_free_mail(domain: str) -> bool:
    """Say whether anybody may have an address there.

    >>> is_free_mail("gmail.com"), is_free_mail("aalto.example")
    (True, False)
    """
    return domain.lower() in free_domains()


def company_domain(email: str) -> str:
    """Return the domain of an address when it may say where someone works, else "".

    >>> company_domain("ada@aalto.example"), company_domain("ada@gmail.com")
    ('aalto.example', '')
    """
    domain = email.rpartition("@")[2].lower()
    return "" if "." not in domain or is_free_mail(domain) else domain
