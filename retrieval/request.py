"""What a request is about, without the words that only ask for it: `show me … priced above 300 pesos`."""

from __future__ import annotations

import re

from retrieval.tokens import tokens

LONGEST = 1000  # characters; encoders read no further

_NUMBER = r"(?:[$€£¥₱₹]\s*)?\d[\d,.]*\s*(?:[$€£¥₱₹]|k\b)?"
_CURRENCY = (
    r"(?:\s*(?:php|usd|eur|gbp|cny|rmb|inr|pesos?|dollars?|bucks?|euros?|pounds?|quid|yuan|rupees?|yen|cents?)\b)?"
)
_AMOUNT = rf"{_NUMBER}{_CURRENCY}"
_LESS_MORE = (
    r"(?:above|over|under|below|beneath|around|about|approximately|roughly|near|exactly|within|up to|upto|from|at most|"
    r"at least|max(?:imum)?(?: of)?|min(?:imum)?(?: of)?|(?:no |not )?(?:more|less|greater|higher|lower|cheaper|fewer)"
    r" than|starting (?:at|from))"
)
_RANGE = rf"(?:between|from|ranging from|in the range of)?\s*{_AMOUNT}\s*(?:-|–|to|and)\s*{_AMOUNT}"
_COSTS = (
    r"(?:(?:and|that|which|where|with|for|are|is|it|should|must|can|be|of|a|an|the|its|their|,|cash)\s+)*"
    r"(?:price[ds]?|pricing|costs?|costing|budget|selling|going|worth)"
    r"(?:\s+(?:is|are|be|of|at|for|range|point|ranging|should|must|that|tag|to))*"
)
_MONEY = rf"(?:[$€£¥₱₹]\s*\d[\d,.]*|\d[\d,.]*\s*[$€£¥₱₹]|\d[\d,.]*{_CURRENCY.removesuffix('?')})"

_PRICE = (
    rf"(?:{_COSTS}\s*)(?:{_RANGE}|(?:{_LESS_MORE}\s*)+{_AMOUNT}|{_AMOUNT})",
    rf"(?:between|from)\s*{_AMOUNT}\s*(?:-|–|to|and)\s*{_MONEY}",
    rf"(?:for|that|and|is|are)?\s*{_LESS_MORE}\s*{_MONEY}",
    rf"\b(?:under|below|above|over)\s+{_NUMBER}(?=\s*(?:$|[,.?!]|and\b|please\b|in\b|with\b|for\b))",
    r"\d+\s*(?:元|块|块钱|人民币)\s*(?:以内|以下|以上|左右|之间)?",
)
_OFFERS = (
    r"(?:(?:that|which|and|are|is|come|comes|coming|available|eligible|offered|have|has|support|supports|include|with|on|"
    r"for|from|please|show|only|items|options|a)\s+)*(?:free|complimentary|fast|quick|same day|next day)\s+"
    r"(?:delivery|shipping|returns?)",
    r"(?:(?:that|which|and|are|is|support|supports|offer|offers|with|have)\s+)*cash on delivery(?:\s+available)?",
    r"(?:(?:that|which|and|are|is|come|comes|available|with|on|under)\s+)*(?:\w+\s+)?(?:deals?|perks|vouchers?|promos?)\b",
)
_ASKING = (
    r"(?:hi|hello|hey|good (?:morning|afternoon|evening))(?:\s+there)?\b[\s,!.]*",
    r"(?:can|could|would|will) you (?:please )?(?:show|find|get|give|help|recommend|suggest)(?:\s+me)?(?:\s+with)?",
    r"(?:do|did|does) (?:you|u|the shop|this shop) (?:guys )?(?:have|sell|carry|stock|offer)",
    r"(?:is|are) there (?:any|a|an|some)",
    r"(?:i\s?['’]?\s?a?m|i was|we\s?['’]?a?re)? ?(?:looking|searching|shopping|hunting) (?:for|to (?:buy|get|find))",
    r"i (?:need|want|wanna|would like|['’]d like|am after|require|prefer)(?: to (?:buy|get|find|see|order|purchase))?",
    r"i['’]d like(?: to (?:buy|get|find|see|order|purchase))?",
    r"(?:please\s+)?(?:show|find|get|give|recommend|suggest|list|bring)(?: (?:me|us))?\b",
    r"(?:what|which) (?:kinds? of |sorts? of )?(?=\w+ do you have)",
    r"do you have|help me (?:find|choose|pick)|what about|how about|anything like|something like",
    r"请问|我想要|我想买|我要买|想买|想要|有没有|给我看看|给我|推荐一下|推荐|帮我找|找一下|一款|一个|一件",
)
_FILLER = (
    r"\b(?:please|thanks|thank you|preferably|options?|products?|items?|category|something|anything|stuff|some|"
    r"any other|any|suitable for|such as|made (?:of|from)|in the|or similar(?: models)?|for me|available)\b"
)
_PATTERNS = [re.compile(rf"(?<!\w)(?:{pattern})", re.IGNORECASE) for pattern in (*_PRICE, *_OFFERS, *_ASKING)]
_OFFER_PATTERNS = [re.compile(rf"(?<!\w)(?:{pattern})", re.IGNORECASE) for pattern in _OFFERS]
_FILLERS = re.compile(_FILLER, re.IGNORECASE)


def without_offers(request: str) -> str:
    """The request less what it says of delivery, payment and deals: "lamps with free delivery" is about lamps."""
    for pattern in _OFFER_PATTERNS:
        request = pattern.sub(" ", request)
    return request


def content(request: str) -> str:
    """The words that say what is wanted, of the first `LONGEST` characters; "" where nothing but asking is left."""
    request = request[:LONGEST]
    for pattern in _PATTERNS:
        request = pattern.sub(" ", request)
    request = _FILLERS.sub(" ", request)
    request = re.sub(r"\s+([,.?!])", r"\1", re.sub(r"\s+", " ", request))
    request = re.sub(r"(?:[,.?!;:]\s*)+(?=[,.?!;:]|$)", "", request).strip(" ,.?!;:")
    return request if tokens(request) else ""
