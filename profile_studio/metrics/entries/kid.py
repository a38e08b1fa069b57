"""Kernel Inception distance of the model's pictures and the style's."""

from profile_studio.metrics.distances import checked_kernel_statistic
from profile_studio.metrics.metric import Need, Seen, SetMetric, Words


def _whole(seen: Seen) -> float:
    # Imported here: the page reads this entry and never loads torch.
    from profile_studio.metrics.with_torchmetrics import kid

    return kid(seen.pictures, seen.own_style.reference)


METRIC = SetMetric(
    name="kid",
    encoder="inception",
    higher_is_better=False,
    number_format=".4f",
    needs=frozenset({Need.STYLE}),
    fewest_pictures=2,
    compute=lambda seen: checked_kernel_statistic("kid", seen.pictures, seen.own_style.reference),
    whole=_whole,
    words={
        "en": Words(
            label="KID (Inception, 2048)",
            title="KID (Inception, 2048)",
            explanation="Kernel distance on Inception's 2048-wide layer, unbiased whatever the number of pictures; around 0 the "
            "sets cannot be told apart.",
            better="has a lower KID than the base",
            worse="has a higher KID than the base",
        ),
        "ko": Words(
            label="KID (Inception, 2048)",
            title="KID (Inception, 2048)",
            explanation="Inception의 2048차원 층에서 잰 커널 거리예요. 장수에 치우치지 않고, 0쯤이면 구별되지 않아요.",
            better="KID가 기본 모델보다 낮다",
            worse="KID가 기본 모델보다 높다",
        ),
    },
)
