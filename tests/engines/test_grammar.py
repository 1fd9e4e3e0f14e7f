"""What the grammars say, read as text; that a model is bound by them is shown in `test_openvino.py`."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, Field

from assistant.engines.grammar import UnsupportedSchemaError, grammar


class Wish(BaseModel):
    """As the dialogue manager writes its schemas."""

    intent: Literal["search", "cart"]
    query: str = Field(max_length=60)
    price_max: float | None = Field(None, ge=0)
    colours: list[str] = Field(default_factory=list, max_length=3)


def test_a_pydantic_model_is_understood() -> None:
    rules = grammar(Wish.model_json_schema())
    assert r'"\"search\"" | "\"cart\""' in rules
    assert "char{0,60}" in rules
    assert r'"\"colours\": "' in rules


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "pattern": "a+"},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"type": "array"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"type": "array", "items": {"$ref": "#/$defs/a"}}}},
        {},
    ],
)
def test_what_is_not_expressed_is_refused(schema: dict) -> None:
    with pytest.raises(UnsupportedSchemaError):
        grammar(schema)
