"""Writes captions: by the starter's judge for drawn portraits, by BLIP for photographs."""
