"""How a condition is put into words, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from benchmarks.shoppers.truth import Constraint
from data.demo.colours import colours
from data.demo.specs import Family

WORDING = Path(__file__).with_name("wording")


@dataclass(frozen=True)
class Phrases:
    """Ways to say one condition: before the thing's name, after it, alone, as a sentence, and as a question about
    something (`{it}`). `alone` and `clause` are never empty, the others are where the language has no such form."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    alone: tuple[str, ...] = ()
    clause: tuple[str, ...] = ()
    question: tuple[str, ...] = ()


def sayable(constraint: Constraint, language: str) -> bool:
    return phrases(constraint, language) is not None


def phrases(constraint: Constraint, language: str) -> Phrases | None:
    """None where a shopper would hardly say it in this language."""
    return _chinese(constraint) if language == "zh" else _english(constraint)


def words_for(constraint: Constraint, language: str) -> tuple[str, ...]:
    """What it may be called in a reply or on a button, in the catalogue's words and in the shopper's."""
    name = (constraint.field,) if constraint.is_feature else constraint.values
    said = phrases(constraint, language)
    return (*name, *(said.before if said else ()))


def own_words(family: Family, constraints: Iterable[Constraint], language: str) -> tuple[str, ...]:
    """The words that a shopper may have used for the thing and for these of its conditions."""
    names = family.chinese if language == "zh" else (family.name, *(synonym.text for synonym in family.synonyms))
    known = [said for each in constraints if (said := phrases(each, language))]
    words = [word for each in known for word in (*each.before, *each.alone)]
    numbers = [each.values[0] for each in constraints if each.field == "price"]
    return (*names, *words, *numbers)


def _english(constraint: Constraint) -> Phrases | None:
    if constraint.field == "price":
        most = _dollars(constraint.most)
        after = (f"under ${most}", f"up to ${most}", f"for less than {most} dollars", f"for {most} dollars at most")
        alone = (f"under ${most}", f"max ${most}", f"no more than {most} dollars", f"{most} bucks tops")
        clause = (
            f"my budget is ${most}",
            f"i can spend {most} dollars at most",
            f"it shouldn't cost more than ${most}",
        )
        return Phrases(after=after, alone=alone, clause=clause)
    if constraint.field == "colour":
        return _english_colour(constraint)
    if constraint.is_feature:
        return _english_feature(constraint.field)
    patterns = _sayings()["attributes"].get(constraint.field)
    if patterns is None or constraint.negated:
        return None
    if len(constraint.values) != 1 or (constraint.field in ("size", "length") and not _is_size(constraint.values[0])):
        return None
    said = patterns.get("values", {}).get(constraint.values[0], constraint.values[0])
    before, after, alone = (
        tuple(pattern.format(v=said) for pattern in patterns.get(place, ())) for place in ("before", "after", "alone")
    )
    return Phrases(before, after, alone, tuple(f"i need it {each}" for each in after) or alone)


def _english_colour(constraint: Constraint) -> Phrases:
    said = " or ".join(constraint.values)
    if constraint.negated:
        return Phrases(
            after=(f"but not in {said}", f"not {said}", f"anything but {said}"),
            alone=(f"not {said}", f"anything but {said}", f"not in {said}"),
            clause=(f"i don't want it in {said}", f"no {said} please", f"any colour but {said}"),
        )
    return Phrases(
        (said,), (f"in {said}",), (f"in {said}", said), (f"do you have it in {said}?", f"i want it in {said}")
    )


def _english_feature(name: str) -> Phrases | None:
    spec = _sayings()["features"].get(name)
    if spec is None:
        return None
    if "is" in spec:
        return Phrases(
            before=tuple(spec["is"]),
            after=tuple(f"that is {each}" for each in spec["is"]),
            alone=tuple(spec["is"]),
            clause=tuple(form.format(each) for each in spec["is"] for form in ("it should be {}", "it must be {}")),
            question=tuple(f"is {{it}} {each}?" for each in spec["is"]),
        )
    return Phrases(
        after=tuple(f"with {each}" for each in spec["has"]),
        alone=tuple(f"with {each}" for each in spec["has"]),
        clause=tuple(form.format(each) for each in spec["has"] for form in ("it needs {}", "it should have {}")),
        question=tuple(f"does {{it}} have {each}?" for each in spec["has"]),
    )


def _chinese(constraint: Constraint) -> Phrases | None:
    if constraint.field == "price":
        most = _dollars(constraint.most)
        before = (f"{most}美元以内", f"{most}美元以下", f"不超过{most}美元")
        alone = (f"{most}美元以内", f"不超过{most}美元", f"最多{most}美金", f"{most}刀以内", f"{most}块以内")
        return Phrases(before, (), alone, (f"预算{most}美元", f"不要超过{most}美元", f"价格在{most}美元以下"))
    words = [_chinese_value(constraint.field, value) for value in constraint.values]
    if any(word is None for word in words):
        return None
    said = "或者".join(word for word in words if word)
    if constraint.negated:
        return Phrases(
            after=(f"不要{said}", f"{said}除外"),
            alone=(f"不要{said}的",),
            clause=(f"除了{said}都行", f"别给我{said}的", f"我不喜欢{said}"),
        )
    return Phrases(
        before=(said,),
        alone=(f"{said}的",),
        clause=(f"要{said}的", f"有{said}的吗", f"必须是{said}的"),
        question=(f"{{it}}{said}吗",) if constraint.is_feature else (),
    )


def _chinese_value(field: str, value: str) -> str | None:
    if field == "colour":
        return colours()[value].chinese
    if value == "yes":
        return next(iter(_sayings()["features"].get(field, {}).get("zh", ())), None)
    if field not in _sayings()["attributes"] or (field == "size" and not _is_size(value)):
        return None
    known = _sayings()["chinese_values"].get(field, {}).get(value)
    frame = _sayings()["chinese_frames"].get(field, "{v}")
    if known or field == "size":
        return known or frame.format(v=value)
    number = re.fullmatch(r"([\d.]+) (\w+)", value)
    unit = _sayings()["units"].get(number[2]) or _sayings()["units"].get(number[2].lower()) if number else None
    return frame.format(v=f"{number[1]}{unit}") if number and unit else None


def _is_size(value: str) -> bool:
    """A size that is worn (M, XL, 38, W32), not one in centimetres."""
    return re.fullmatch(r"X{0,2}[SML]|XXL|3XL|\d\d|W\d\d", value) is not None


def _dollars(amount: float) -> str:
    return f"{amount:g}"


@cache
def _sayings() -> dict[str, Any]:
    return yaml.safe_load((WORDING / "sayings.yaml").read_text(encoding="utf-8"))
