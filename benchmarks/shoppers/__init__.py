"""Simulated shoppers: what they need, how they speak, what they do next, and how a conversation with them went."""
