"""How surely a checkpoint's loss tells which pictures it learned from."""

from profile_studio.metrics.metric import CheckpointMetric, Words

METRIC = CheckpointMetric(
    name="membership_auc",
    higher_is_better=False,
    number_format=".2f",
    bounds=(0, 1),
    words={
        "en": Words(
            label="Knows its pictures by heart",
            title="Membership AUC",
            explanation="How often a picture that was learned gained more from the LoRA than one that was put aside: 0.5 is "
            "chance, at 1 the LoRA tells all of them apart.",
            better="knows its pictures less by heart than the base",
            worse="knows its pictures more by heart than the base",
        ),
        "ko": Words(
            label="사진을 외운 정도",
            title="멤버십 AUC",
            explanation="배운 사진이 따로 둔 사진보다 LoRA로 손실이 더 줄어든 비율이에요. 0.5면 우연이고, 1이면 모두 구별해요.",
            better="기본 모델보다 사진을 덜 외운다",
            worse="기본 모델보다 사진을 더 외운다",
        ),
    },
)
