"""What a shop has, and where it lies on disk."""
