"""Pictures from a base model: adapters, prompts, noise schedulers and the steps between."""
