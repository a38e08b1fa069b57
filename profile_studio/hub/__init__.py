"""The hub that base models are fetched from, and its local cache."""
