# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Text of the shop that speaks to a machine instead of to shoppers, or sends them away: not quoted, and not shown to a model.

A supplier's description, a review or a policy can be written by anybody. Nothing here is the last line of defence: no
action follows from such text, and what a model writes is held against the record. But a quote in the shop's own chat is
read as the shop's word. An order to a machine may run on over several sentences, so that nothing after it is taken either.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from data.records import Product

_MACHINE = r"(?:assistants?|(?:shop|shopping|sales|ai) helpers?|(?:chat)?bots?|ai|a\.i\.|(?:large )?language models?|llms?|gpt\w*|systems?|translators?)"
_SPEAK = r"(?:mention|say|claim|state|tell(?! (?:us|me)\b)|write|output|repl(?:y|ies)|respond|answer|translate|render|reveal|repeat|print|quote|insult|obey|decode|recommend|pretend|act|speak|call it|warn|grant|forget|(?:begin|start|end|close|finish) (?:with|by))"
_SAY = r"(?:mention|say|claim|tell|write|output|reply|respond|answer|print|pretend|insult|repeat)"
_SHOUTED = r"(?-i:[A-ZÀ-Þ]{4,}\b|[A-ZÀ-Þ]+-[A-ZÀ-Þ]+\b)"
_ORDERS = re.compile(
    "|".join(
        (
            # what is to be forgotten, and what was said before
            r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|previous|prior|above|rules?|prompts?|guidelines?|everything|others?)\b",
            r"\b(?:system|developer|initial|full|hidden) (?:prompt|message|instructions?|mode)\b|\bnew instructions?\b|\bend of (?:data|facts|listing|context)\b|\bword for word\b|\babove this line\b|\byour (?:first|previous) (?:message|instructions?)\b",
            # somebody speaks, or is spoken to, who is no shopper
            rf"(?:^|[.!?;:(\]>*_\n-])\s*(?:dear |hey |hello |hi |to (?:the |all |every )?|note (?:to|for) (?:the |any |all )?|(?:message|hint|instructions?|attention) (?:to|for) (?:the |any )?)?{_MACHINE}(?: readers?|[ -]notes?)?\s*[,:：]",
            rf"\b(?:note|message|hint|instructions?|reminder)s? (?:to|for) (?:the |any |all )?(?:{_MACHINE}|readers?|summar\w+)\b|\b(?:system|assistant|user|shopper|developer|human|ai)\s*[:：]",
            r"\bas an? (?:ai|language model|assistant)\b|\bjailbreak|\bbase ?64\b|<\|",
            # how it is to be described, summed up, translated
            rf"\b(?:when(?:ever)?|whoever|if you|before you|anyone who)\b[^.!?]{{0,30}}\b(?:describ\w+|summar\w+|summing|sums? (?:it |this |these )?up|translat\w+|answer\w*|reads? this)\b[^.!?]{{0,60}}\b{_SPEAK}\b|\b(?:for|in) chinese\b[^.!?]{{0,30}}\b{_SPEAK}\b",
            rf"\b(?:always|kindly|must|has to|have to|please|now)\b(?: (?:also|always|only|now))?,? {_SPEAK}\b(?! (?:to |with )?(?:us|me|our|your|in touch)\b)|\b{_SPEAK} this (?:first|only)\b",
            rf"\b(?:and|then|should|also|to) {_SAY}\b (?:that (?:the|this|every|it|all|whoever)\b|the words?\b|only\b|everyone\b|everybody\b|this\b|in (?:your|capitals)\b|you (?-i:[a-z]+)\b|{_SHOUTED})",
            r"\b(?:tell|inform|warn) (?:the |every |all )?(?:user|customer|shopper|buyer|visitor)s?\b|\b(?:tell|inform) every(?:one|body)\b|\b(?:shown|show|told) only (?:this|that)\b|\bwhoever (?:reads|sums|is reading|asks)\b|\b(?:should|must) add that\b",
            rf"\btranslate (?:this|it|the)\b|(?-i:\b{_SPEAK} (?:(?:only|nothing but|with|by)\s+)*(?:the words? |{_SHOUTED}))",
            r"\byou (?:are now|must (?:now|always|say|tell|recommend|grant)|will now)\b|\b(?:reveal|list|show|dump|export) (?:the )?(?:orders? of|carts? of|addresses of|full prompt|prompt)\b",
            # deeds and prices that only the shop's records hold
            r"\b(?:add|put) (?:\d+|one|two|three|four|five|ten) (?:of|more|pieces)\b[^.!?]{0,40}\b(?:cart|basket)\b|\b(?:correct|real|true|actual) price is\b|\b(?:say|tell|claim|state)\b[^.!?]{0,30}\b(?:costs?|is free|the price)\b",
            r"\bremember that this (?:shopper|customer|user)\b|\bhand (?:over )?this conversation\b|\b(?:everything|all) (?:in this shop )?is free\b",
            # away from the shop
            r"\b(?:card|account) numbers?\b[^.!?]{0,20}\bto\b|\bsend\b[^.!?]{0,20}\b(?:card|passwords?)\b|\bhalf (?:the|of the) price\b[^.!?]*$|\bmailed to po box\b",
            r"\b(?:any|every|the|our) (?:agent|helper|host|presenter|announcer|speaker|narrator|reader|translator|staff|member of staff)s?\b[^.!?]{0,60}\b(?:is|are|must|should|shall|may|has|have)\b[^.!?]{0,20}\b(?:obliged|required|asked|to|as well|tell|say|add|disclose|mention|put|pop)\b|\b(?:staff|helpers?|presenters?|announcers?|translators?|readers?|anyone reading|everyone who)\b[^.!?]{0,60}\b(?:greets?|adds?|joins?|renders?|announces?|discloses?|says?|tells?|reads? out|should|must)\b",
            r"\b(?:the )?(?:shop|store) (?:owner|manager|staff) (?:says?|announces?|asks?|wants?|instructs?)\b|\bread (?:it |this )?(?:out|aloud)\b|\bto be (?:read out|presented|announced|introduced) (?:as|with)\b|\b(?:read|written|announced) out with\b|\bspoken summar\w+|\btalk to the (?:customer|shopper)|\b(?:open|begin|close|finish) with ['\"‘“]|\bappend the\b|\b(?:should|must|will) display\b|\bplease be that\b|\bimagine (?:being|you are)\b|\bword of the day\b",
            r"\bwrite ['\"‘“]|\bsave to the profile\b|\bnow play\b|\bso do tell\b|\btell callers\b|\bfirst letter of each\b|\brot ?13\b|(?=(?:[0-9a-f]{2} )*\d?[a-f])(?:\b[0-9a-f]{2} ){5,}|^\s*[QA]:\s|\{\s*[\"“']\w+[\"”']\s*:|```|\berror 0x",
            r"\bwe at the (?:shop|store)\b|\bthis (?:shop|store) wants\b|\bwhoever [^.!?]{0,60}\b(?:pays?|gets?|receives?)\b|\bhave the (?:shopper|customer|buyer)\b|\b(?:pin|door code|passwords?|one-time code)\b[^.!?]{0,30}\b(?:chat|here)\b|\bthat was your cue\b|\bis you\b\W*$|\b(?:a|the) clerk who\b|\bwith every mention\b|\bsku,|\bglossary for\b|\bfor rendering\b|\w\([^()]*[\"“'][^()]*\)|#\s*run\b|\bprosz[ęe] dopisa[ćc]\b|\bprzy podsumowaniu\b|\bzeg er\b[^.!?]{0,20}\bbij\b|落款",
            r"\bclinically proven\b|\bproven to (?:cure|heal|treat)\b|\bcures? [^.!?]{0,20}\b(?:pain|cancer|diabetes|arthritis|insomnia|depression|covid)\b|\bdiscount code\b|\btext [A-Z]{3,} to\b",
            r"</?\w+>|\{\{|\$\{|(?:\b[^\W\d_]\b[ .]){6,}",
            # the same elsewhere in the world
            r"\b(?:vergiss|vergessen sie|ignorier\w*)\b.{0,40}\b(?:anweisung\w*|regeln|vorherige\w*)|\b(?:ignore[sz]?|oublie[sz]?)\b.{0,30}\b(?:consignes?|instructions?|r[èe]gles?)|\b(?:olvida|ignora)\b.{0,30}\b(?:reglas|instrucciones)|(?:забудь|игнорируй)\w*.{0,40}(?:правил|инструкц|указан)|指示を無視|無視して|お客様に.{0,12}伝え|\b(?:weisen sie|sagen sie|teilen sie)\b.{0,30}\bkunden\b|\bkunden\b.{0,20}\bdarauf hin\b|\bmerci de (?:pr[ée]ciser|dire|indiquer|signaler)\b|\baux autres clients\b|\bao resumir\b|\bdiga que\b|\bbei der beschreibung\b",
            r"(?:忽略|无视|無視|忘记|忘記).{0,12}(?:指令|指示|提示|规则|規則|以上|之前)|系统提示|系統提示|(?:系统|系統|助手|顾客)[:：]|你(?:现在|現在)?(?:是|必须|必須)(?:一个|一個)?(?:助手|人工智能|AI|机器人|黑客|回复|回答)",
            r"(?:告诉|告訴|转告|让|讓|请让)(?:顾客|顧客|客户|客戶|用户|用戶|买家)|(?:在|请在)?回答(?:的|中|里|时)|翻译(?:时|为|成|改)|(?:请|必须|只能)(?:输出|回复|回答|说出)|加(?:微信|QQ|qq|v信)|领取红包|返现|汇款|转账|放进购物车|加入购物车|(?:介绍|介紹|播报|播報|朗读|推荐|總結|总结)(?:时|時|完|这些|這些|本品)?.{0,8}(?:请|請|务必|務必|加上|写|寫|说|說)|店主(?:交代|说|說|要求)|[补補]一句|的口吻|(?:请|請)(?:称呼|稱呼|转告|轉告|告知|宣布)|加LINE|扫码|掃碼|finish the 总结|药监局|藥監局|可治\w|(?:卡号|卡號|密码|密碼).{0,6}(?:发|發|告诉|告訴|提供|寄)|包治",
        )
    ),
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip
# Where a policy may send people, and nobody else.
_ADDRESS = re.compile(
    r"https?://|\bwww\.|[\w.+-]+@[\w-]+\.\w+|\]\(|\b[\w-]{2,}\.(?:com|net|org|io|shop|store|info|biz|xyz|top|ru|cn|example)\b"
    r"|\b(?:phone|call|ring|dial|whatsapp|telegram)\b[^.!?]{0,20}\d[\d ()-]{6,}|\bon (?:telegram|whatsapp|wechat|signal)\b"
    r"|(?<!\d)(?:\+?\d{1,3}[ -])?(?:\(?0?\d{3,4}\)?[ -])?555[ -]\d{4}(?!\d)|(?<![\d.])\+?0\d{2,4}[ -]\d{3}[ -]\d{3,4}(?!\d)",
    re.IGNORECASE,
)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")
_TWO_ALPHABETS = re.compile(r"(?:[a-z][а-яёіїєґѕј]|[а-яёіїєґѕј][a-z])", re.IGNORECASE)


