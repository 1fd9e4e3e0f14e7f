# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""What stands around a wish and is none: the story before it, whom it is for, how urgent it is, how firmly it is meant.

"It's been raining all week, so I'm looking for a green purse, it's a gift for my mum. Got it?" asks for a green purse.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from assistant.understanding.chinese import known_words
from assistant.understanding.patterns import any_of
from assistant.understanding.prices import parse_price
from retrieval.request import content

_WANTING = (
    r"(?:i'?m|i am|we'?re|we are) (?:after|interested in|looking for|searching for|hunting for|on the hunt for|in the market for|looking to (?:buy|get|find)|shopping for)"
    r"|(?:i|we) (?:really |just |actually |also )?(?:need|want|wanna|would like|(?:could|can) (?:really )?(?:use|do with)|would love)(?: to (?:buy|get|find|order|purchase|have|treat (?:myself|ourselves) to))?"
    r"|(?:i|we)'?d (?:really |just )?(?:like|love|want)(?: to (?:buy|get|find|order|purchase|have|treat (?:myself|ourselves) to))?"
    r"|(?:i|we) (?:want|was hoping|hoped|decided|thought i'?d|think i'?ll) to (?:buy|get|find|treat (?:myself|ourselves) to)"
    r"|(?:do you (?:have|sell|carry|stock)|have you got|can you (?:show|find|get) me|(?:please )?(?:show|find) me)"
)
_STORY = re.compile(
    # Only what leads up to a wish with a joint: "… all week, so I'm looking for", "payday! I need".
    rf"^(?P<story>.*?(?:[,.!?;:…—–]|\bso|\band|\bbut|\bbecause|\bnow)\s*(?:(?:so|and|but|now|then|that'?s why|which is why|anyway|basically)[\s,]+)*)(?P<wish>(?:{_WANTING})\s+\S.*)$",
    re.IGNORECASE | re.DOTALL,
)
_STORY_ZH = re.compile(
    r"^(?P<story>.*?(?:所以|因此|于是|就)(?:我|我们|我就)?)(?P<wish>(?:想|要|想要|打算|准备|准備|需要)?(?:来)?(?:看看|[买買找]|入手|换|換|挑|选购).+)$",
    re.DOTALL,
)
_WISH_ZH = re.compile(
    r"^\W*(?:(?:你好|您好|嗨|哈喽|在吗|在嗎|请问|請問|那个|那個|嗯+|亲|老板|店家|客服)[呀啊哦呢]?[,，。!！\s]*)*"
    r"(?:(?:我)?(?:一直|最近|正)?(?:在)?(?:想|考[虑慮]|打算|准备|準備)(?:要|着|著)?(?:入手|换|換)(?:一?[个個款件双雙条條支把台套])?"
    r"|(?:麻烦|麻煩)?(?:请|請)?(?:你|您)?[帮幫给給]我(?:再)?(?:找|看|挑|选|選|推荐|推薦)(?:一下|一?[个個款件双雙条條支把台套]|[些点點])?"
    r"|我再说一[遍次][,，:：\s]*|我再說一[遍次][,，:：\s]*)(?=.)"
)
_RELATIVES = (
    r"(?:mothers?|moms?|mums?|mummy|fathers?|dads?|wife|husband|partner|girlfriend|boyfriend|fianc[eé]e?|friends?|mates?|sisters?|brothers?|boss|colleagues?|co-?workers?"
    r"|neighbou?rs?|niece|nephew|aunt(?:ie)?|uncle|cousin|grand\w+|granny|gran|nan|parents?|in-laws?|mother-in-law|father-in-law|teachers?|son|daughter|kids?|children|baby|someone|somebody|him|her|them|myself)"
)
_WHOSE = rf"(?:(?:my|our|his|her|their|an?|the|some)\s+)?(?:\w+\s+)?{_RELATIVES}(?:'s? \w+)?"
_GIFT_CLAUSE = re.compile(
    rf"[\s,.;:!–—-]*(?:(?:and|but|oh|also|because|since|as)\s+)?\b(?:it'?s|it is|it will be|it'?ll be|this is|that'?s|they'?re|it'?s (?:meant )?to be)\s+(?:meant (?:as|to be) )?(?:for {_WHOSE}|(?:an?|the|my)\s+(?:\w+\s+)?(?:gift|present)(?:\s+(?:for|to)\s+{_WHOSE})?)(?=\W|$)"
    rf"|[\s,;–—-]*\bas an?\s+(?:\w+\s+)?(?:gift|present)(?:\s+(?:for|to)\s+{_WHOSE})?(?=\W|$)"
    r"|[,，。;；\s]*(?:是|就是|打算|准备|準備|想)?(?:要|用来|用來|拿来|拿來)?(?:送(?:给|給)?|给|給)(?:我)?(?:的)?(?:妈妈?|媽媽?|母亲|母親|爸爸?|父亲|父親|老婆|老公|妻子|丈夫|女朋友|男朋友|女友|男友|朋友|闺蜜|閨蜜|同事|老板|老師|老师|孩子|女儿|女兒|儿子|兒子|奶奶|爷爷|爺爺|外婆|外公|姥姥|姥爷|爸妈|父母|长辈|長輩|弟弟|妹妹|哥哥|姐姐|家人|她|他)(?:当|當|做|作)?(?:生日)?(?:的)?(?:礼物|禮物)?(?:的|用的|用)?(?=[,，。!！?？\s]|$)"
    r"|[,，。;；\s]*(?:当|當|做|作)(?:生日)?(?:礼物|禮物)(?:用|的)?(?=[,，。!！?？\s]|$)",
    re.IGNORECASE,
)
_VAGUE_REST = re.compile(
    r"\b(?:something|anything|stuff|things?|nice|good|special|great|lovely|cute|unique|small|little|cheap|ideas?|gifts?|presents?|suggestions?|recommend\w*|help|what|which|buy|get|could|should|for|birthday|christmas)\b"
    r"|什么|什麼|东西|東西|礼物|禮物|推荐|推薦|好看|合适|有没有|点|一些|一个",
    re.IGNORECASE,
)
_INSISTING = any_of(
    r"[\s,.;!–—-]*\b(?:and )?that'?s (?:final|it|my (?:limit|final (?:offer|word))|all i (?:need|want|ask))\b(?=\W*$)",
    r"[\s,.;!?–—-]*\b(?:(?:have you )?got (?:it|that)|(?:do you )?understand(?: me)?|you (?:know|hear|see)|ok(?:ay)?|all ?right|right|capisce|clear|is that clear)\s*\?+\W*$",
    r"[\s,.;!–—-]*\b(?:and )?(?:(?:please )?don'?t|do not|stop) (?:waste|wasting) my time\b\W*",
    r"[\s,.;!–—-]*\b(?:and )?(?:make it quick|hurry(?: up)?|be quick|quick(?:ly)?|asap|i'?m in a (?:hurry|rush)|chop chop)(?: please)?\W*$",
    r"[\s,]*\b(?:if (?:that|it) makes (?:any )?sense|if (?:that'?s )?(?:at all )?possible|if you (?:have|can|don'?t mind)(?: (?:it|one|any|them))?|hope (?:that|this) makes sense|sorry)\W*$",
    r"[\s,.;!–—-]*\bhope (?:you'?re|you are) (?:having a (?:nice|good|great|lovely) day|(?:doing )?well)\W*$",
    r"[\s,]+(?:pls|plz|please|thx|thanks|cheers)\W*$",
    r"^\W*(?:hope (?:you'?re|you are) (?:having a (?:nice|good|great|lovely) day|(?:doing )?well)|i'?ll (?:try|say it) again|let me (?:try|say) (?:it |that )?again|again|as i said|like i said|once more|i (?:already )?(?:told|said) you)[\s,.:;!-]+(?=\S)",
    r"[,，。\s]*(?:赶紧的?|趕緊的?|快点儿?|快點|快一?点|别浪费(?:我)?(?:的)?时间|別浪費時間|听懂了?[吗嗎]|懂了?[吗嗎]|明白[吗嗎]|看不懂[吗嗎])\W*$",
    r"[,，]\s*(?:有[吗嗎没沒]|有没有|有沒有|好[吗嗎]|可以[吗嗎]|行[吗嗎])\W*$",
    r"[,，。\s]*(?:然后|然後)?(?:也)?不知道(?:你们|你們|您)?(?:这里|店里)?有没有.*$|[,，\s]*(?:你|您)?(?:给我看看|給我看看|给我看看吧|给看看)吧?\W*$",
)
_MUST_BE = re.compile(
    r"^\W*(?:(?:and|but|also|ok(?:ay)?|yeah|yes|well|so|oh|hm+|uh|um|please|actually)[\s,]+)*(?:(?:it|they|that|this|these|mine|the \w+)(?:'?d)?\s+(?:(?:really|also|absolutely|definitely|just|actually|ideally|still)\s+)*"
    r"(?:(?:must|should|has to|have to|need(?:s)? to|ought to|would have to|'?s got to|gotta|better|can)\s+(?:really |also |ideally )?be|(?:is|are) supposed to be)|must be|should be|has to be|needs to be|gotta be)\s+(?=\S)",
    re.IGNORECASE,
)
_MUST_HAVE = re.compile(
    r"^\W*(?:(?:and|but|also|ok(?:ay)?|yeah|yes|well|so|oh|hm+|uh|um|please|actually)[\s,]+)*(?:it|they|that|this|these|mine)\s+(?:(?:really|also|absolutely|definitely|just|actually|ideally|still)\s+)*"
    r"(?:(?:must|should|has to|have to|need(?:s)? to|ought to)\s+(?:also )?(?:have|come with|include|come in)|needs?|requires?)\s+(?=\S)",
    re.IGNORECASE,
)
_NEED_IT = re.compile(
    r"^\W*(?:(?:and|but|also|ok(?:ay)?|yeah|yes|well|so|oh|hm+|uh|um|please|actually)[\s,]+)*(?:i|we)(?:'?d| would)?\s+(?:(?:really|also|just|actually|still)\s+)*(?:need|want|like|prefer)\s+(?:it|them|one|mine|something|this|these)(?:\s+to be)?\s+(?=(?:in|with|for|under|below|no|at|less|between|made|from|that|around|about|\d|(?:size|pack)\b|[a-z-]+(?:able|proof|free|safe)\b))",
    re.IGNORECASE,
)
_NICE_TO_HAVE = re.compile(
    r"[\s,;–—-]*\b(?:(?:would|will|'?d|might) (?:also |really )?be (?:(?:a|an) )?(?:big |nice |real |added )?(?:plus|bonus|nice(?: to have)?|great|good|lovely|ideal|handy|cool|welcome|useful)|(?:is|are|'s) (?:a |just a )?(?:nice to have|bonus|plus))"
    r"(?:[\s,;–—-]+(?:but|though|although)\b.{0,50}?(?:must|necessary|essential|need(?:ed)?|required|important|deal ?breaker|have to|optional|mandatory))?(?=\W*$)"
    r"|(?:的话)?(?:就)?(?:更好|最好|加分)(?:了|不过)?(?:[,，]?\s*(?:但|不过|不過)?(?:不是必须|没有也行|没有也可以|不强求|無所謂|无所谓|不重要)(?:的)?)?\W*$",
    re.IGNORECASE,
)
_NO_MATTER = re.compile(
    # The answer to a question, with a condition behind it.
    r"^\W*(?:(?:no|oh|well|hmm+|honestly|really|ok)[\s,]+)*(?:(?:it|that) (?:really )?(?:doesn'?t|does not) (?:really )?matter(?: to me)?|(?:i )?(?:really )?(?:don'?t|do not) (?:really )?(?:mind|care)|no (?:particular |real )?preference|(?:either|any|anything|whatever)(?: is| one is)? (?:fine|ok(?:ay)?))[\s,;.–—-]+(?:but|though|only|just|as long as|however)?[\s,]*(?=\S)"
    r"|^\W*(?:都行|都可以|无所谓|無所謂|随便|隨便|没要求|不限)[,，。\s]*(?:但是?|不过|不過|只要)?[,，\s]*(?=\S)",
    re.IGNORECASE,
)


