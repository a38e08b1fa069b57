"""Facts and rules without torch, files or network: what everything else speaks in."""
