# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""What a question about a product asks for: its topic, whether yes or no is expected, and the words that tell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from assistant.answering.measures import Measure, measures
from assistant.policy_topics import POLICIES
from assistant.understanding.language import normalise
from assistant.understanding.patterns import any_of
from assistant.understanding.vocabulary import stem, words_of

Topic = Literal["price", "stock", "rating", "reviews", "policy", "about", "detail"]

_ASKS = any_of(
    r"\?\s*$",
    r"^\W*(?:is|are|does|do|can|could|will|would|how|what|which|when|where|who|why|has|have)\b",
    r"[吗嗎呢么麼]\W*$|怎么样|怎麼樣|多[大长重高久少]|什么|什麼|几|是不是|能不能|可不可以|有没有",
)
_PRICE = any_of(
    r"\bhow much (?:is|are|does (?:it|this|that|one) cost|do they cost|would|for)\b(?!.{0,12}\b(?:delivery|shipping|postage|in it)\b)|\bhow much\W*$",
    r"\b(?:price|expensive|cost)s?\b(?! (?:to (?:ship|return|send)|of (?:shipping|delivery|return)))",
    r"多少[钱錢]|[价價]格|[价價][钱錢]|[贵貴][吗嗎]|怎么卖|怎麼賣",
)
_STOCK = any_of(
    r"\b(?:in|out of) stock\b|\bsold out\b|\b(?:is|are) (?:it|this|they|these|that|the \w+(?: one)?) (?:still )?available\b(?! (?:in|with)\b)|\bhow many (?:\w+ )?(?:are |do you have )?left\b|\bdo you (?:still )?have (?:it|this|them)\b(?! in\b)",
    r"有(?:现|現)?[货貨]|[库庫]存|[现現][货貨]|卖完|賣完|缺[货貨]|还剩|還剩",
)
_RATING = any_of(r"\brat(?:ing|ed|ings)\b|\bhow many stars\b|\bstars\b", r"[评評]分|几颗星|几星|幾星")
_REVIEWS = any_of(
    r"\breview(?:s|ers?)?\b|\b(?:people|customers|buyers|others|users|shoppers|owners|everyone|anyone|anybody|they all) (?:\w+ )?(?:say|saying|think|like|love|complain|use|used|tried|report|mention|had|have|happy|recommend)\w*\b|\b(?:any|has any)(?:one|body) (?:\w+ )?(?:use|tri|take|wear|wore|took)\w*\b",
    r"\bany good\b|\bworth (?:it|the money|buying)\b|\b(?:pros|cons)\b|\bdownsides?\b|\bdrawbacks?\b|\bcomplain\w*\b|\bcomplaints?\b|\bproblems? with\b|\b(?:wrong|bad) (?:with|about)\b|\bwhat(?:'?s| is| are) (?:bad|wrong|good|great|not (?:so )?good)\b|\bweakness\w*\b|\bfeedback\b|\bopinions?\b",
    r"[评評][价價论論]|口碑|好用[吗嗎不的]|好不好|好[吗嗎]\W*$|怎么样|怎麼樣|值得[买買]|值不值|[缺优優][点點]|毛病|不足|吐槽|差[评評]|好[评評]|有人.{0,8}[用买買过過带帶抱说說觉覺]|(?:多少|几个|幾個)人.{0,4}(?:[说說觉覺推]|好用|喜)|抱怨|[买買][家过過]的?人|大家",
)
_ABOUT = any_of(
    r"\b(?:tell me (?:more )?about|more (?:info|information|details?)|details? (?:of|on|about)|describe|what(?:'s| is) (?:it|this|that)(?: one)?\W*$)",
    r"[详詳][细細]|介[绍紹]|具体|具體|[说說][说說]|^\W*(?:[这這那][个個款件]?|它)(?:是)(?:什么|什麼)\W*$",
)
_OF_THE_SHOP = re.compile(r"^(?:shipping|returns|warranty|payment|gift wrap|price match)$")
_YES_NO = any_of(
    r"^\W*(?:(?:and|but|so|ok|hey|well|hi|also)[\s,]+)*(?:is|are|does|do|can|could|will|would|has|have|was|isn't|aren't|doesn't|don't|can't|won't)\b",
    r"\b(?:is|are|does|do|can|could|will|would|has|have) (?:it|they|this|that|the|these|those|both|i|you|we|one)\b",
    r"[吗嗎](?:\W|[a-z])*$|是不是|能不能|可不可以|会不会|會不會|有没有|有沒有|行不行|够不够|夠不夠",
)
_OPEN = any_of(
    r"\b(?:what|how|which|who|where|when|why)\b",
    r"什么|什麼|多少|几[个個种種件片页頁升岁歲度层層寸人]|幾|多[大长長重高久宽寬厚远遠]|哪|怎么|怎麼",
)
_BEGINS_OPEN = re.compile(r"\W*(?:and |but |so )?(?:what|how)\b", re.I)
_PLACE = re.compile(r"(?:\b(?:number|option|item)\s*|#\s?)\d{1,2}\b", re.I)  # "is number 6 waterproof" counts nothing
_NEGATED = any_of(r"\b(?:not|no|without|free of|non)\b|n't\b", r"不含|不带|不帶|(?<!有)没有?|(?<!有)沒有?")
_WHICH = any_of(
    r"\bwhich(?: one| ones)?(?: of (?:these|those|them|the \w+))?\b",
    r"\b(?:any|either|all|both|none|each) of (?:these|those|them|the)\b|\b(?:are|do|does|can|will|have) (?:these|those|they|both|all|either|any)\b",
    r"哪[一]?[个個款些件种種]|都(?=.{0,12}[吗嗎])|它们|它們|[这這]些|[这這][几幾][个個款]",
)
_FOLLOWS = any_of(
    r"^\W*(?:and|what about|how about|and what about|or|but)\s+(?:for\s+)?(?:the|this|that|number|no\.?|#|it|both)\b(?:(?!'s).)*\W*$",
    r"^\W*(?:那|那么)?(?:第.[个個款件双雙]|[这這那][个個款件]|另[一外][个個款]|它)(?:呢|怎么样|怎麼樣)?\W*$",
)
_PLAIN = frozenset(
    "cheap cheaper cheapest expensive dearer put wash throw function feature room whats hows dont doesnt isnt arent cant wont im ive its's what's how's that's there's let's is are was were be been being am a an the this that these those it its they them their there he she his her you your i me my we our us "
    "do does did done doing can could will would shall should may might must have has had having of on in to for from with by at as and or but "
    "if so than then also just very too really quite any some all both each either how what which who whom whose when where why not no yes "
    "one ones first second third fourth fifth last next product item thing things listing say says said tell please hi hey hello ok okay well "
    "get got give make made take use used using come comes go goes going come work works good best better great nice suitable suited fit fits right fine ideal "
    "safe want need like know think about more much many long big little lot kind sort type actually still ever even out up down into over under".split()
)  # fmt: skip


