"""Every word of the page, in one place.

A language is one `Texts` value: `ENGLISH` are the defaults, `KOREAN` is in `korean.py`. Sentences that are made far from
the page, such as errors, go through `CommonTexts.said`.
"""

from dataclasses import dataclass, field

from profile_studio.decoding.decode import MAXIMUM_PIXELS
from profile_studio.domain.arrangement import PictureFilter, PictureOrder, PictureView
from profile_studio.domain.captions import CaptionEdit
from profile_studio.domain.comparison import Verdict
from profile_studio.domain.crops import CropMode
from profile_studio.domain.datasets import Consent, FaceDetector, FileReason
from profile_studio.domain.generation import Quality
from profile_studio.domain.jobs import JobStatus
from profile_studio.domain.presets import Thoroughness
from profile_studio.domain.starter_size import FORMER_SIDE_PX, SIDE_PX
from profile_studio.domain.training import AdapterKind
from profile_studio.services.exporting import ExportFormat
from profile_studio.services.import_sources import MAXIMUM_FILE_BYTES
from profile_studio.services.storage_space import SpaceKind
from profile_studio.ui.components.words import WORD_GROUPS
from profile_studio.ui.counted import Counted
from profile_studio.ui.sentences import Sentences


@dataclass(frozen=True)
class CommonTexts:
    """Words that several tabs share."""

    sentences: Sentences = field(default_factory=lambda: Sentences({}))
    details: str = "Details"
    copy: str = "Copy"
    unexpected: str = "Something went wrong on our side."
    unexpected_fix: str = "Try once more. If it stays, run `python -m profile_studio doctor`."
    out_of_range: str = "{field}: {problem}."
    out_of_range_fix: str = "Change that number, or choose the words again to get the usual ones back."
    seconds_left: str = "{time} left"
    job_status: dict[JobStatus, str] = field(
        default_factory=lambda: {
            JobStatus.QUEUED: "waiting",
            JobStatus.RUNNING: "running",
            JobStatus.PAUSING: "saving, then pausing",
            JobStatus.PAUSED: "paused",
            JobStatus.COMPLETED: "done",
            JobStatus.FAILED: "failed",
            JobStatus.CANCELED: "canceled",
        }
    )
    pause: str = "Pause"
    resume: str = "Go on"
    cancel: str = "Cancel"
    keep: str = "No, keep it"
    preparing: str = "getting ready"
    canceling: str = "stopping"
    progress: str = "Progress"

    def said(self, sentence: str) -> str:
        """A sentence of the studio's inner parts in this language."""
        return self.sentences.of(sentence)


@dataclass(frozen=True)
class HeaderTexts:
    """The bar above the tabs."""

    title: str = "Profile Studio"
    language: str = "Language"
    base: str = "Base model"
    starter: str = "Starter (offline)"
    not_here: str = "{title} (not on this disk)"
    fetch: str = "Fetch"
    who_asks: str = "Token of the hub"
    who_asks_info: str = (
        "Only for models whose licence must be accepted. It is kept in the studio's folder, readable by you alone, and "
        "sent to the hub only."
    )
    fetch_step: str = "{step} of {steps} MB"
    fetched: str = "This base model is on this disk now."
    idle: str = "Nothing is running"
    no_worker: str = "The worker is starting or not running"
    training: str = "training {name}"
    comparing: str = "comparing"
    captioning: str = "captioning {name}"
    fetching: str = "fetching {name}"
    importing: str = "bringing in {name}"
    more_waiting: str = "{n} more waiting"
    disk_full: str = "The disk is full. Make room, for example in Storage."
    paused_by_fault: str = "{name} is paused: {why}"
    door: str = "Profile Studio. The user name is {name}; the password is the one it was started with."


