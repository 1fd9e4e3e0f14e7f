# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""What a message asks of an order: where it is, whether it can go back, that it came broken. English and Chinese."""

from __future__ import annotations

import re
from typing import Literal

from assistant.understanding.patterns import any_of

OrderQuestion = Literal[
    "faulty", "wrong", "missing", "refund", "return", "cancel", "change", "arrival", "status", "history"
]

_PARCEL = r"(?:orders?|parcels?|packages?|deliver(?:y|ies)|shipments?|purchases?)"
_MINE = rf"(?:(?:my|our|the|this|that|an?)(?: (?:last|latest|recent|previous|first|whole|entire))? {_PARCEL}\b|{_PARCEL} (?:number |no\.? |nr\.? |#\s?)?#?\s?[a-z]{{0,4}}-?\d{{3,}})"
_BOUGHT = r"(?:i|we)(?:'ve| have)?(?: just| only| already)? (?:bought|ordered|purchased|got|received)\b"
_HYPOTHETICAL = any_of(r"\b(?:if|in case|what happens when|whenever)\b", r"如果|要是|万一|萬一|假如|的话|的話")

_NUMBER = any_of(
    r"\b(?:orders?|invoices?|parcels?|packages?|purchases?)\b(?: (?:with|has|is|was))?(?: the)?\s*(?:numbers?|no\.?|nr\.?|id)?\s*[:#.]?\s*(?P<a>[a-z]{0,4}-?\d{3,}(?:-\d+)*)\b",
    r"(?<![\w&])#\s?(?P<b>[a-z]{0,4}-?\d{3,}(?:-\d+)*)\b",
    r"(?:[订訂][单單]|[单單])(?:号|號|编号|編號)?(?:是|为|為)?\s*[:：#]?\s*(?P<c>[a-z]{0,4}-?\d{3,}(?:-\d+)*)",
    r"(?P<d>\d{4,}(?:-\d+)*)\s*(?:号|號)?(?:的|这|這)?(?:[订訂][单單])",
)
_BARE_NUMBER = any_of(r"^\W*(?:it'?s |number |no\.? |是)?#?(?P<a>[a-z]{0,4}-?\d{4,}(?:-\d+)*)\W*(?:please)?\W*$")

OF_AN_ORDER = any_of(
    r"\b(?:orders?|ordered|parcels?|packages?|deliver(?:y|ed)|arrived?|shipments?|shipped|bought|received|purchased?|refunds?|returns?|send (?:it|them) back)\b",
    r"[订訂][单單]|快[递遞]|包裹|收到|[买買]的|退[货貨换換款]?",
)
"""Words without which a wish that names a thing ("a jacket, the old one broke") is of no order."""

