"""Parts that more than one tab shows."""