_ONLY_ASKS = re.compile(
    r"请问|請問|有没有人|有人|多少人|大家|[买買]家|[别別]人|其他人|用[过過]|[买買][过過]|用[来來]|用于|拿[来來]|[带帶]去|[过過]|[吗嗎呢吧啊呀么麼]|的|了|它|[这這那][个個款件些]?|第.[个個款件]"
    r"|[觉覺]得|[说說]|提到|[评評][价價论論]|怎么样|怎麼樣|好用|好不好|口碑|是不是|可以|能够|能|会|會|放进?|支持|需要|要|适合|適合|[缺优優][点點]|毛病|不足|吐槽|[差好][评評]|值得|是什么|是什麼|什么|什麼|有|哪些|哪|多少|去|在|关于|關於|好|人|几|个|都|用|[买買]|不|太|很|和|[里裡]|看看?|[问問][题題]|抱怨"
)


@dataclass(frozen=True)
class Question:
    """A message as a question. `english` is what the catalogue calls the things that a message in another language asks
    about; `text` is the message in NFKC with that behind it."""

    message: str
    english: str = ""

    @cached_property
    def plain(self) -> str:
        return _PLACE.sub("it", normalise(self.message))

    @cached_property
    def text(self) -> str:
        return f"{self.plain} {self.english}".strip()

    @cached_property
    def measures(self) -> list[Measure]:
        return measures(self.plain)

    @property
    def yes_or_no(self) -> bool:
        """`is it…`, `does it…`, 是不是; `which of these is…` too, which asks yes or no of each."""
        return self.which or (bool(_YES_NO.search(self.plain)) and not _BEGINS_OPEN.match(self.plain))

    @property
    def open(self) -> bool:
        return bool(_OPEN.search(self.plain))

    @property
    def negated(self) -> bool:
        return bool(_NEGATED.search(self.text))

    @property
    def free_of(self) -> bool:
        return bool(re.search(r"\b(?:free|without)\b|不含|无|無", self.text, re.I))

    @property
    def of_several(self) -> bool:
        """`which of these`, `are they all`, 哪个: asked of each product of a list."""
        return bool(_WHICH.search(self.plain))

    @property
    def which(self) -> bool:
        """Some of several are to be picked out."""
        return bool(
            re.search(
                r"\bwhich (?:one |ones )?(?:of|is|are|has|have|can|do|does|fits?|holds?|comes?)\b|\bany of\b|哪[一]?[个個款件些]",
                self.plain,
                re.I,
            )
        )

    @property
    def follows(self) -> bool:
        """`and the second?`: the last question once more, of another product."""
        own = self.policies or any(words.search(self.plain) for words in _TOPICS.values())
        return bool(_FOLLOWS.search(self.plain)) and not own  # "and is the guarantee of it long" asks anew

    @cached_property
    def policies(self) -> list[str]:
        """The shop's policies that the question names, what one may ask of a product."""
        return [topic for topic, words in POLICIES.items() if _OF_THE_SHOP.match(topic) and words.search(self.plain)]

    @cached_property
    def topic(self) -> Topic:
        """What it is about where its words say so; `detail` leaves that to what is written of the product."""
        for topic, words in _TOPICS.items():
            if words.search(self.plain):
                return topic
        if self.policies:
            return "policy"
        asks = _ASKS.search(self.plain) or self.telling or self.chinese_content
        return "detail" if asks else "about"

    @cached_property
    def telling(self) -> list[str]:
        """The words that say what is asked, in English where Chinese ones are known, each once."""
        words = [word[0].lower() for word in words_of(self.text)]
        telling = [word.removesuffix("'s") for word in words if word.isascii() and word not in _PLAIN]
        return list(dict.fromkeys(word for word in telling if len(word) > 1))

    @cached_property
    def chinese_content(self) -> list[str]:
        """What is left of the Chinese without words that only ask."""
        runs = _ONLY_ASKS.sub(" ", re.sub(r"[^\u3400-\u9fff]", " ", self.plain)).split()
        return [run for run in runs if len(run) > 1]

    @property
    def stems(self) -> set[str]:
        return {stem(word) for word in self.telling}


_TOPICS: dict[Topic, re.Pattern[str]] = {
    "reviews": _REVIEWS,
    "stock": _STOCK,
    "rating": _RATING,
    "about": _ABOUT,
    "price": _PRICE,
}
