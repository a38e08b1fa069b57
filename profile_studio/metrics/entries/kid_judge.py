"""Distance of the model's pictures and the style's, unbiased, by the judge."""

from profile_studio.metrics.distances import checked_kernel_statistic
from profile_studio.metrics.metric import Need, SetMetric, Words

METRIC = SetMetric(
    name="kid_judge",
    encoder="judge",
    higher_is_better=False,
    needs=frozenset({Need.STYLE}),
    fewest_pictures=2,
    # gamma = 1 on rows of length 1: the kernel is (1 + cosine)^3, whatever the judge's width.
    compute=lambda seen: checked_kernel_statistic("kid_judge", seen.pictures, seen.own_style.reference, gamma=1.0),
    words={
        "en": Words(
            label="Distance to your pictures",
            title="Kernel distance (judge)",
            explanation="Distance between the model's pictures and the style's, unbiased; around 0 they cannot be told apart.",
            better="draws a set nearer to your pictures than the base",
            worse="draws a set farther from your pictures than the base",
        ),
        "ko": Words(
            label="내 사진과의 거리",
            title="커널 거리 (judge)",
            explanation="모델이 그린 그림 전체와 화풍 사진 전체의 거리예요. 장수에 치우치지 않고, 0쯤이면 구별되지 않아요.",
            better="그림 전체가 기본 모델보다 내 사진에 더 가깝다",
            worse="그림 전체가 기본 모델보다 내 사진에서 더 멀다",
        ),
    },
)