_NO_STORY = re.compile(
    # What is more than a story: a question, a number, another wish, an order, what has been shown.
    rf"[?？\d]|{_WANTING}|\b(?:order\w*|bought|return\w*|refund\w*|broke\w*|faulty|arriv\w*|deliver\w*|shipp\w*|warranty|cart|basket|not|n't|no|without|allergic|sensitive|the (?:first|second|third|last|other)|(?:this|that) one|instead)\b",
    re.IGNORECASE,
)
_DESCRIBES = re.compile(
    r"^\W*(?:\w+[\s,]+){0,2}?(?:i have|i'?ve got|i am|i'?m|(?:my|our|the) (?!old\b)\w+ (?:is|has|are|have|loves?|likes?)|s?he)\b",
    re.IGNORECASE,
)
MOST_DESCRIBED = 7  # words; a longer beginning is told for its own sake
_NO_THING = re.compile(
    rf"(?:{_WANTING})\s+(?:to )?(?:(?:a|an|the|my|some)\s+)?(?:it|them|one|this|that|these|those|know|ask|return|send|exchange|cancel|pay|money|refund|help|speak|talk|complain|go|be|use|see|check|track|change|wear|do)\b",
    re.IGNORECASE,
)
_PLAINLY = re.compile(
    # Wishes that are put in more words than a plain "I need".
    r"^\W*(?:i'?m|i am|we'?re|we are) (?:after|interested in|keen on|on the hunt for|in the market for|looking to (?:buy|get|find))\s+(?=\S)"
    r"|^\W*(?:i|we)(?:'d| would)? (?:really |just )?(?:want|need|like|love|was hoping|decided|(?:could|can) (?:really )?(?:use|do with))(?: to treat (?:myself|ourselves) to| to (?:buy|get))?\s+(?=an?\b|some\b|new\b)",
    re.IGNORECASE,
)
_REMARK_ZH = re.compile(
    # 哇选择挺多的，要三文鱼味的: what goes before it asks for nothing.
    r"^(?![^,，]*(?:[不没沒除\d第]|购物车|購物車|预算|預算))[^,，]{1,10}[,，]\s*(?=(?:我)?(?:要|想要|必须|必須|得要|最好|有没有|有沒有))"
)
_DELIGHT = re.compile(
    r"^\W*(?:lovely|great|nice|wow|oh|cool|perfect|awesome|fantastic|amazing|brilliant|good|super)\b[^.!?\d]{0,30}!\s+(?=\S)",
    re.IGNORECASE,
)
_IN_THE_PACK = re.compile(
    r"\bin (?:the|an?) (?P<amount>\d[\d.,]*\s?[a-z]{1,6}) (?:pack(?:age|et)?|bag|box|size|version|bottle|tin|jar|pot|tub|tube)\b",
    re.IGNORECASE,
)
_FOR_ZH = re.compile(
    r"^\W*(?:我)?(?:想|要|想要|打算)?(?:给|給|送|帮|幫)(?:我)?(?:妈妈?|媽媽?|爸爸?|老婆|老公|妻子|丈夫|女朋友|男朋友|女友|男友|朋友|闺蜜|同事|老板|老师|孩子|女儿|女兒|儿子|兒子|奶奶|爷爷|外婆|外公|爸妈|父母|弟弟|妹妹|哥哥|姐姐|她|他)(?:[买買挑选選找]|看看)(?:一?[个個款件双雙条條支把台套])?(?=.)"
)


