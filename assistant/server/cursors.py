"""Where the next page begins, in a form that a caller hands back and does not look into."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from assistant.server.problems import Refusal


def encode(**place: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(cursor: str, **expected: type) -> dict[str, Any]:
    """Raises Refusal for what was not made by `encode` with just these names and types."""
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if set(place) != set(expected) or any(type(place[name]) is not kind for name, kind in expected.items()):
            raise ValueError
    except (binascii.Error, ValueError, TypeError) as error:
        raise Refusal(422, "invalid-cursor", "This cursor is none: take `next` of the page before.") from error
    return dict(place)
