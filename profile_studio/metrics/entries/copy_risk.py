"""The share of pictures that are nearly copies of training pictures."""

from profile_studio.metrics.metric import Need, PictureMetric, Words
from profile_studio.metrics.scores import copies

METRIC = PictureMetric(
    name="copy_risk",
    encoder="judge",
    higher_is_better=False,
    number_format=".0%",
    bounds=(0, 1),
    is_share=True,
    needs=frozenset({Need.TRAINING}),
    compute=lambda seen: copies(seen.pictures, seen.own_style.training),
    words={
        "en": Words(
            label="Copies your pictures",
            title="Near copies",
            explanation="Share of pictures nearer to a training picture than 95 % of the training pictures are to each other.",
            better="repeats training pictures less often than the base",
            worse="repeats training pictures more often than the base",
        ),
        "ko": Words(
            label="내 사진을 베낌",
            title="복사본에 가까운 그림",
            explanation="학습한 사진끼리 95%보다 더 가깝게, 학습한 사진에 붙어 있는 그림의 비율이에요.",
            better="학습한 사진을 기본 모델보다 덜 베낀다",
            worse="학습한 사진을 기본 모델보다 더 자주 베낀다",
        ),
    },
)
