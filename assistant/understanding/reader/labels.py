"""What a stretch of a message can be: the acts of commands and the labels of spans. `languages/README.md` explains
each."""

from __future__ import annotations

from typing import Final

ACTS: Final = tuple(
    """
    find refine more reject similar pair gift recommend kit kit_change back reset
    ask compare advise why values count calculate
    add remove set view_cart clear_cart checkout yes no indifferent
    order_status order_change return reorder policy handoff complain
    tell recall forget
    greet thanks bye remark about_assistant offtopic expert distress manipulate haggle unclear
    """.split()
)
LABELS: Final = tuple(
    """
    thing want nice not allergy own whom use fits
    price_max price_min price_about price_range price budget
    meas_max meas_min meas size rating stock qty ref degree attr drop order
    """.split()
)
# What a token is: outside of every span, the first of one or inside it (Ramshaw and Marcus, 1995).
TAGS: Final = ("O", *(f"B-{label}" for label in LABELS), *(f"I-{label}" for label in LABELS))
WEIGHTS, CARD = "reader.safetensors", "card.json"  # what a trained reader is kept in
