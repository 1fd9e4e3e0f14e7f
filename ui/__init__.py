"""The storefront chat.

from ui import launch
launch("demo")
"""

from ui.app import build, launch, serve

__all__ = ["build", "launch", "serve"]