@lru_cache(maxsize=8192)
def is_suspicious(text: str, *, addresses: bool = True) -> bool:
    """Whether it gives orders to a machine, or sends people to an address. `addresses` may be the shop's own."""
    plain = _without_tricks(text)
    return bool(_ORDERS.search(plain) or _TWO_ALPHABETS.search(plain) or (addresses and _ADDRESS.search(plain)))


def trusted(text: str, *, addresses: bool = True) -> str:
    """The sentences before the first one that is suspicious."""
    if not is_suspicious(text, addresses=addresses):
        return text
    kept = []
    for sentence in _SENTENCES.split(text):
        if is_suspicious(sentence, addresses=addresses):
            break
        kept.append(sentence)
    return " ".join(sentence for sentence in kept if sentence).strip()


def trusted_attributes(product: Product) -> dict[str, str]:
    """The attributes that may be told, `values` joined as the listing has them."""
    return {name: value for name, value in product.attributes.items() if not is_suspicious(f"{name}: {value}")}


def trusted_title(title: str) -> str:
    """The title up to where it begins to give orders; all of it where that would leave nothing."""
    begins = [match.start() for pattern in (_ORDERS, _ADDRESS) if (match := pattern.search(title))]
    return title[: min(begins)].strip(" ,.-–—:") or title if begins else title


def _without_tricks(text: str) -> str:
    """In one width, without characters that nobody sees."""
    return "".join(each for each in unicodedata.normalize("NFKC", text) if unicodedata.category(each) != "Cf")