_POINTING = re.compile(r"\b(?:it|that|this|they|these|those|one|yes|no|ok|oh|and|but)\b", re.IGNORECASE)


class Framed(NamedTuple):
    """`text` asks for what is wanted; `soft` says that it is a wish that need not be met."""

    text: str
    soft: bool = False


def unframed(message: str) -> Framed:
    """The message without its frame, whole where nothing else is in it."""
    text = _IN_THE_PACK.sub(r"\g<amount>", _less(message, (_NO_MATTER,)))
    text = _less(text, _each(_INSISTING, text))
    text = _wish_of(_less_gift(text))
    soft = bool(_NICE_TO_HAVE.search(text))
    text = _less(text, (_NICE_TO_HAVE, _NEED_IT, _MUST_BE))
    text = re.sub(r"^light\W*$", "lightweight", text) if _MUST_BE.match(message) else text  # no lamp
    if (must_have := _MUST_HAVE.match(text)) is not None:
        text = f"with {text[must_have.end() :]}"
    return Framed(text, soft)


def without_delight(message: str) -> str:
    """ "Lovely, quite a choice! I should have said: …" without the delight."""
    return _less(message, (_DELIGHT,))


def _each(pattern: re.Pattern[str], text: str) -> Iterable[re.Pattern[str]]:
    """Once for each time that it is said: "pls, got it?"."""
    return [pattern] * len(pattern.findall(text))


