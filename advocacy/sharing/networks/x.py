"""X: a share page, because a post with a link costs 0.20 USD through its API.

https://docs.x.com/x-api/getting-started/pricing
"""

from __future__ import annotations

import unicodedata

from advocacy.sharing.base import BaseNetwork
from advocacy.sharing.network import Abilities
from advocacy.sharing.text import Pattern, address, quote

LINK_LENGTH = 23
"""Every link becomes one of t.co's. https://docs.x.com/fundamentals/counting-characters"""
_COUNTRIES = (
    "ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw by bz ca cc "
    "cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gd "
    "ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg "
    "kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv "
    "mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa "
    "sb sc sd se sg sh si sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug "
    "uk us uy uz va vc ve vg vi vn vu wf ws ye yt za zm zw"
)
_OTHERS = (
    "academy aero agency app arpa art asia bayern berlin biz blog business care cat center city cloud club coach codes "
    "com community company consulting coop design dev digital earth eco edu education email energy engineering "
    "enterprises events expert finance foundation fund fyi games gmbh gov green group guide hamburg health help host "
    "immo info ink institute int international jobs koeln land law legal life link live ltd marketing media mil mobi "
    "museum name net network news nrw one online org page partners photo photos post press pro productions promo "
    "ruhr saarland school science services shop site social software solar solutions space store studio support "
    "systems team tech technology tel tips today tools top training travel university ventures video vote website wiki "
    "wien work works world wtf xyz zone"
)
"""Endings under which words without ``https://`` become links: all countries', and the usual others.

https://github.com/twitter/twitter-text/blob/master/conformance/tld_lib.yml
"""
_PATH = r"[A-Za-z0-9!*';:=+,.$/%#\[\]~@|&_\u00c0-\u024f\u0400-\u04ff-]"
_PATH_END = r"[A-Za-z0-9=_#/+\u00c0-\u024f\u0400-\u04ff-]"
_QUERY = r"[A-Za-z0-9!?*'@();:&=+$/%#\[\]_.,~|-]"
_REST = (
    rf"(?::\d+)?(?:/(?:(?:{_PATH}|\({_PATH}*\))*(?:{_PATH_END}|\({_PATH}*\)))?)?"
    rf"(?:\?{_QUERY}*[A-Za-z0-9_&=#/-])?"
)
_LINK = Pattern(
    r"(?<![A-Za-z0-9@＠$#＃])(?:"
    r"(?i:https?)://[A-Za-z0-9\u00c0-\u024f\u0400-\u04ff_-]+(?:\.[A-Za-z0-9\u00c0-\u024f\u0400-\u04ff_-]+)*"
    r"|(?<![-_./])(?:[A-Za-z0-9][A-Za-z0-9_-]*\.)+"
    rf"(?i:{'|'.join(sorted((*_COUNTRIES.split(), *_OTHERS.split()), reverse=True))})(?![A-Za-z0-9@＠_-])"
    rf"){_REST}"
)
"""A link as X finds it: a domain alone is one, an e-mail address is none, and Chinese or Japanese ends it."""
_EMOJI = Pattern(
    r"\p{Regional_Indicator}{2}|[#*0-9]\ufe0f?\u20e3|[©®]\ufe0f"
    r"|[\p{Extended_Pictographic}--[©®]](?!\ufe0e)[\ufe0f\p{Emoji_Modifier}]?(?:[\U000e0020-\U000e007e]+\U000e007f)?"
    r"(?:\u200d\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)*"
)
"""An emoji, however many code points it takes: a flag, a keycap, a family."""
_LIGHT = Pattern(r"[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
"""Signs that count once; all others count twice. https://github.com/twitter/twitter-text/blob/master/config/v3.json"""


def weight(text: str) -> int:
    """The weighted count of composed text: a link 23, an emoji 2, Chinese, Japanese and Korean 2 a sign."""
    rest = unicodedata.normalize("NFC", text)
    links = len(_LINK.findall(rest))
    rest = _LINK.sub("", rest)
    emoji = len(_EMOJI.findall(rest))
    rest = _EMOJI.sub("", rest)
    return LINK_LENGTH * links + 2 * (emoji + len(rest)) - len(_LIGHT.findall(rest))


class X(BaseNetwork):
    """A prefilled post."""

    name = "x"
    label = "X"
    limit = 280
    link_length: int | None = LINK_LENGTH

    def abilities(self) -> Abilities:
        """A share page with the whole text."""
        return Abilities(dialog=True, dialog_takes_text=True)

    def length(self, text: str) -> int:
        """Weighted; every link counts 23."""
        return weight(text)

    def dialog(self, text: str, link: str) -> str:
        """The link stays in the text, where its author put it. https://docs.x.com/x-for-websites/web-intents/overview"""
        base = self.settings.origin("https://x.com") + "/intent/post?text="
        return address(lambda said: base + quote(said), text, link)
