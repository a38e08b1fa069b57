"""How close a picture is to the style's pictures."""

from profile_studio.metrics.metric import Need, PictureMetric, Words
from profile_studio.metrics.scores import style_similarities

METRIC = PictureMetric(
    name="style_similarity",
    encoder="judge",
    higher_is_better=True,
    bounds=(-1, 1),
    needs=frozenset({Need.STYLE}),
    compute=lambda seen: style_similarities(seen.pictures, seen.own_style.reference),
    words={
        "en": Words(
            label="Like your pictures",
            title="Style similarity",
            explanation="How close to the style's pictures: cosine with their centre, at most 1.",
            better="is closer to your style than the base",
            worse="is farther from your style than the base",
        ),
        "ko": Words(
            label="내 사진과 닮음",
            title="화풍 유사도",
            explanation="화풍 사진들의 중심과 얼마나 가까운지 코사인으로 재요. 가장 큰 값은 1이에요.",
            better="기본 모델보다 내 화풍에 더 가깝다",
            worse="기본 모델보다 내 화풍에서 더 멀다",
        ),
    },
)
