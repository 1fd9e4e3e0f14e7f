# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Messages that a shop's assistant answers in one calm sentence: distress, medicine, law, other people's data, attempts
to give it orders. Each is a phrase of `said/boundaries.yaml`."""

from __future__ import annotations

from assistant.personal_data import LABELS
from assistant.understanding.patterns import any_of

_CONCERN = any_of(
    r"\b(?:kill(?:ing)? myself|suicid\w*|self[- ]?harm|(?:want|wish|going|ready) to (?:die|be dead)|end (?:my life|it all)|(?:hurt|cut|harm)(?:ting|ing)? myself|(?:don'?t|do not) want to (?:live|be alive|exist)|no (?:reason|point) (?:to|in) (?:live|living)|better off dead)\b",
    r"自杀|自殺|不想活|想死|自残|自殘|轻生|輕生|活不下去|割腕|活着没意思|結束生命|结束生命",
)
_DANGER = any_of(
    r"\b(?:he|she|my (?:husband|wife|partner|boyfriend|girlfriend|dad|father|mother|mom))(?: is|'s)? (?:hits?|hitting|beats?|beating|hurts?|hurting|threaten(?:s|ing)|going to kill) me\b|\bi(?:'m| am) (?:being abused|in danger)\b",
    r"(?:家暴|打我|要杀我|要殺我|虐待我)",
)
_ILLEGAL = any_of(
    r"\b(?:make|build|cook|buy|get|sell|order|find)\b.{0,20}\b(?:a bomb|bombs|explosives?|a gun|guns|firearms?|ammo|ammunition|cocaine|heroin|meth|weed|marijuana|lsd|fake ids?|counterfeit|stolen)\b",
    r"\b(?:poison|stalk|spy on|hack(?: into)?)\b.{0,20}\b(?:someone|somebody|my (?:wife|husband|neighbou?r|ex|boss|girlfriend|boyfriend)|him|her|people|account|phone)\b",
    r"(?:买|買|做|制作|卖|賣).{0,6}(?:炸弹|炸彈|枪支?|槍|毒品|大麻|海洛因|假证|假證)|(?:毒死|跟踪|跟蹤|监视|監視)(?:他|她|老婆|老公|邻居|前任)",
)
_MEDICAL = any_of(
    r"\b(?:dos(?:e|age|ing)|diagnos\w+|prescri\w+|side[- ]effects?|symptoms?|chest pain|overdose|blood pressure (?:medication|pills|medicine)|antibiotics?|insulin)\b",
    r"\b(?:should|can|could|may) (?:i|he|she|we|my \w+) (?:take|give|drink|stop taking|mix)\b.{0,40}\b(?:pills?|tablets?|medicines?|medications?|ibuprofen|aspirin|paracetamol|drug|painkillers?|supplements?|fever|pregnan\w*)\b",
    r"\b(?:will|does|can|could) (?:it|this|that|they|.{3,30}) (?:cure|treat|heal)\b|\bcures? (?:cancer|diabetes|covid|depression|arthritis|autism)\b|\bwhat(?:'s| is) wrong with (?:me|my (?:skin|baby|back|stomach|dog|cat|child|son|daughter))\b",
    r"\b(?:is it|is this|are these|am i) (?:\w+ )?(?:safe|ok|okay|allowed) (?:\w+ )?(?:during|while|when|in) (?:i'?m )?(?:pregnan\w*|breast ?feeding|nursing)\b",
    r"剂量|劑量|副作用|处方|處方|诊断|診斷|症状|症狀|胸[口痛]|发烧吃什么|發燒|(?:能|可以|可不可以)(?:治|治疗|治療|治好)|(?:孕妇|孕婦|怀孕|懷孕|哺乳).{0,6}(?:能|可以|安全)|吃什么药|吃什麼藥",
)
_LEGAL = any_of(
    r"\b(?:sue|lawsuit|lawyers?|attorney|legal (?:advice|action|rights?)|take (?:you|them|him|her) to court|is it (?:il)?legal|am i liable|tax (?:advice|deductible)|consumer rights (?:act|law))\b",
    r"起诉|起訴|律师|律師|法律|合法|违法|違法|告你们|打官司|消协|消費者協會|报税|報稅",
)
_OTHER_PEOPLE = any_of(
    r"\b(?:other|another|last|previous|different) (?:customer|shopper|user|client|person|buyer|people)'?s?\b.{0,30}\b(?:orders?|cart|basket|address(?:es)?|purchases|history|accounts?|phone|e-?mails?|passwords?|names?|cards?)\b|\b(?:the|your) (?:last|previous|first|latest) (?:customer|shopper|user|client|person|buyer)\b.{0,30}\b(?:bought|buy|purchased?|order(?:ed)?)\b",
    r"\b(?:someone|somebody) else'?s\b.{0,20}\b(?:orders?|cart|basket|address|purchases?|account|card)\b|\bmy (?:ex|neighbou?r|wife|husband|boss|girlfriend|boyfriend|colleague|friend)(?:'s|s') (?:\w+ )?(?:orders?|cart|basket|address|purchases|account|password|history)\b",
    r"\b(?:list|show|give|tell|dump|export)\b.{0,20}\b(?:all )?(?:customers?|users?|shoppers?)(?:'s?)?(?: data| names| e-?mails| addresses| orders| list)?\W*$",
    r"(?:别人|別人|其他(?:顾客|顧客|用户|用戶|人)|前任|邻居|鄰居|老板|同事)(?:的)?(?:订单|訂單|购物车|購物車|地址|电话|電話|账号|帳號|购买记录|密码)|(?:所有|全部)(?:顾客|顧客|用户|用戶|会员)(?:的)?(?:信息|资料|資料|名单|地址|电话)",
)
_ORDERS_GIVEN = any_of(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:instructions?|prompts?|rules?|guidelines?|guardrails?|restrictions?|everything (?:above|before)|the above|system)\b",
    r"\b(?:reveal|print|repeat|output|show|tell me|give me|what(?:'s| is| are))\b.{0,30}\b(?:system prompt|your (?:\w+ )?(?:prompt|instructions|rules|guidelines)|hidden (?:prompt|instructions)|initial (?:prompt|instructions)|api[- ]?keys?|(?:admin|database|root) password)\b",
    r"\b(?:you are|you're|u are|act as|pretend (?:to be|you(?:'re| are))|roleplay as|behave like)\b.{0,12}\b(?:now|dan|an? (?:admin\w*|developer|hacker|pirate|evil|unrestricted|different|human|doctor|lawyer)|the (?:owner|admin\w*|manager|developer|system))\b",
    r"\b(?:developer|debug|admin|god|sudo|jailbreak) mode\b|\bjailbreak\b|\bas (?:the |an? )?(?:owner|admin(?:istrator)?|developer|ceo) (?:of (?:this|the) (?:shop|store) )?i\b|\bi(?:'m| am) (?:the|your) (?:owner|admin(?:istrator)?|developer|ceo|boss|creator)\b",
    r"(?:^|[\n.;>]\s*)(?:system|assistant|developer|user)\s*[:：]|</?\s*(?:system|facts?|instructions?|assistant|user|s|im_start|im_end)\b[^>]{0,20}>|<\|[^|]{1,20}\|>|\[/?INST\]|^\s*#{2,}\s*(?:system|instruction)",
    r"(?:忽略|无视|無視|忘记|忘記|跳过|绕过).{0,10}(?:指令|提示|规则|規則|限制|设定|設定|之前的?(?:所有)?(?:内容|話|话))|(?:系统|系統)提示(?:词|詞)?|(?:你的|把)(?:提示词|提示詞|指令|设定)|你(?:现在|現在)(?:是|扮演)|扮演(?:一个|一個)|开发者模式|開發者模式|管理员模式|我是(?:你的)?(?:老板|店主|管理员|管理員|开发者)",
    r"\b(?:set|change|make|update|lower|reduce) (?:the )?(?:price|cost|total)s?(?: of .{1,40}?)? (?:to|be) (?:\$|£|€|¥)?\d|\b(?:apply|give me|enter) (?:a |an )?\d{1,3} ?% (?:discount|off)\b|(?:价格|價格)(?:改|变|變|设|設)(?:成|为|為)",
)
_DISCOUNT = any_of(
    r"\b(?:can|could|do|would|may|will|any|got|have|give|is there|are there)\b.{0,25}\b(?:discounts?|coupons?|promo(?:tion(?:al)?)?(?: codes?)?|voucher codes?|discount codes?|special offers?|student discounts?)\b|\b(?:haggle|bargain with you|negotiate|knock (?:something|some|a bit|\d+\S*) off|best price you can (?:do|give))\b",
    r"\b(?:give|sell|let me have) (?:it|this|that|them|me (?:it|this|that|everything)) (?:to me )?(?:for free|for nothing|for (?:\$|£|€)?\d+\b)",
    r"(?:有|能|可以|给|給|发|發).{0,4}(?:打折|折扣|优惠券?|優惠券?|优惠码|優惠碼)|(?:砍|讲|講|还|還)价|(?:再|能|可以)(?:给|給)?(?:我)?(?:便宜|少)(?:一?[点點]|些)?(?:吗|嗎|行不|呗|吧)|免费(?:送|给)我|白送",
)
_ELSEWHERE = r"(?:amazon|walmart|ebay|temu|ali ?express|shein|best ?buy|argos|costco|tesco|etsy|zalando|wayfair|another (?:shop|store|site|website)|other (?:shops?|stores?|sites?)|competitors?|elsewhere|somewhere else|taobao|jd\.com|淘宝|淘寶|京东|京東|天猫|天貓|拼多多|亚马逊|亞馬遜|别家|別家|别的店|其他店|别处)"
_COMPETITOR = any_of(
    rf"\b(?:cheaper|less|price|cost|costs|sells?|selling|deal|better|buy|got|has|charge)\b.{{0,40}}\b{_ELSEWHERE}\b|\b{_ELSEWHERE}\b.{{0,40}}\b(?:cheaper|less|price|cost|costs|sells?|selling|deal|better|charges?|has|for \W?\d)",
    rf"{_ELSEWHERE}.{{0,10}}(?:便宜|多少[钱錢]|价|價|卖|賣)|(?:比|在|跟|和){_ELSEWHERE}",
)

_BOUNDARIES = (
    ("concern", _CONCERN),
    ("danger", _DANGER),
    ("illegal", _ILLEGAL),
    ("instructions", _ORDERS_GIVEN),
    ("others_data", _OTHER_PEOPLE),
    ("medical", _MEDICAL),
    ("legal", _LEGAL),
    ("competitor", _COMPETITOR),
    ("no_discount", _DISCOUNT),
)
_MASKED = tuple(labels[kind] for labels in LABELS.values() for kind in ("card", "identity"))


def crossed(text: str) -> str:
    """The phrase that answers such a message, "" for any other. Numbers are masked before (`personal_data.mask`)."""
    if any(label in text for label in _MASKED):
        return "personal_data"
    return next((key for key, pattern in _BOUNDARIES if pattern.search(text)), "")
