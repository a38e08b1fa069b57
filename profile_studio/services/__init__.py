"""Use cases: what the page and the command line can do. Nothing here imports torch."""
