"""JSON schemas as grammars of compact JSON.

A decoder bound only by a schema may put blank lines between fields and digits without end after a point, and small
models do. These grammars leave one spelling: keys in the schema's order, one space after `:` and `,` (as Python's
`json.dumps` writes, so that is how examples in a prompt should look), at most 9 digits before a point and 4 after it.
The notation is the GBNF dialect that XGrammar reads (https://xgrammar.mlc.ai/docs/).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_SHARED = r"""
char ::= [^"\\\x00-\x1f] | "\\" ["\\/bfnrt]
whole ::= "0" | [1-9] [0-9]{0,8}
integer ::= "-"? whole
number ::= "-"? whole ("." [0-9]{1,4})?
boolean ::= "true" | "false"
null ::= "null"
"""
_NOTES = {"title", "description", "default", "examples", "$defs", "$schema", "$comment"}
_UNDERSTOOD = {
    "object": {"properties", "required", "additionalProperties"},
    "string": {"maxLength", "minLength"},
    "array": {"items", "minItems", "maxItems"},
    "integer": {"minimum", "maximum"},
    "number": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "boolean": set(),
    "null": set(),
}


class UnsupportedSchemaError(ValueError):
    """The schema asks for something that these grammars do not express."""


def grammar(schema: Schema) -> str:
    """A grammar whose every text is compact JSON that holds to the schema.

    Objects are closed (no other keys than `properties`). Bounds of numbers are not enforced, except that `minimum: 0`
    forbids the sign. Raises UnsupportedSchemaError for keywords such as `pattern`, and for recursive references.
    """
    rules = _Rules(schema.get("$defs", {}))
    root = rules.value(schema)
    return "\n".join([f"root ::= {root}", *rules.lines]) + _SHARED


class _Rules:
    """Rules numbered in the order in which they are made; `value` returns what stands for a schema."""

    def __init__(self, definitions: Schema) -> None:
        self.lines: list[str] = []
        self._definitions = definitions
        self._inside: list[str] = []  # references being written, to notice a circle

    def value(self, schema: Schema) -> str:
        if "$ref" in schema:
            return self._reference(schema["$ref"])
        for choice in ("anyOf", "oneOf"):
            if choice in schema:
                _refuse_unknown(schema, {choice})
                return self._rule(" | ".join(self.value(option) for option in schema[choice]))
        if "enum" in schema or "const" in schema:
            _refuse_unknown(schema, {"enum", "const", "type"})
            values = schema["enum"] if "enum" in schema else [schema["const"]]
            return self._rule(" | ".join(_literal(json.dumps(value, ensure_ascii=False)) for value in values))
        kind = schema.get("type")
        if isinstance(kind, list):
            return self._rule(" | ".join(self.value({**schema, "type": each}) for each in kind))
        if kind not in _UNDERSTOOD:
            raise UnsupportedSchemaError(f"type {kind!r}")
        _refuse_unknown(schema, _UNDERSTOOD[kind] | {"type"})
        return self._of_type(kind, schema)

    def _of_type(self, kind: str, schema: Schema) -> str:
        if kind == "object":
            return self._object(schema)
        if kind == "array":
            return self._array(schema)
        if kind == "string":
            count = f"{{{schema.get('minLength', 0)},{schema['maxLength']}}}" if "maxLength" in schema else "*"
            return self._rule(rf'"\"" char{count} "\""')
        if kind in ("integer", "number") and schema.get("minimum", -1) >= 0:
            return "whole" if kind == "integer" else self._rule('whole ("." [0-9]{1,4})?')
        return kind

    def _object(self, schema: Schema) -> str:
        """Members from the last to the first: `rest` follows a written member and starts with a comma, `first` not."""
        if schema.get("additionalProperties") not in (None, False):
            raise UnsupportedSchemaError("additionalProperties")
        first = rest = '""'
        for name, member in reversed(list(schema.get("properties", {}).items())):
            pair = f"{_literal(json.dumps(name, ensure_ascii=False) + ': ')} {self.value(member)}"
            may_lack = name not in schema.get("required", ())
            first_text, rest_text = f"{pair} {rest}", f'", " {pair} {rest}'
            first = self._rule(f"{first_text} | {first}" if may_lack else first_text)
            rest = self._rule(f"{rest_text} | {rest}" if may_lack else rest_text)
        return self._rule(f'"{{" {first} "}}"')

    def _array(self, schema: Schema) -> str:
        item = self.value(schema["items"]) if "items" in schema else None
        if item is None:
            raise UnsupportedSchemaError("an array without items")
        fewest, most = schema.get("minItems", 0), schema.get("maxItems")
        further = f"{{{max(fewest - 1, 0)},{'' if most is None else most - 1}}}"
        filled = f'"[" {item} (", " {item}){further} "]"' if most != 0 else '"[]"'
        return self._rule(filled if fewest else f'{filled} | "[]"')

    def _reference(self, pointer: str) -> str:
        name = pointer.removeprefix("#/$defs/")
        if name not in self._definitions or name in self._inside:
            raise UnsupportedSchemaError(f"reference {pointer}")
        self._inside.append(name)
        made = self.value(self._definitions[name])
        self._inside.pop()
        return made

    def _rule(self, text: str) -> str:
        name = f"r{len(self.lines)}"
        self.lines.append(f"{name} ::= {text}")
        return name


def _refuse_unknown(schema: Schema, understood: set[str]) -> None:
    if unknown := set(schema) - understood - _NOTES:
        raise UnsupportedSchemaError(", ".join(sorted(unknown)))


def _literal(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