_SPOILED = r"(?:broken|damaged|cracked|smashed|shattered|torn|ripped|scratched|dented|faulty|defective|spoiled|leaking|in pieces|dead on arrival|expired)"
_FAULTY = any_of(
    rf"\b(?:arrived|came|turned up|was delivered|were delivered|got here) (?:\w+ ){{0,2}}{_SPOILED}\b",
    rf"\b(?:got|received|sent me|delivered) (?:an? |the |some )?(?:\w+ )?{_SPOILED} \w+",
    rf"^(?!\W*(?:is|are|was|were|does|do|will|can|which|what)\b).*\b(?:my|the|it|they|one of (?:them|the \w+)) (?:\w+ ){{0,3}}(?:is|are|was|were) (?:\w+ )?{_SPOILED}\b",
    r"^(?!\W*(?:is|are|does|do|will|can|which|what)\b).*\b(?:my|the|it|they) (?:\w+ ){0,3}(?:broke|fell apart|tore|leaks|stopped working|doesn'?t work|does not work|don'?t work|won'?t (?:turn on|start|charge|open|close)|isn'?t working)\b(?! (?:for me|with))",
    rf"\b{_BOUGHT}.{{1,50}}\b(?:broke|fell apart|tore|leaks|stopped working|doesn'?t work|won'?t (?:turn on|start|charge)|not working)\b",
    r"(?:收到|到货|到貨|寄来|寄來|[买買]的|拿到).{0,14}(?:[坏壞碎裂破烂爛]|有(?:问题|問題|划痕|瑕疵)|[质質]量(?:问题|不好)|漏)|(?:[坏壞碎裂破]了|不能用|用不了|开不了机)(?!.{0,4}(?:怎|能|可以|保|算|包))|[质質]量有[问問][题題]",
)
_WRONG = any_of(
    r"\b(?:wrong|different|another) (?:item|product|thing|size|colou?r|one|order|model|parcel)s?\b.{0,30}\b(?:arrived|came|sent|delivered|received|in the (?:box|parcel|package))\b|\b(?:sent|got|received|delivered|gave) (?:me |us )?(?:the |a |an )?(?:completely )?(?:wrong|different)\b|\bnot what i (?:ordered|bought)\b",
    r"\b(?:missing|without) (?:an? |the |one |some |\d+ )?(?:item|piece|part|product|lid|charger|cable|screw|accessor)\w*\b|\bonly (?:got|received) (?:one|half|part|\d+)\b|\b(?:item|piece|part|product)s? (?:is|are|was|were) missing\b",
    r"[发發寄送][错錯]了?|[货貨]不对板|(?:少|漏)[发發寄](?:了)?|少了(?:一|几|兩|两)",
)
_MISSING = any_of(
    r"\b(?:never|not|hasn'?t|haven'?t|didn'?t|did not|has not|have not|still (?:hasn'?t|haven'?t|not))(?: yet| even| ever)? (?:come|came|arrived?|been delivered|received?|recieved?|got|gotten|shown? up|turned up|been here)\b(?! any)",
    rf"\b(?:lost|stolen|missing|late|delayed|overdue|stuck) {_PARCEL}\b|\b{_PARCEL}\b.{{0,25}}\b(?:lost|stolen|missing|late|delayed|overdue|stuck)\b|\bsays? (?:it'?s |it (?:is|was|has been) )?delivered\b.{{0,25}}\b(?:but|not|nothing)\b|\bwaiting (?:for|on) (?:my|the|it)\b",
    r"(?:没有?|沒有?|未)收到(?:货|貨|包裹|快[递遞]|[东東]西)?|(?:还|還|一直|迟迟|遲遲)(?:没|沒)(?:有)?(?:到|收到|送|[发發][货貨])|(?:丢|丟)(?:件|了)|[显顯]示.{0,4}[签簽]收.{0,8}(?:没|沒)",
)
_REFUND = any_of(
    r"\b(?:where(?:'s| is)|when (?:do|will|can) (?:i|we) (?:get|see|receive|have)|status of|still waiting (?:for|on)|haven'?t (?:got|received|had|seen)|didn'?t (?:get|receive)|not received) (?:my|the|our) (?:refund|money(?: back)?)\b|\bmy refund\b",
    r"我的?退款|退款(?:到哪|还没|還沒|怎么还|什么时候|什麼時候|进度|進度|呢)|[钱錢](?:什么时候|什麼時候|怎么还没|还没)退",
)
_RETURN = any_of(
    r"^\W*(?:i(?:'d| would)? (?:want|need|demand|like|expect)(?: to (?:get|have))?|(?:just )?(?:give|get) me)\s+(?:my |a |the |our )?(?:full )?(?:refund|money back)(?:\W+(?:now|please|immediately|right (?:now|away)|today|asap|thanks?|thank you))*\W*$|^\W*(?:please )?(?:just )?refund me\b(?! if)",
    r"^\W*(?:我们?)?(?:现在|現在|马上|馬上|立刻|就)?(?:想要?|要|需要|要求|请|請|帮我|幫我|给我|給我)(?:申请|申請)?退(?:款|钱|錢)[了吧啊]*\W*$|^\W*退(?:款|钱|錢)[吧啊]*\W*$",
    rf"\b(?:return|returning|exchange|exchanging|send(?:ing)?|sent|take|bring(?:ing)?|get a refund (?:for|on)|refund(?:ed)? (?:for|on)?)\b.{{0,60}}\b(?:{_BOUGHT}|from (?:my|the) (?:last )?order\b)",
    rf"\b{_BOUGHT}.{{0,60}}\b(?:return(?:ed|able)?|exchange|send (?:it|them) back|(?:a|my) refund|money back)\b",
    rf"\b(?:return|exchange|send back|refund)\b.{{0,12}}{_MINE}",
    r"\b(?:can|could|may) (?:i|we) still (?:return|exchange|send|get (?:a|my) (?:refund|money))|\btoo late to (?:return|exchange|send)|\bstill (?:be )?(?:return\w*|exchange\w*|within the return|in the return)\b|\b(?:my|the) return (?:window|period|deadline)\b.{0,15}\b(?:open|over|closed?|expired?|end)\b|\bhow (?:long|much time|many days) (?:do i|have i|is there)(?: still)? (?:have |got )?(?:left )?to (?:return|exchange|send)\b.{0,20}\b(?:it|this|that|these|those|them|my)\b",
    r"\b(?:want|need|like|trying|how (?:do|can|should) i) (?:to )?(?:return|exchange|send back) (?:my|these|those|this|that|the)\b(?! (?:product|item|thing)s? (?:if|when))",
    r"(?:[买買]的|收到的|[订訂]的|拿到的|上次|之前[买買]|昨天[买買]|上周[买買]|[订訂][单單]).{0,14}(?:能|可以|可|想|要|怎么|怎麼|来得及)?.{0,6}(?:退|[换換][货貨]?)|(?:还|還)(?:能|可以|可|来得及)(?:不能)?(?:退|[换換])|(?:我)?想(?:要)?(?:退[货貨]?|[换換][货貨])(?:了|掉)?\W*$|(?:把|将).{1,12}退(?:掉|了|回)|退[货貨]?期.{0,6}(?:过|過|到)",
)
_CANCEL = any_of(
    rf"\b(?:cancel|stop|call off|undo)\b.{{0,20}}{_MINE}|\b(?:cancel|stop|undo) (?:what|the \w+(?: \w+)?|everything) {_BOUGHT}",
    r"取消.{0,6}(?:[订訂][单單]|刚[买買下]|剛[买買下])|(?:[订訂][单單]).{0,6}取消|(?:[订訂][单單]|[买買]的).{0,6}不(?:想)?要了|退[单單]",
)
_CHANGE = any_of(
    rf"\b(?:change|update|edit|correct|amend|modify|fix)\b.{{0,16}}(?:{_MINE}|\b(?:my |the )?(?:delivery |shipping )?address\b)|\badd (?:something|an item|another|one more)\b.{{0,20}}\b(?:to )?my order\b|\bwrong address\b",
    r"(?:改|换|換|修改|更改).{0,4}(?:[订訂][单單]|收[货貨]?地址|地址|收件)|地址.{0,4}(?:填|写|寫)?[错錯]",
)
_ARRIVAL = any_of(
    rf"\b(?:when|what (?:day|time|date)|how (?:soon|long))\b.{{0,30}}(?:{_MINE}|\b{_BOUGHT}|\bmy \w+(?: \w+)?).{{0,25}}\b(?:arrive|come|get here|be here|be delivered|deliver(?:ed)?|take|ship(?:ped)?|show up)\b",
    r"\b(?:is|are|will) (?:my|the) (?:order|parcel|package|delivery) (?:on (?:its|the) way|be late|come (?:today|tomorrow)|arrive|get here)\b|\barrival (?:date|time) of (?:my|the)\b|\bexpected delivery\b",
    r"(?:我(?:的)?|[买買]的|[订訂]的|[订訂][单單]|包裹|快[递遞]).{0,10}(?:什么时候|什麼時候|何时|何時|多久|几天|幾天|哪天).{0,4}(?:到|送|收)|(?:什么时候|什麼時候|何时|何時).{0,4}(?:能|会|會|才)?(?:送到|到[货貨]|收到)(?:我)?",
)
_STATUS = any_of(
    rf"\b(?:where(?:'s| is| are|s)|track(?:ing)?|trace|status (?:of|on)|check(?: on)?|find|look up|locate|update on|any news (?:on|about|of)|what(?:'s| is) (?:happening|going on|up) with|show(?: me)?|see|view)\b.{{0,24}}{_MINE}",
    rf"\bwhere(?:'s| is| are)\b.{{0,40}}\b{_BOUGHT}|\bwhere(?:'s| is) my (?:stuff|things)\b|\b(?:has|have|did|is|was|were) (?:my|the|our) (?:order|parcel|package|shipment|things|stuff)\b.{{0,15}}\b(?:ship\w*|sent|left|gone|dispatched|go out|out|delivered|arrived?|processed|go through|confirmed|paid)\b",
    r"\border (?:status|number|tracking|info(?:rmation)?|details?)\b|\btracking (?:number|code|link|info(?:rmation)?)\b|^\W*(?:my |track )?(?:order|parcel|package)\W*$|\btrack\W+[a-z]{0,4}-?\d{3,}",
    r"(?:到|在)(?:哪|那)(?:里|裡|儿|兒)?了|(?:[发發][货貨]|寄出|出[货貨])了?[吗嗎没沒]|物流|快[递遞](?:在哪|呢|进度|信息|[单單][号號])|(?:[查看跟](?:一?下|询|詢|踪|蹤)?|追踪)(?:我的)?(?:[订訂][单單]|包裹|快[递遞])|(?:[订訂][单單])(?:[状狀][态態]|[进進]度|怎么样|情况|到哪)|我的(?:包裹|快[递遞]|[东東]西|[货貨])(?:呢|在哪|到哪)",
)
_HISTORY = any_of(
    r"\bwhat (?:did|have) (?:i|we) (?:just |last |recently )?(?:buy|bought|order(?:ed)?|purchased?|get)\b(?! (?:should|could))",
    r"(?<!to )(?<!with )\b(?:my|our|past|previous|recent|latest|last|old|all)(?: (?:few|two|three|\d+|past|previous|recent))? (?:orders?|purchases?)\b|\b(?:order|purchase|buying) history\b|(?<!to )(?<!with )\bmy orders?\b|\bthings? i(?:'ve| have)? (?:bought|ordered) (?:before|so far|from you)\b|\b(?:last|latest) thing i (?:bought|ordered)\b",
    r"(?:我|之前|上次|以前|最近|上一次).{0,6}(?:[买買]|[订訂][购購]?|下[单單])(?:过|過|了|的是)(?:些)?(?:什么|什麼|啥|哪些|哪几)|(?:我的|[历歷]史|最近的?|过去的?|全部|所有)[订訂][单單]|[购購][买買]?(?:记录|記錄|历史)|(?:上次|最近|之前)[买買]的?(?:是)?(?:什么|什麼|啥)",
)
# Words that ask of an order that has just been spoken of: "can I return it?", "and when does it arrive?"
_FOLLOWS: tuple[tuple[re.Pattern[str], OrderQuestion], ...] = (
    (any_of(r"\b(?:return|exchange|refund|send)\b.{0,12}\b(?:it|this|that|them|these|those|one)\b", r"退|[换換][货貨]"), "return"),
    (any_of(r"\bget (?:\w+ )?back\b|\bhow much (?:\w+ )*back\b", r"退(?:回)?多少|多少[钱錢].{0,4}退"), "refund"),
    (any_of(r"\bstill (?:in time|ok(?:ay)?|possible|within|open)\b|\btoo late\b|\bhow long (?:have|do) i (?:got|have)\b", r"[还還](?:来得及|來得及|在期限)|(?:来|來)不及"), "return"),
    (any_of(r"\bcancel (?:it|this|that|them|those|both|all)\b|^\W*cancel\W*$", r"取消"), "cancel"),
    (any_of(r"\bwhen\b.{0,20}\b(?:it|they|this|that)\b.{0,20}\b(?:arrive|come|get here|be here|deliver\w*|ship\w*)\b|\bhow long (?:will|does|until)\b.{0,12}\b(?:it|they)\b", r"什么时候到|什麼時候到|多久(?:能)?到|几时到"), "arrival"),
    (any_of(r"\b(?:where (?:is|are) (?:it|they)|track (?:it|them)|has it (?:shipped|left|been sent))\b", r"在哪|到哪"), "status"),
)  # fmt: skip
# The first that fits: a parcel that "never came" is not asked for its status, nor one that "came broken" for its return.
_QUESTIONS: tuple[tuple[re.Pattern[str], OrderQuestion], ...] = (
    (_REFUND, "refund"),
    (_MISSING, "missing"),
    (_FAULTY, "faulty"),
    (_WRONG, "wrong"),
    (_RETURN, "return"),
    (_CANCEL, "cancel"),
    (_CHANGE, "change"),
    (_ARRIVAL, "arrival"),
    (_STATUS, "status"),
    (_HISTORY, "history"),
)


