"""Builds a random BLIP so small that it describes a picture in a blink."""

import json
from pathlib import Path

SIDE = 32
WORDS = ("a", "person", "with", "hat", "in", "the", "park", "smiling")


def build_tiny_blip(folder: Path) -> Path:
    """Writes a random BLIP as the hub has them: weights, a BERT tokenizer, a preprocessor config."""
    # Imported here: most tests never need torch.
    import torch
    from transformers import BertTokenizer, BlipConfig, BlipForConditionalGeneration

    special = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
    vocabulary = {token: index for index, token in enumerate((*special, *WORDS))}
    start = len(vocabulary)  # BLIP's first token is one that its tokenizer does not know, as in Salesforce's files
    sizes = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2}
    text = {
        **sizes,
        "vocab_size": start + 1,
        "encoder_hidden_size": sizes["hidden_size"],
        "bos_token_id": start,
        "eos_token_id": vocabulary["[CLS]"],
        "sep_token_id": vocabulary["[SEP]"],
        "pad_token_id": vocabulary["[PAD]"],
        "max_position_embeddings": 64,
    }
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = BlipForConditionalGeneration(
            BlipConfig(text_config=text, vision_config={**sizes, "image_size": SIDE, "patch_size": 8})
        )
    model.save_pretrained(folder)
    BertTokenizer(vocab=vocabulary).save_pretrained(folder)
    preprocessor = {
        "image_processor_type": "BlipImageProcessor",
        "processor_class": "BlipProcessor",
        "do_resize": True,
        "do_rescale": True,
        "do_normalize": True,
        "size": {"height": SIDE, "width": SIDE},
        "resample": 3,
        "image_mean": [0.48, 0.46, 0.41],
        "image_std": [0.27, 0.26, 0.28],
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor), encoding="utf-8")
    return folder
