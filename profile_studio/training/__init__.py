"""Trains one LoRA, exactly resumable: everything random is a function of the seed and the step."""