@dataclass(frozen=True)
class PicturesTexts:
    """Tab 1."""

    tab: str = "1 Pictures"
    empty: str = "Bring 10 to 100 pictures that share one look, or one face. They stay on this computer."
    new: str = "Add another set"
    back: str = "Back to my pictures"
    drop: str = "Drop pictures or a zip here"
    camera: str = "Take a picture"
    or_example: str = "No pictures at hand? Start with an example:"
    example: str = "Try with {name}"
    name: str = "What do you call this set?"
    consent: str = "Who is in the pictures?"
    consents: dict[Consent, str] = field(
        default_factory=lambda: {
            Consent.ME: "Me",
            Consent.PERMISSION: "Someone who agreed",
            Consent.NOT_A_PERSON: "Nobody real",
        }
    )
    use: str = "Use these pictures"
    importing: str = (
        "Bringing in \u201c{name}\u201d. You may close this page; it goes on. If you stop it, nothing of it is kept."
    )
    stop_import: str = "Stop"
    import_stopped: str = "The import was stopped; nothing of it was kept."
    kept: str = Counted("{n} {n:picture is|pictures are} in {name}.")
    held_out: str = Counted(
        "{n} of them {n:is|are} put aside to check the result and never trained on; training has {training}. "
        "You can change that under \u201c{fold}\u201d."
    )
    adding_references: str = (
        "Adding references to \u201c{name}\u201d. You may close this page; it goes on. If you stop it, none is added."
    )
    references_added: str = Counted(
        "{n} {n:picture was|pictures were} added to {name} and {n:is|are} never trained on."
    )
    have_captions: str = Counted("{n} of {all} {all:picture|pictures} {n:has|have} a caption.")
    reason_counts: str = "{n}\u00d7: {reason}."
    in_line: str = "{file} (line {line})"
    rejected: str = Counted("{n} {n:file was|files were} left out or set aside:")
    warned: str = Counted("{n} {n:file deserves|files deserve} a look:")
    face_detectors: dict[FaceDetector, str] = field(
        default_factory=lambda: {
            FaceDetector.HAAR: "OpenCV's Haar cascade looked for faces in the photographs; it finds those that look into "
            "the camera.",
            FaceDetector.YUNET: "YuNet looked for faces in the photographs.",
            FaceDetector.CRITIC: "Our face critic looked for one whole face in each drawing; it knows the styles of the "
            "examples and misses many faces in others.",
        }
    )
    no_captions: str = "None has a caption yet. Captions are optional for a style."
    no_captions_of_a_face: str = (
        "None has a caption yet. For a face, captions help to tell the person from clothes and background."
    )
    reasons: dict[FileReason, str] = field(
        default_factory=lambda: {
            FileReason.UNREADABLE: "cannot be read",
            FileReason.NOT_AN_IMAGE: "is not a picture",
            FileReason.OTHER_PICTURE_FORMAT: (
                "is a picture of a kind that is not read here (raw, PSD, JPEG XL ...): save it as JPEG or PNG"
            ),
            FileReason.ARCHIVE_TO_UNPACK: (
                "is an archive that is not opened here (tar, rar, 7z ...): unpack it and import the folder, or pack a zip"
            ),
            FileReason.TABLE_OF_PICTURES: (
                "is a table (parquet, arrow): save the pictures in it as files and import their folder"
            ),
            FileReason.FIRST_FRAME: "has several frames or pages, of which the first was taken",
            FileReason.NEEDS_PILLOW_HEIF: "is a HEIC picture: install pillow-heif, or let your phone save JPEG",
            FileReason.CONVERTED: "was converted from HEIC",
            FileReason.WRONG_EXTENSION: "is a picture of another kind than its name says, and was read all the same",
            FileReason.REPEATED: "counts several times, as its folder's name says",
            FileReason.CAMERA_FOLDER: (
                "lies in a folder that is called as cameras call theirs, so its number is not taken for repeats"
            ),
            FileReason.REGULARIZATION: "lies in a folder of regularization pictures, which show what is not to be learned",
            FileReason.SAMPLE: "lies in a folder of samples that a trainer made",
            FileReason.MASK: "is the mask of another picture",
            FileReason.HIDDEN: "is hidden, in the trash or a thumbnail: import its own folder to use it",
            FileReason.BLURRED: "is blurred",
            FileReason.TOO_DARK: "is too dark",
            FileReason.TOO_BRIGHT: "is too bright",
            FileReason.NEARLY_FLAT: "shows next to nothing",
            FileReason.LETTERBOX_BARS: "has bars at its edges",
            FileReason.EXTREME_ASPECT: "is a long strip",
            FileReason.BY_HAND: "was set aside by you",
            FileReason.TOO_SMALL: "is too small",
            FileReason.TOO_LARGE: (
                f"is too large: at most {MAXIMUM_FILE_BYTES // 10**6} MB and {MAXIMUM_PIXELS // 10**6} megapixels"
            ),
            FileReason.DUPLICATE: "is a copy of another",
            FileReason.LIKE_THE_SET: "is like a picture the set has already, so it would not be unseen",
            FileReason.UNSAFE_PATH: "has an unsafe path",
            FileReason.LINK: "is a link: copy the file itself to its place",
            FileReason.BROKEN_ZIP: "is no zip that can be read: pack the pictures again",
            FileReason.EMPTY_ZIP: "is an empty zip",
            FileReason.TOO_MANY_FILES: "holds more files than a zip may: split it, or import the unpacked folder",
            FileReason.PASSWORD_PROTECTED: (
                "is protected by a password: unpack it with the password and import the folder"
            ),
            FileReason.OTHER_COMPRESSION: "is packed with a method that is not read here: pack it again as an ordinary zip",
            FileReason.CAPTION_WITHOUT_IMAGE: "is a caption without its picture",
            FileReason.IMAGE_WITHOUT_CAPTION: "has no caption",
            FileReason.ENLARGED: "is small and will be enlarged",
            FileReason.NO_FACE: "shows no face that could be found",
            FileReason.SEVERAL_FACES: "shows several faces",
            FileReason.TINY_FACE: "shows a face that is small in the picture",
            FileReason.FACE_CUT_OFF: "shows a face that the edge cuts off",
            FileReason.FACES_NOT_CHECKED: "is a drawing or very flat, where nothing looked for faces",
            FileReason.LIST_TOO_LARGE: "was not read: caption lists may have 5 MB and 50,000 lines in all",
            FileReason.LIST_WITHOUT_CAPTIONS: "is a list in which no captions were found: call its columns file_name and text",
            FileReason.GUESSED_COLUMN: "has no column called text or caption; the only column of words was taken",
            FileReason.UNREAD_ROW: "cannot be read as a row of a caption list",
            FileReason.OPEN_QUOTE: "has a quotation mark that is never closed, and was read without it",
            FileReason.OLDER_ENCODING: "is not in UTF-8 and was read in an older encoding; if its letters look wrong, save it as "
            "UTF-8",
            FileReason.AMBIGUOUS_CAPTION: "is a caption whose picture cannot be told: several have this name",
            FileReason.SECOND_CAPTION: "is another caption of a picture that has one, and was left out",
            FileReason.CAPTION_CUT: "is a caption of more than 2000 characters, and was cut there",
        }
    )
    measured: str = "measured: {measure:.3g}"
    like: str = "like {other}"
    is_set_aside: str = "Set aside: {file} {reason}."
    kept_all_the_same: str = "You kept it although {file} {reason}."
    in_the_set: str = "In the set."
    deserves_a_look: str = "It {reason}."
    keep_it: str = "Keep it after all"
    keep_instead: str = "Keep this one instead"
    kept_copy: str = "Kept: {file}"
    set_aside_copy: str = "Set aside: {file}"
    kept_as_larger: str = "The kept one is larger."
    kept_as_captioned: str = "The kept one has a caption."
    kept_as_sharper: str = "The kept one is sharper."
    set_it_aside: str = "Set this picture aside"
    counts: str = "counts {n} times"
    advice: str = "What would make this set better"
    all_captions: str = "All captions at once"
    write_captions: str = "Write captions for me"
    stop_captions: str = "Stop writing"
    photographs_left: str = Counted("{n} {n:photograph is|photographs are} left without a caption.")
    picture_step: str = "picture {step} of {steps}"
    find: str = "Find"
    replace: str = "Replace by"
    words: str = "Words to add to every caption"
    edits: dict[CaptionEdit, str] = field(
        default_factory=lambda: {
            CaptionEdit.REPLACE: "Replace everywhere",
            CaptionEdit.PREFIX: "Put in front",
            CaptionEdit.SUFFIX: "Put at the end",
        }
    )
    edited: str = Counted("{n} {n:caption|captions} changed.")
    undo: str = "Undo the last change of captions"
    undone: str = "Taken back: {what}."
    nothing_to_undo: str = "There is nothing to take back."
    honest_check: str = "An honest check"
    cost: str = Counted("{n} of {all} {all:picture|pictures} {n:is|are} never trained on; training has {training}.")
    references_among: str = Counted("{n} of the {held_out} {n:is a reference and stays|are references and stay} so.")
    measured_unseen: str = "Compare measures the style against these {n} pictures, which no training sees."
    measured_shipped: str = (
        "Compare measures the style against {n} pictures kept for this example that no training sees."
    )
    measured_seen: str = (
        "Compare needs at least {least} such pictures; with fewer it takes the trained ones too, which flatters a LoRA "
        "that copies."
    )
    held_back: str = "Kept from training"
    held_back_info: str = "It counts from the next training on; LoRAs trained before may have seen these pictures."
    held_back_nothing: str = "Nothing"
    held_back_part: str = Counted("{percent:.0f} %: {n} {n:picture|pictures}")
    held_back_otherwise: str = Counted("As it is: {n} {n:picture|pictures}")
    references: str = "Add pictures that are never trained on"
    references_info: str = (
        "References join this set only to compare with, whatever is chosen above. One that is like a picture of the set "
        "is refused: it would not be unseen."
    )
    add_references: str = "Add as references"
    reference_badge: str = "reference"
    take_along: str = "Take the set along"
    export_format: str = "Layout of the zip"
    export_formats: dict[ExportFormat, str] = field(
        default_factory=lambda: {
            ExportFormat.IMAGEFOLDER: "Hugging Face image folder",
            ExportFormat.KOHYA: "kohya folders",
        }
    )
    export: str = "Make the zip"
    exported: str = "Your zip"
    versions: str = "Version {version}, and what changed before"
    removed: str = "Removed: {what}."
    left: str = "Still there: {what}."
    and_more: str = "and {n} more"
    dataset: str = "Your sets"
    trigger: str = "Trigger word"
    trigger_info: str = 'A made-up word that will call up this look, such as "pixelme".'
    class_word: str = "Class word"
    class_word_info: str = (
        'The ordinary word for it, such as "person". Comparisons say it to models that do not know the trigger word.'
    )
    gallery: str = "Pictures of this set"
    view: str = "Look at"
    views: dict[PictureView, str] = field(
        default_factory=lambda: {PictureView.PICTURES: "Pictures", PictureView.CAPTIONS: "Captions"}
    )
    captions: str = "Captions of this set"
    captions_info: str = (
        "Change a caption in its field; it is saved when you leave it. Enter goes to the next one, "
        "Escape takes back what you typed."
    )
    caption_saved: str = "Saved: the caption of {file}."
    order: str = "Order"
    orders: dict[PictureOrder, str] = field(
        default_factory=lambda: {
            PictureOrder.AS_BROUGHT: "As brought",
            PictureOrder.SHARPNESS: "Least sharp first",
            PictureOrder.BRIGHTNESS: "Darkest first",
            PictureOrder.CONTRAST: "Least contrast first",
            PictureOrder.SIZE: "Smallest first",
        }
    )
    filter: str = "Show"
    filters: dict[PictureFilter, str] = field(
        default_factory=lambda: {
            PictureFilter.ALL: "All pictures",
            PictureFilter.KEPT: "In the set",
            PictureFilter.SET_ASIDE: "Set aside",
            PictureFilter.NO_CAPTION: "Without a caption",
            PictureFilter.HELD_OUT: "Never trained on",
        }
    )
    none_shown: str = "No picture of this set is like that."
    earlier: str = "Earlier pictures"
    later: str = "Later pictures"
    page: str = "Page {number} of {pages}"
    caption: str = "Caption"
    caption_info: str = "Say what is in the picture, not how it looks. It is saved when you leave it."
    next_picture: str = "Next picture  \u2192"
    saved: str = "Saved."
    set_aside: str = "put aside to check the result"
    reference: str = "reference, never trained on"
    numbers: str = "{width} x {height} pixels"
    delete: str = "Delete this set"
    confirm_delete: str = Counted(
        'Delete the set "{name}" with its {n} {n:picture and caption|pictures and captions}, and what its trainings '
        "keep to go on from (checkpoints, samples, loss)? Finished LoRAs stay unless you tick the box. This cannot be undone."
    )
    with_adapters: str = "Its LoRAs, their comparisons and its trainings, too"
    with_adapters_info: str = "LoRAs trained on it: {names}"
    no_adapters_info: str = "No LoRA that was trained on it is here."
    yes_delete: str = "Yes, delete it"
    deleted: str = 'The set "{name}" is gone.'
    crop: str = "How pictures are cut"
    crops: dict[CropMode, str] = field(
        default_factory=lambda: {
            CropMode.BUCKETS: "Keep their shape",
            CropMode.CENTER: "Square from the middle",
            CropMode.FACE: "Square around the face",
        }
    )
    cut_from: str = "Your picture; the frame is what is kept"
    seen: str = "What training sees: {width} x {height} pixels"
    enlarged_sharp: str = "enlarged without new colours"
    enlarged_smooth: str = "enlarged smoothly"
    no_face: str = "where a face is here is not known, so it is the middle"
    next: str = "{n} pictures are ready  \u2192  Train"
    next_few: str = Counted("{n} {n:picture|pictures}; a set needs at least {least}")


