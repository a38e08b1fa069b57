"""Profile Studio: train a style from a few pictures, blend it, and see whether it is better."""

__version__ = "0.1.0"