def _less(text: str, patterns: Iterable[re.Pattern[str]]) -> str:
    for pattern in patterns:
        shorter = pattern.sub(" ", text, count=1).strip()
        if shorter != text.strip() and re.search(r"\w", _POINTING.sub(" ", shorter)):
            text = shorter
    return text


def _less_gift(text: str) -> str:
    """Whom a named thing is for says nothing of the thing; where no thing is named, it is all there is to go by."""
    shorter = _GIFT_CLAUSE.sub(" ", text).strip()
    return shorter if shorter != text.strip() and _names_more(shorter) else text


def _names_more(text: str) -> bool:
    price = parse_price(text)
    for start, end in sorted(price.spans, reverse=True) if price else ():
        text = f"{text[:start]} {text[end:]}"
    return bool(re.search(r"[^\W\d]{2,}|[\u4e00-\u9fff]", _VAGUE_REST.sub(" ", content(text))))


def _wish_of(text: str) -> str:
    """From the last wish on: what was told before it is a story, unless the wish says nothing by itself."""
    if (told := _STORY.match(text)) is not None and _is_story(told["story"], told["wish"]):
        text = told["wish"]
    if (told := _STORY_ZH.match(text)) is not None and _is_story(told["story"], told["wish"]):
        text = told["wish"]
    text = _PLAINLY.sub("i need ", text) if _names_more(_PLAINLY.sub("", text)) else text
    if (remark := _REMARK_ZH.match(text)) is not None and not any(known_words(remark[0])):
        text = text[remark.end() :]
    for pattern in (_WISH_ZH, _FOR_ZH):
        shorter = pattern.sub("", text, count=1)
        text = shorter if _names_more(shorter) else text
    return text


def _is_story(story: str, wish: str) -> bool:
    if _NO_STORY.search(story) or _NO_THING.match(wish) or not _names_more(wish):
        return False
    return not (_DESCRIBES.match(story) and len(story.split()) <= MOST_DESCRIBED)