@dataclass(frozen=True)
class TrainTexts:
    """Tab 2."""

    tab: str = "2 Train"
    empty: str = "There are no pictures to train on yet."
    to_pictures: str = "Bring pictures first  \u2192"
    dataset: str = "Learn from"
    kind: str = "What should it learn?"
    kinds: dict[AdapterKind, str] = field(
        default_factory=lambda: {
            AdapterKind.STYLE: "Style: how pictures look",
            AdapterKind.FACE: "Face: who is in them",
        }
    )
    thoroughness: str = "How thoroughly?"
    thoroughnesses: dict[Thoroughness, str] = field(
        default_factory=lambda: {
            Thoroughness.QUICK: "Quick",
            Thoroughness.BALANCED: "Balanced",
            Thoroughness.THOROUGH: "Thorough",
        }
    )
    consent_missing: str = "Nobody has said yet who is in these pictures."
    consent_missing_fix: str = "Answer that above, then start again."
    versions: str = "Show each picture in several versions"
    versions_info: str = (
        "Can help a small set. The first version is always the picture itself; for a face leave mirroring off, its two "
        "sides differ."
    )
    flip: str = "Mirrored"
    color_jitter: str = "In other light and colours"
    crop_jitter: str = "Cut a little closer"
    version_of: str = "version {number} of {n}"
    another_picture: str = "Show another picture"
    promise_versions: str = "Each picture is prepared in {n} versions first."
    name: str = "Name of the LoRA"
    name_info: str = "Small letters, digits and hyphens."
    numbers: str = "Every number behind these words"
    fit: str = "What the base model keeps of your pictures"
    fit_unknown: str = "The engine does not answer yet: open this again in a moment."
    fit_sent: str = "the worst of your pictures"
    fit_returned: str = "what came back"
    numbers_info: str = "The words above fill these in. What you change here counts."
    fields: dict[str, str] = field(
        default_factory=lambda: {
            "num_train_steps": "Training steps",
            "rank": "Rank",
            "network_alpha": "Network alpha",
            "targets": "Target layers",
            "optimizer": "Optimizer",
            "learning_rate": "Learning rate",
            "lr_scheduler": "Learning rate schedule",
            "lr_warmup_steps": "Warm-up steps",
            "batch_size": "Batch size",
            "gradient_accumulation": "Gradient accumulation",
            "resolution": "Resolution (pixels)",
            "precision": "Precision",
            "min_snr_gamma": "Min-SNR gamma (empty: off)",
            "noise_offset": "Noise offset (0: off)",
            "caption_dropout": "Caption dropout",
            "checkpoint_every": "Steps between checkpoints",
            "sample_every": "Steps between sample pictures",
            "max_grad_norm": "Gradient norm limit",
            "weight_decay": "Weight decay",
            "adam_beta1": "AdamW beta 1",
            "adam_beta2": "AdamW beta 2",
            "adam_epsilon": "AdamW epsilon",
            "gradient_checkpointing": "Gradient checkpointing",
            "seed": "Seed",
        }
    )
    promise: str = Counted(
        "It looks at {n} {n:picture|pictures} for {steps} {steps:step|steps}, then \u201c{name}\u201d waits for you in "
        "Blend."
    )
    cut_captions: str = Counted(
        "{n} {n:caption is|captions are} longer than the {window} {window:token|tokens} that this base model reads; the rest of "
        "{n:it|them} is not learned."
    )
    cut_korean: str = Counted(
        "{n} of them {n:is|are} in Korean, where one letter takes several tokens: shorten {n:it|them}, or write "
        "{n:it|them} in English."
    )
    memory: str = "Needs about {gib:.1f} GB of memory."
    start: str = "Start training"
    started: str = "Training {name} is in the queue. You may close this page; it goes on."
    jobs: str = "Your trainings"
    no_jobs: str = "Nothing has been trained here yet. What you start appears here, and stays when you close the page."
    step: str = "step {step} of {steps}"
    waiting: str = "Waiting for its turn, number {n} in line"
    loss: str = "Loss (lower means closer to your pictures)"
    each_step: str = "measured"
    smooth: str = "smoothed"
    samples: str = "The same faces while it learns"
    base_sample: str = "base"
    sample_step: str = "step {step}"
    confirm_cancel: str = Counted('Cancel training "{name}"? What it learned in {step} {step:step|steps} is lost.')
    yes_cancel: str = "Yes, cancel it"
    receipt: str = Counted("{name} is ready: {steps} {steps:step|steps} in {time}.")
    receipt_loss: str = "Loss went from {first:.3f} to {last:.3f}."
    receipt_renamed: str = "It is called \u201c{name}\u201d because the name \u201c{asked}\u201d was taken meanwhile."
    download: str = "Download the LoRA"
    next: str = "Use it in Blend  \u2192"


