"""Frechet Inception distance of the model's pictures and the style's."""

from profile_studio.metrics.distances import frechet_statistic
from profile_studio.metrics.metric import Need, Seen, SetMetric, Words


def _whole(seen: Seen) -> float:
    # Imported here: the page reads this entry and never loads torch.
    from profile_studio.metrics.with_torchmetrics import fid

    return fid(seen.pictures, seen.own_style.reference)


METRIC = SetMetric(
    name="fid",
    encoder="inception",
    higher_is_better=False,
    number_format=".2f",
    needs=frozenset({Need.STYLE}),
    fewest_pictures=2048,  # with fewer pictures than numbers a picture has, it measures their count
    compute=lambda seen: frechet_statistic(seen.pictures, seen.own_style.reference),
    whole=_whole,
    words={
        "en": Words(
            label="FID (Inception, 2048)",
            title="FID (Inception, 2048)",
            explanation="Frechet distance on Inception's 2048-wide layer. It is biased upwards, the more the fewer pictures "
            "there are: compare it within this table only.",
            better="has a lower FID than the base",
            worse="has a higher FID than the base",
        ),
        "ko": Words(
            label="FID (Inception, 2048)",
            title="FID (Inception, 2048)",
            explanation="Inception의 2048차원 층에서 잰 프레셰 거리예요. 그림이 적을수록 더 크게 나오니 이 표 안에서만 비교하세요.",
            better="FID가 기본 모델보다 낮다",
            worse="FID가 기본 모델보다 높다",
        ),
    },
)
