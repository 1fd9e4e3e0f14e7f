"""The routes by what they are about: a new one is a file here and a line below."""

from assistant.server.routes import cart, catalogue, chat, events, handoffs, health, openai, orders, sessions

ROUTERS = (
    chat.router,
    openai.router,
    catalogue.router,
    cart.router,
    orders.router,
    events.router,
    sessions.router,
    handoffs.router,
)
UNVERSIONED = (health.router,)

__all__ = ["ROUTERS", "UNVERSIONED"]