@dataclass(frozen=True)
class BlendTexts:
    """Tab 3."""

    tab: str = "3 Blend"
    prompt: str = "What do you want to see?"
    prompt_value: str = "comic portrait of a woman, long red hair, smiling, tan skin, blue background"
    words: str = "Words this base model knows"
    any_word: str = "any"
    foreign: str = "This base model reads English words only."
    foreign_known: str = "Press a word to put it in:"
    foreign_unknown: str = "It knows none for: {words}. Choose among the words it knows, below."
    word_groups: dict[str, str] = field(
        default_factory=lambda: {
            "look": "Look",
            "hair": "Hair",
            "hair_colour": "Hair colour",
            "shirt": "Shirt",
            "background": "Background",
            "mood": "Mood",
            "glasses": "Glasses",
            "beard": "Beard",
            "skin": "Skin",
        }
    )
    word_choices: dict[str, str] = field(
        default_factory=lambda: {choice: choice for choices in WORD_GROUPS.values() for choice in choices}
    )
    stress: str = "Make a word stronger or weaker"
    stronger: str = "+ stronger"
    weaker: str = "\u2212 weaker"
    choose_word: str = "No word is chosen."
    choose_word_fix: str = "Press one of the words above first."
    negative: str = "What do you not want to see?"
    slot: dict[AdapterKind, str] = field(default_factory=lambda: {AdapterKind.STYLE: "Style", AdapterKind.FACE: "Face"})
    slot_other: str = "Another LoRA"
    strength: str = "Strength"
    nothing: str = "none"
    safe: str = "Up to {safe:.0f} is safe. Above it, faces may bend."
    steadies: str = "Gives faces back where a style bends them: the stronger the style, the more of it."
    learned_face: str = "The face it was trained on: the higher, the more alike."
    trigger: str = "Its word \u201c{word}\u201d is added to your prompt for you."
    add_slot: str = "Blend in another LoRA"
    no_adapters: str = "No LoRA for this base model yet. Train one from your pictures, or add a file below."
    make: str = "Make pictures"
    stop: str = "Stop"
    face: str = "Next face"
    new_face: str = "New each time"
    same_face: str = "Keep this one"
    count: str = "How many"
    quality: str = "How carefully"
    qualities: dict[Quality, str] = field(default_factory=lambda: {Quality.QUALITY: "Quality", Quality.FAST: "Fast"})
    numbers: str = "Every number behind these words"
    steps: str = "Steps"
    guidance: str = "Guidance scale"
    scheduler: str = "Noise scheduler"
    blending: str = "LoRAs work"
    method: str = "Blend method"
    methods: dict[str, str] = field(
        default_factory=lambda: {
            "sum": "Together",
            "balanced": "Balanced",
            "face-first": "Face first",
            "time-split": "Face early, style late",
            "switch": "In turn, step by step",
        }
    )
    read_as: str = "Read as"
    seed: str = "Seed (picture i uses seed + i)"
    loras: str = "LoRAs"
    base_label: str = "Base model"
    versions: str = "Made with"
    fields: dict[str, str] = field(
        default_factory=lambda: {
            "prompt": "Prompt",
            "negative_prompt": "Negative prompt",
            "count": "How many",
            "num_inference_steps": "Steps",
            "guidance_scale": "Guidance scale",
            "noise_scheduler": "Noise scheduler",
            "seed": "Seed",
        }
    )
    waiting: str = "Getting the model ready. The first picture takes a little longer."
    one_before: str = "Waiting: one picture of somebody else is made before yours."
    some_before: str = "Waiting: {count} pictures of others are made before yours."
    placeholder: str = "Your picture appears here"
    forming: str = "step {step} of {steps}"
    seed_of: str = "seed {seed}"
    next_up: str = "waiting"
    stopped: str = "Stopped."
    alt: str = "Picture made from: {prompt}"
    recipe: str = "Recipe of this picture"
    recipe_empty: str = "Make a picture first."
    left_out: str = "The recipe also has LoRAs that are gone, do not fit this base model, or have no card: {names}."
    left_out_fix: str = "What you make now does without them."
    changed_base: str = (
        "This picture was made with the base model {base}, which is not here as it was; {now} is chosen."
    )
    changed_base_fix: str = "For the same picture, give that model's folder as the base model."
    changed_loras: str = "Another file has the name of a LoRA of this picture now: {names}."
    grows: str = f"This picture is {FORMER_SIDE_PX} px wide; the starter draws {SIDE_PX} px now."
    noise_is_gone: str = "An earlier version made this picture: its seed starts from other noise now."
    changed_fix: str = "It is drawn all the same, and may look different."
    recent: str = "Your latest pictures"
    recent_info: str = "Choose one to get its recipe back."
    files: str = "LoRA files"
    add_file: str = "Add a LoRA file (.safetensors)"
    added: str = "{name} is added."
    which_base: str = (
        "{file} does not tell which base model it was trained on. If it was the one chosen at the top of the page, "
        "{base}, add it; if not, choose that one there first."
    )
    take_base: str = "Add it for the chosen base model"
    leave_out: str = "Leave it out"
    file_row: str = Counted("{kind}, rank {rank}, alpha {alpha:g}, {steps} {steps:step|steps} on {dataset}")
    other_base: str = "Made for another base model or an older starter, so not usable now; train again: {names}."
    delete: str = "Delete a LoRA of yours"
    delete_button: str = "Delete"
    confirm_delete: str = 'Delete the LoRA "{name}"? This cannot be undone.'
    yes_delete: str = "Yes, delete it"
    deleted: str = 'The LoRA "{name}" is gone.'
    next: str = "Is it really better?  \u2192  Compare"