ABOUT_SHOP = any_of(
    r"\b(?:policy|policies)\b|\b(?:loyalty|reward|membership|referral)s? (?:program(?:me)?|scheme|points|card|club)\b|\b(?:student|military|senior|staff|bulk|volume) discounts?\b|\b(?:discount|promo|coupon|voucher) codes?\b|\bcoupons?\b",
    r"\b(?:pick(?:[- ]?up| it up| them up)|collect(?: it| them)?|collection)\b.{0,12}\b(?:in|from|at) (?:the |a |your )?(?:store|shop)\b|\b(?:in[- ]store|store|curbside|kerbside) pick[- ]?up\b|\bclick (?:and|&) collect\b|\b(?:recycle|take back|trade[- ]?in)\b.{0,12}\b(?:old|used)\b|\bwholesale\b",
    r"政策|[规規]定|[会會][员員](?:[积積]分|制度|卡|等[级級])|[积積]分|自提|到店[取拿]|[优優]惠[券码碼]|折扣[码碼]|[学學]生(?:[优優]惠|折扣)|批[发發]|以[旧舊][换換]新|回收",
)
"""Of how the shop does things, whether or not its policies speak of it."""

ACCEPTS = any_of(
    r"^\W*(?:yes|yeah|yep|yup|sure|ok(?:ay)?|please|go ahead|do (?:that|it|so)|that would be (?:great|good|nice)|alright|of course|definitely|absolutely)(?:[\s,.!]+(?:please|thanks|thank you|do|go ahead|that would be (?:great|good|nice)|pass it on|do that|ok))*\W*$",
    r"^\W*(?:好的?|可以|行|嗯+|要|需要|是的?|对|對|麻烦(?:了|你了|您了)?|请(?:转)?|請|转吧|轉吧)(?:[，,。!！ ]*(?:谢谢|謝謝|麻烦了?|转吧|吧|啊|请))*\W*$",
)
"""A person was offered, and is welcome."""


def order_question(text: str, *, spoken_of: bool = False) -> OrderQuestion | None:
    """What a message asks of the shopper's own orders; None where it asks of none, or only what would be if.

    `spoken_of`: the conversation was just about an order, so that "it" may be that one.
    """
    if _HYPOTHETICAL.search(text):
        return None
    for pattern, question in _QUESTIONS:
        if pattern.search(text):
            return question
    if spoken_of:
        for pattern, question in _FOLLOWS:
            if pattern.search(text):
                return question
    return "status" if order_number(text, spoken_of=spoken_of) else None


def order_number(text: str, *, spoken_of: bool = False) -> str:
    """The number of an order as it is typed, without `#`; "" where the message names none."""
    match = _NUMBER.search(text) or (_BARE_NUMBER.search(text) if spoken_of else None)
    return next((number for number in match.groups() if number), "") if match else ""


_ORDERED = any_of(
    r"\b(?:orders?|ordered|bought|parcel|package|refund(?:ed)?|get back)\b",
    r"[订訂][单單]|[这這那上]一?[单單]|[买買]的|包裹|退款",
)


def names_order(text: str) -> bool:
    """Whether the words speak of something ordered."""
    return bool(_ORDERED.search(text))
