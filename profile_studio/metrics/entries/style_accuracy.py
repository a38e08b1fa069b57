"""Which of the comparison's styles the judge would call a picture: the share that is called the model's own."""

from profile_studio.metrics.metric import Need, PictureMetric, Words
from profile_studio.metrics.scores import called_own_style

METRIC = PictureMetric(
    name="style_accuracy",
    encoder="judge",
    higher_is_better=True,
    number_format=".0%",
    bounds=(0, 1),
    is_share=True,
    needs=frozenset({Need.STYLES}),
    compute=lambda seen: called_own_style(
        seen.pictures, seen.own_style.reference, [style.reference for style in seen.other_styles]
    ),
    words={
        "en": Words(
            label="Style recognised",
            title="Style accuracy",
            explanation="Share of pictures that are nearer to the centre of their own style than to that of any other style of "
            "this comparison.",
            better="is recognised by its style more often than the base",
            worse="is recognised by its style less often than the base",
        ),
        "ko": Words(
            label="화풍 인식률",
            title="화풍 인식률",
            explanation="이 비교에 나온 다른 화풍보다 자기 화풍의 중심에 더 가까운 그림의 비율이에요.",
            better="자기 화풍으로 기본 모델보다 더 자주 알아볼 수 있다",
            worse="자기 화풍으로 기본 모델보다 덜 알아볼 수 있다",
        ),
    },
)