@dataclass(frozen=True)
class CompareTexts:
    """Tab 4."""

    tab: str = "4 Compare"
    models: str = "What do you want to compare with the plain base model?"
    no_models: str = "There is no LoRA to compare yet."
    to_train: str = "Train one first  \u2192"
    nothing_chosen: str = "There is nothing to compare the base with."
    nothing_chosen_fix: str = "Choose at least one LoRA."
    dataset: str = "The look to come close to"
    dataset_info: str = "Its pictures that were never trained on are the measure."
    own_dataset: str = "what the LoRA learned from"
    prompts: str = "Prompts, one a line"
    seeds: str = "Pictures per prompt"
    more: str = "Blends and every number"
    specs: str = "Blends, one a line"
    specs_info: str = "For example pixel-me=0.6+steady=0.4, or pixel-me@150 for its step 150."
    steps: str = "Steps"
    guidance: str = "Guidance scale"
    start: str = "Compare"
    which_step: str = "Which step to keep?"
    which_step_info: str = (
        "A training that goes on for too long learns its pictures by heart. The steps it kept are compared, first by their "
        "losses, then by pictures of two or three of them."
    )
    training: str = "Training"
    find_step: str = "Find the step to keep"
    step_to_keep: str = "Step to keep"
    use_step: str = "Use this step"
    step_is_kept: str = "{name} is its step {step} now. The other steps stay, so you can choose again."
    promise: str = Counted(
        "Makes {pictures} {pictures:picture|pictures}: {models} {models:model|models} x {prompts} "
        "{prompts:prompt|prompts} x {seeds} {seeds:seed|seeds}."
    )
    receipt: str = Counted("{pictures} {pictures:picture|pictures} drawn and judged in {time}.")
    started: str = "The comparison is in the queue. You may close this page; it goes on."
    jobs: str = "Your comparisons"
    no_jobs: str = "What you compare appears here, first in sentences, then in numbers, then in pictures."
    confirm_cancel: str = Counted("Cancel this comparison? Its {step} {step:picture is|pictures are} lost.")
    yes_cancel: str = "Yes, cancel it"
    recommended: str = "Recommended: {model}"
    table: str = "The numbers"
    table_info: str = (
        "Value with its 95 % interval, then the difference from the base with the interval of its test. The words say what "
        "is sure: at most one report in twenty says so of equal models. Where there are none, it was not asked."
    )
    model: str = "Model"
    base: str = "base"
    higher: str = "higher is better"
    lower: str = "lower is better"
    verdicts: dict[Verdict, str] = field(
        default_factory=lambda: {
            Verdict.BETTER: "\u25b2 better",
            Verdict.WORSE: "\u25bc worse",
            Verdict.CANNOT_TELL: "? cannot tell yet",
        }
    )
    interval: str = "{low} to {high}"
    difference: str = "{change} to the base {bounds}"
    against: str = "against {dataset}"
    pictures: str = "Side by side, same prompt and same seed"
    more_seeds: str = "More seeds"
    download: str = "To keep"
    working: str = "picture {step} of {steps}"
    fields: dict[str, str] = field(
        default_factory=lambda: {
            "prompts": "Prompts",
            "seeds": "Pictures per prompt",
            "num_inference_steps": "Steps",
            "guidance_scale": "Guidance scale",
        }
    )


