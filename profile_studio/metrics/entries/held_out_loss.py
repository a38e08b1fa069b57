"""How well a checkpoint predicts pictures that it never learned from."""

from profile_studio.metrics.metric import CheckpointMetric, Words

METRIC = CheckpointMetric(
    name="held_out_loss",
    higher_is_better=False,
    number_format=".4f",
    bounds=(0, float("inf")),
    words={
        "en": Words(
            label="Loss on held-out pictures",
            title="Held-out loss",
            explanation="The training's loss on pictures that were put aside, with the same noise for every step; it rises "
            "where a LoRA learns its pictures by heart.",
            better="predicts held-out pictures better than the base",
            worse="predicts held-out pictures worse than the base",
        ),
        "ko": Words(
            label="따로 둔 사진의 손실",
            title="따로 둔 사진의 손실",
            explanation="따로 둔 사진에서 모든 스텝에 같은 노이즈로 잰 학습 손실이에요. LoRA가 사진을 외우기 시작하면 올라가요.",
            better="따로 둔 사진을 기본 모델보다 더 잘 맞힌다",
            worse="따로 둔 사진을 기본 모델보다 못 맞힌다",
        ),
    },
)
