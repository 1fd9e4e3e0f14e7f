# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""The topics that policies usually have, and the words that name them in English and Chinese."""

from __future__ import annotations

import re

from assistant.understanding.patterns import any_of

POLICIES: dict[str, re.Pattern[str]] = {
    "shipping": any_of(
        r"\b(?:ship(?:s|ping|ped|ment)?|deliver(?:y|ies|ed|s)?|postage|courier|arrive|arrival)\b",
        r"[运運][费費]|包[邮郵]|[发發][货貨]|配送|送[货貨]|快递|快遞|多久(?:能)?到|几天到|到[货貨]",
    ),
    "returns": any_of(
        r"\b(?:returns?|refunds?|refunded|money back|send (?:it|them) back|exchanges?|exchanged?)\b",
        r"退[货貨换換款]|退[钱錢]|[换換][货貨]|无理由",
    ),
    "warranty": any_of(
        r"\b(?:warrant(?:y|ies)|guarantees?|broken|defective|faulty|repairs?)\b",
        r"保修|[质質]保|[维維]修|坏了|壞了|三包",
    ),
    "payment": any_of(
        r"\b(?:pay(?:ment|ments|ing)?|paypal|credit cards?|visa|mastercard|apple pay|google pay|klarna|instal?ments?|invoices?|alipay|wechat pay|gift cards?|vouchers?)\b",
        r"支付|付款|信用卡|支付[宝寶]|微信|分期|[发發]票|花呗",
    ),
    "gift wrap": any_of(
        r"\b(?:gift[- ]?wrap\w*|wrapping|gift (?:box|message|card)|wrap it)\b", r"[礼禮]品?包[装裝]|[贺賀]卡|包[装裝]成"
    ),
    "privacy": any_of(r"\b(?:privacy|personal data|my data|gdpr|cookies)\b", r"[隐隱]私|[个個]人信息|[数數][据據]"),
    "order changes": any_of(r"\b(?:cancel|change|amend|modify) (?:my|an|the) order\b", r"(?:取消|修改)[订訂][单單]"),
    "price match": any_of(
        r"\bprice[- ]?match\w*|\bmatch (?:the |a |their )?prices?\b", r"[价價]保|保[价價]|比[价價]|差[价價]"
    ),
    "contact": any_of(
        r"\b(?:contact|phone number|email (?:address|you)|opening hours|call you|address|store hours)\b",
        r"[联聯][系繫]|[电電][话話]|[邮郵]箱|地址|[营營][业業][时時][间間]",
    ),
}