@dataclass(frozen=True)
class SaveTexts:
    """Taking pictures along."""

    size: str = "Size of the file"
    as_made: str = "as made"
    side: str = "{side} px"
    keep_recipe: str = "Keep the recipe in the file"
    preview: str = "How it looks as an avatar"
    save: str = "Save"
    save_all: str = "Save all {n} as a zip"


@dataclass(frozen=True)
class GalleryTexts:
    """All pictures that were made."""

    tab: str = "Gallery"
    empty: str = "No picture yet. What you make in Blend is kept here, each with its recipe."
    to_blend: str = "Make the first one  \u2192"
    search: str = "Search"
    search_info: str = "Words of the prompt, names of LoRAs, or a seed."
    made: str = Counted("{n} {n:picture|pictures}")
    found: str = Counted("{found} of {n} {n:picture|pictures}")
    nothing_found: str = "No picture has all of these words."
    without_recipe: str = Counted(
        "{n} {n:file in the folder is broken or was not made here, so it is|files in the folder are broken or were not "
        "made here, so they are} not shown."
    )
    grid: str = "Pictures, newest first"
    label: str = "{prompt}, seed {seed}"
    newer: str = "\u2190  Newer"
    save_page: str = "Save the pictures of this page as a zip"
    older: str = "Older  \u2192"
    page: str = "Page {number} of {pages}"
    choose: str = "Choose a picture to see how it was made."
    again: str = "Make again"
    start: str = "Use as start"
    again_info: str = (
        "\u201cMake again\u201d brings the same face, \u201cUse as start\u201d the same recipe with a new one."
    )
    delete: str = "Delete this picture"
    confirm_delete: str = "Delete this picture and the recipe it carries? This cannot be undone."
    yes_delete: str = "Yes, delete it"
    deleted: str = "The picture is gone."


