"""Whether a picture shows what its prompt says, by the judge."""

from profile_studio.metrics.metric import PictureMetric, Words
from profile_studio.metrics.scores import clip_scores

METRIC = PictureMetric(
    name="clip_score",
    encoder="judge",
    higher_is_better=True,
    number_format=".1f",
    bounds=(-100, 100),
    compute=lambda seen: clip_scores(seen.pictures, seen.own_texts),
    words={
        "en": Words(
            label="Follows the prompt",
            title="CLIP score (judge)",
            explanation="Does the picture show what the prompt says? 100 x cosine of picture and prompt; divide by 40 for the "
            "scale of 2.5 x cosine. Compare it within this table only.",
            better="follows the prompts better than the base",
            worse="follows the prompts less well than the base",
        ),
        "ko": Words(
            label="프롬프트를 따름",
            title="CLIP 점수 (judge)",
            explanation="그림이 프롬프트대로 그려졌는지 봐요. 그림과 프롬프트의 코사인에 100을 곱한 값이고, 40으로 나누면 코사인의 2.5배 값이 돼요. "
            "이 표 안에서만 비교하세요.",
            better="프롬프트를 기본 모델보다 더 잘 따른다",
            worse="프롬프트를 기본 모델보다 덜 따른다",
        ),
    },
)
