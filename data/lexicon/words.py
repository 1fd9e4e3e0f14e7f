"""Which words name a colour or a material, and where in a text they mean it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Literal

import yaml

Subject = Literal["colours", "materials"]
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_BREAK = re.compile(r"\s[-–—|]\s|[(\[,:/]")
_CHINESE = re.compile(r"[一-鿿]")


@dataclass(frozen=True)
class Lexicon:
    """`words` and `careful` take a word or phrase, in lower case with single blanks, to its canonical name.

    A careful word also names a food or a thing (cream, orange, iron); `chinese` words are found inside running text.
    `family` takes a canonical name to the broader one (navy to blue). In `blocked` phrases nothing is meant,
    nor by a careful word before one of `not_before`, nor by any word before one of `never_before`.
    """

    words: dict[str, str]
    careful: dict[str, str]
    chinese: dict[str, str]
    family: dict[str, str]
    blocked: frozenset[str]
    not_before: frozenset[str]
    never_before: frozenset[str]

    @cached_property
    def all_words(self) -> dict[str, str]:
        return self.chinese | self.careful | self.words

    def in_title(self, title: str) -> list[str]:
        """Canonical names that a product's title states, in its order."""
        return self._with_families(
            name
            for segment, text in enumerate(_BREAK.split(title))
            for name in self._in_segment(text, trailing=segment > 0)
        )

    def in_value(self, value: str) -> list[str]:
        """Canonical names in an option or a column that is about this subject, where every word counts."""
        words = _WORD.findall(value.lower())
        return self._with_families([name for name, _, _ in self._phrases(words, self.all_words)] + self._chinese(value))

    def is_only(self, tag: str) -> bool:
        """Whether a tag consists of nothing else (`red-white-blue`, `rose gold`)."""
        words = _WORD.findall(tag.lower())
        covered = sum(size for _, _, size in self._phrases(words, self.all_words))
        return bool(words) and (covered == len(words) or tag in self.chinese)

    def _in_segment(self, text: str, trailing: bool) -> list[str]:
        words = _WORD.findall(text.lower())
        hidden = self._hidden(words)
        found = []
        for name, start, size in self._phrases(words, self.all_words):
            after = words[start + size] if start + size < len(words) else ""
            phrase = " ".join(words[start : start + size])
            certain = phrase in self.words
            alone = trailing and size == len(words)
            first = start == 0 and size < len(words) and not trailing
            if not hidden & set(range(start, start + size)) and (certain or alone or first):
                if after in self.never_before or (after in self.not_before and not certain):
                    continue
                found.append(name)
        return found + self._chinese(text)

    def _phrases(self, words: list[str], known: dict[str, str]) -> list[tuple[str, int, int]]:
        """(canonical name, first word, number of words), the longest phrase first where they overlap."""
        found, place = [], 0
        while place < len(words):
            for size in (3, 2, 1):
                name = known.get(" ".join(words[place : place + size])) if place + size <= len(words) else None
                if name:
                    found.append((name, place, size))
                    place += size
                    break
            else:
                place += 1
        return found

    def _hidden(self, words: list[str]) -> set[int]:
        """Places of words within a blocked phrase that no longer known phrase overrules."""
        return {
            place
            for size in (2, 3, 4)
            for start in range(len(words) - size + 1)
            if " ".join(words[start : start + size]) in self.blocked
            and " ".join(words[start : start + size]) not in self.words
            for place in range(start, start + size)
        }

    def _chinese(self, text: str) -> list[str]:
        if not _CHINESE.search(text):
            return []
        return [self.chinese[word] for word in self._chinese_pattern.findall(text)]

    @cached_property
    def _chinese_pattern(self) -> re.Pattern[str]:
        # One character alone (红) stands for too much else (红茶) to be looked for inside text.
        longer = [word for word in self.chinese if len(word) > 1]
        return re.compile("|".join(map(re.escape, sorted(longer, key=len, reverse=True))))

    def _with_families(self, names: object) -> list[str]:
        found: dict[str, None] = {}
        for name in names:  # type: ignore[attr-defined]
            found[name] = None
            if name in self.family:
                found.setdefault(self.family[name])
        return list(found)


@cache
def load(subject: Subject) -> Lexicon:
    content = yaml.safe_load(resources.files("data.lexicon").joinpath(f"{subject}.yaml").read_text(encoding="utf-8"))
    entries = content[subject]

    def by_word(key: str) -> dict[str, str]:
        return {_key(word): name for name, entry in entries.items() for word in entry.get(key, ())}

    return Lexicon(
        words=by_word("words"),
        careful={name: name for name in entries if name not in by_word("words")} | by_word("careful"),
        chinese=by_word("chinese"),
        family={name: entry["family"] for name, entry in entries.items() if "family" in entry},
        blocked=frozenset(content[f"not_{subject}"]),
        not_before=frozenset(content.get("not_before", ())),
        never_before=frozenset(content.get("never_before", ())),
    )


@cache
def colours() -> dict[str, str]:
    """Every word for a colour, English and Chinese, in lower case, to its canonical name."""
    return load("colours").all_words


@cache
def materials() -> dict[str, str]:
    """Every word for a material, English and Chinese, in lower case, to its canonical name."""
    return load("materials").all_words


def _key(word: str) -> str:
    return " ".join(_WORD.findall(word.lower()))