@dataclass(frozen=True)
class StorageTexts:
    """Where things lie and how to make room."""

    tab: str = "Storage"
    home: str = "Everything of yours lies in this folder:"
    used: str = "The studio uses {used}; {free} are free on this disk."
    kind: str = "What"
    files: str = "Files"
    size: str = "Size"
    kinds: dict[SpaceKind, str] = field(
        default_factory=lambda: {
            SpaceKind.DATASETS: "Data sets",
            SpaceKind.ADAPTERS: "LoRAs of yours",
            SpaceKind.JOBS: "Trainings and comparisons",
            SpaceKind.CHECKPOINTS: "of these, checkpoints of trainings",
            SpaceKind.PICTURES: "Made pictures",
            SpaceKind.THUMBNAILS: "Thumbnails of made pictures",
            SpaceKind.UPLOADS: "Uploads that were not imported; they go by themselves",
            SpaceKind.OTHER: "Database, logs and the rest",
        }
    )
    total: str = "Together"
    make_room: str = "Make room"
    doomed_kind: str = "What do you want to delete?"
    doomed_kinds: dict[SpaceKind, str] = field(
        default_factory=lambda: {
            SpaceKind.DATASETS: "Data sets",
            SpaceKind.ADAPTERS: "LoRAs of yours",
            SpaceKind.JOBS: "Trainings and comparisons that are over",
            SpaceKind.CHECKPOINTS: "Checkpoints of trainings that are over",
            SpaceKind.PICTURES: "All made pictures",
            SpaceKind.THUMBNAILS: "All thumbnails",
        }
    )
    goes: dict[SpaceKind, str] = field(
        default_factory=lambda: {
            SpaceKind.DATASETS: (
                "Pictures and captions go, and what trainings kept of them: encoded copies, samples, checkpoints."
            ),
            SpaceKind.ADAPTERS: "The LoRA files go. Pictures made with them stay.",
            SpaceKind.JOBS: (
                "Checkpoints, samples, reports and logs go, and the lines in the lists. Trained LoRAs stay."
            ),
            SpaceKind.CHECKPOINTS: "The LoRAs stay; their earlier steps can no longer be compared.",
            SpaceKind.PICTURES: "Every picture in the gallery goes, with its recipe.",
            SpaceKind.THUMBNAILS: "Nothing is lost: they are made again when you look at the gallery.",
        }
    )
    nothing: str = "There is nothing to delete. What a job needs is not offered before the job is over."
    items: str = "Which?"
    item: str = Counted("{name}: {files} {files:file|files}, {size}")
    all_items: str = "All of them"
    delete: str = "Delete"
    nothing_chosen: str = "Nothing is chosen."
    nothing_chosen_fix: str = "Choose what may go first."
    confirm: str = Counted("Delete {files} {files:file|files}, {size}? This cannot be undone.")
    yes_delete: str = "Yes, delete it"
    deleted: str = "{size} are free again."


