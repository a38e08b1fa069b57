"""Builds a random CLIP model so small that it sees a picture in a millisecond."""

import json
from pathlib import Path

from tests.tiny_base import byte_vocabulary

SIDE = 32


def build_tiny_judge(folder: Path) -> Path:
    """Writes a random judge in transformers layout: 32 px pictures, 16 numbers."""
    # Imported here: most tests never need torch.
    import torch
    from transformers import CLIPConfig, CLIPModel, CLIPTokenizer

    tokenizer = CLIPTokenizer(vocab=byte_vocabulary(), merges=[], model_max_length=77)
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    special = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = CLIPModel(
            CLIPConfig(
                text_config={**sizes, **special, "vocab_size": len(tokenizer), "max_position_embeddings": 77},
                vision_config={**sizes, "image_size": SIDE, "patch_size": 8},
                projection_dim=16,
            )
        )
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    preprocessor = {
        "image_processor_type": "CLIPImageProcessor",
        "do_resize": True,
        "size": {"shortest_edge": SIDE},
        "do_center_crop": True,
        "crop_size": {"height": SIDE, "width": SIDE},
        "resample": 3,
        "image_mean": [0.5, 0.4, 0.3],
        "image_std": [0.2, 0.25, 0.3],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor), encoding="utf-8")
    return folder
