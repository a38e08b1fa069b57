"""How likely a picture's face is intact, by the critic."""

from profile_studio.metrics.metric import PictureMetric, Words

METRIC = PictureMetric(
    name="face_score",
    encoder="critic",
    higher_is_better=True,
    bounds=(0, 1),
    compute=lambda seen: seen.pictures[:, 0],
    words={
        "en": Words(
            label="Intact faces",
            title="Intact faces",
            explanation="How likely the faces are intact, by a critic that learned from drawn faces only: it cannot judge "
            "photographs.",
            better="draws more intact faces than the base",
            worse="draws fewer intact faces than the base",
        ),
        "ko": Words(
            label="온전한 얼굴",
            title="온전한 얼굴",
            explanation="얼굴이 온전할 확률이에요. 그린 얼굴로만 배운 모델이라 사진은 판단하지 못해요.",
            better="온전한 얼굴을 기본 모델보다 더 많이 그린다",
            worse="온전한 얼굴을 기본 모델보다 더 적게 그린다",
        ),
    },
)
