"""How sure Inception is of what the pictures show, and how many different things that are."""

from profile_studio.metrics.distances import inception_score_statistic
from profile_studio.metrics.metric import Seen, SetMetric, Words


def _whole(seen: Seen) -> float:
    # Imported here: the page reads this entry and never loads torch.
    from profile_studio.metrics.with_torchmetrics import inception_score

    return inception_score(seen.pictures)


METRIC = SetMetric(
    name="inception_score",
    encoder="inception_classes",
    higher_is_better=True,
    number_format=".2f",
    bounds=(1, 1008),
    fewest_pictures=1000,  # it cannot pass the number of pictures, so with few it measures that
    compute=lambda seen: inception_score_statistic(seen.pictures),
    whole=_whole,
    words={
        "en": Words(
            label="Inception score",
            title="Inception score (one part)",
            explanation="How sure Inception is of its classes, and how many of them there are. It knows photographs of things, "
            "no styles, and cannot pass the number of pictures.",
            better="has a higher Inception score than the base",
            worse="has a lower Inception score than the base",
        ),
        "ko": Words(
            label="인셉션 점수",
            title="인셉션 점수 (나누지 않음)",
            explanation="Inception이 무엇이 그려졌는지 얼마나 확신하고 몇 가지나 알아보는지예요. 사물 사진으로 배워 화풍은 모르고, 그림 수보다 클 수 없어요.",
            better="인셉션 점수가 기본 모델보다 높다",
            worse="인셉션 점수가 기본 모델보다 낮다",
        ),
    },
)
