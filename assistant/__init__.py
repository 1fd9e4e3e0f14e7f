"""The dialogue manager: understanding, dialogue, actions, grounded replies.

from assistant import Assistant
shop = Assistant.open("demo")
turn = shop.reply("a warm hat under $30")
"""

from assistant.assistant import Assistant
from assistant.turn import Cart, Evidence, Recommendation, StreamEvent, Turn, Understanding

__all__ = ["Assistant", "Cart", "Evidence", "Recommendation", "StreamEvent", "Turn", "Understanding"]
