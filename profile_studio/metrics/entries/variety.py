"""How different the pictures of one prompt are."""

from profile_studio.metrics.metric import Need, PictureMetric, Words
from profile_studio.metrics.scores import varieties

METRIC = PictureMetric(
    name="variety",
    encoder="judge",
    higher_is_better=True,
    bounds=(0, 2),
    needs=frozenset({Need.SEEDS}),
    compute=lambda seen: varieties(seen.pictures, seen.n_prompts),
    words={
        "en": Words(
            label="Variety",
            title="Variety",
            explanation="How different the pictures of one prompt are; a model that repeats itself falls below the base.",
            better="draws more varied pictures than the base",
            worse="draws less varied pictures than the base",
        ),
        "ko": Words(
            label="다양함",
            title="다양함",
            explanation="한 프롬프트의 그림들이 서로 얼마나 다른지예요. 같은 그림을 되풀이하는 모델은 기본 모델보다 낮아요.",
            better="기본 모델보다 더 다양하게 그린다",
            worse="기본 모델보다 덜 다양하게 그린다",
        ),
    },
)
