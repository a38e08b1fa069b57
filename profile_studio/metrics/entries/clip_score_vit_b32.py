"""Whether a picture shows what its prompt says, by OpenAI's CLIP ViT-B/32, as most papers have it."""

from profile_studio.metrics.metric import PictureMetric, Words
from profile_studio.metrics.scores import clip_scores

METRIC = PictureMetric(
    name="clip_score_vit_b32",
    encoder="clip",
    higher_is_better=True,
    number_format=".1f",
    bounds=(-100, 100),
    compute=lambda seen: clip_scores(seen.pictures, seen.own_texts),
    words={
        "en": Words(
            label="Follows the prompt (CLIP)",
            title="CLIP score (ViT-B/32)",
            explanation="Does the picture show what the prompt says? 100 x cosine of picture and prompt by OpenAI's CLIP, as "
            "torchmetrics has it; divide by 40 for the scale of 2.5 x cosine. CLIP is a part of many base models, which "
            "flatters them.",
            better="follows the prompts better than the base, says CLIP",
            worse="follows the prompts less well than the base, says CLIP",
        ),
        "ko": Words(
            label="프롬프트를 따름 (CLIP)",
            title="CLIP 점수 (ViT-B/32)",
            explanation="그림이 프롬프트대로 그려졌는지 OpenAI의 CLIP으로 봐요. 코사인에 100을 곱한 값(torchmetrics와 같음)이고, 40으로 나누면 "
            "코사인의 2.5배 값이 돼요. CLIP은 여러 기본 모델의 일부라서 그 모델들에 후해요.",
            better="CLIP이 보기에 프롬프트를 기본 모델보다 더 잘 따른다",
            worse="CLIP이 보기에 프롬프트를 기본 모델보다 덜 따른다",
        ),
    },
)