@dataclass(frozen=True)
class DemoTexts:
    """On a Space, and above all where strangers share it."""

    shared: str = (
        "This is a public demo, and everybody who opens it shares it: make pictures and compare; uploads and training "
        "are off."
    )
    forgets: str = "What this Space keeps is lost when it restarts: download your LoRA and your pictures."
    duplicate: str = "Duplicate this Space"
    training_is_off: str = (
        "Training is off in this public demo. Duplicate this Space as a private one of yours to train."
    )
    uploads_are_off: str = (
        "Uploads are off in this public demo. Duplicate this Space, set it to private, and use your own."
    )


@dataclass(frozen=True)
class AccessTexts:
    """Why a request is refused, to whoever sent it."""

    foreign_name: str = (
        "This studio does not answer to the name {name}. Open it by its address, or let its owner state the name in "
        "PROFILE_STUDIO_HOSTS."
    )
    nothing_here: str = "There is nothing at this address."
    one_try_at_a_time: str = "Another password from your address is being looked at. Wait a little and try again."
    many_waiting: str = Counted("This window waits for {n} {n:answer|answers} already. Let some of them come.")
    not_your_file: str = "This browser did not bring that file, or it is not here any more. Bring it again."
    too_long: str = "This request is longer than any form of the page. Send less at once."
    foreign_site: str = "Another website sent this request. Open the studio itself and do it there."


@dataclass(frozen=True)
class Texts:
    """One language.

    `language` is its tag (BCP 47); everything but English has a page at an address of that name.
    """

    language: str = "en"
    language_name: str = "English"
    common: CommonTexts = CommonTexts()
    header: HeaderTexts = HeaderTexts()
    pictures: PicturesTexts = PicturesTexts()
    train: TrainTexts = TrainTexts()
    blend: BlendTexts = BlendTexts()
    compare: CompareTexts = CompareTexts()
    save: SaveTexts = SaveTexts()
    gallery: GalleryTexts = GalleryTexts()
    storage: StorageTexts = StorageTexts()
    demo: DemoTexts = DemoTexts()
    access: AccessTexts = AccessTexts()


ENGLISH = Texts()
