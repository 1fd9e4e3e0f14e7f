"""Text → Understanding: what can be decided exactly is decided by code, the rest by the language model."""
