"""Frechet distance of the model's pictures and the style's, by the judge."""

from profile_studio.metrics.distances import frechet_statistic
from profile_studio.metrics.metric import Need, SetMetric, Words

METRIC = SetMetric(
    name="fd_judge",
    encoder="judge",
    higher_is_better=False,
    needs=frozenset({Need.STYLE}),
    fewest_pictures=2,
    compute=lambda seen: frechet_statistic(seen.pictures, seen.own_style.reference),
    words={
        "en": Words(
            label="Distance to your pictures (FD)",
            title="Frechet distance (judge)",
            explanation="Distance between the two sets as normal distributions; it grows as sets get smaller, so compare it "
            "within this table only.",
            better="draws a set nearer to your pictures than the base",
            worse="draws a set farther from your pictures than the base",
        ),
        "ko": Words(
            label="내 사진과의 거리 (FD)",
            title="프레셰 거리 (judge)",
            explanation="두 그림 묶음을 정규 분포로 보고 잰 거리예요. 장수가 적을수록 커지니 이 표 안에서만 비교하세요.",
            better="그림 전체가 기본 모델보다 내 사진에 더 가깝다",
            worse="그림 전체가 기본 모델보다 내 사진에서 더 멀다",
        ),
    },
)
