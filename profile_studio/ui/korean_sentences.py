"""What the studio's inner parts say, in Korean; how the keys are written is told in `sentences.py`.

`tests/ui/test_korean_sentences.py` names every sentence that is missing here.
"""

_PROMPTS: dict[str, str] = {
    "{weight!r} is not a weight this studio can read.": "“{weight}” 가중치는 읽을 수 없어요.",
    "Write (some words)1.3, with a weight of 0 to 2.": "(some words)1.3처럼 쓰고, 가중치는 0에서 2 사이로 정하세요.",
    "The starter model reads English words only and cannot read “{words}”.": (
        "스타터 모델은 영어 낱말만 읽어서 “{words}” 부분을 읽을 수 없어요."
    ),
    "Describe the picture in English words, such as: portrait of a woman, red hair, glasses, blue background.": (
        "그림을 영어 낱말로 적어 보세요. 예: portrait of a woman, red hair, glasses, blue background."
    ),
    "The prompt closes a parenthesis that was never opened.": "프롬프트에 여는 괄호 없이 닫는 괄호만 있어요.",
    "The prompt opens a parenthesis that is never closed.": "프롬프트에 닫히지 않은 괄호가 있어요.",
    r"Close it, or write \( and \) for plain parentheses.": r"괄호의 짝을 맞추세요. 괄호를 글자 그대로 쓰려면 \( 와 \) 로 적으세요.",
    "The prompt nests more than {depth} parentheses.": "프롬프트의 괄호가 {depth}겹보다 깊어요.",
    "Use fewer levels.": "괄호를 덜 겹쳐 쓰세요.",
    "The prompt has a pair of parentheses with nothing inside.": "프롬프트에 빈 괄호가 있어요.",
    "Put words inside, or leave it out.": "괄호 안에 낱말을 넣거나 괄호를 지우세요.",
    "The prompt has square brackets that cannot be read.": "프롬프트의 대괄호를 읽을 수 없어요.",
    "Write (some words)0.9 to make words count less.": "낱말을 약하게 하려면 (some words)0.9처럼 쓰세요.",
    "The weights in the prompt cannot be read.": "프롬프트의 가중치를 읽을 수 없어요.",
    'Write word++ or (some words)1.3; to mix prompts, ("one", "two").blend(0.6, 0.4).': (
        'word++ 또는 (some words)1.3처럼 쓰세요. 프롬프트를 섞으려면 ("one", "two").blend(0.6, 0.4)처럼 쓰세요.'
    ),
    "A word of the prompt has the weight {weight}, which gives only noise.": (
        "프롬프트에 가중치가 {weight}인 낱말이 있어요. 이러면 잡음만 나와요."
    ),
    "Stay below {limit}; 0.5 to 1.5 works best.": "{limit}보다 작게 정하세요. 0.5에서 1.5 사이가 가장 좋아요.",
    "The weights in {blend!r} cancel each other out, so nothing is left to draw.": (
        "“{blend}” 부분의 가중치가 서로 지워져서 그릴 것이 남지 않아요."
    ),
    "Choose weights with a sum well above 0, such as .blend(0.6, 0.4).": (
        "합이 0보다 충분히 크게 가중치를 정하세요. 예: .blend(0.6, 0.4)"
    ),
    "{spec!r} does not name LoRAs to blend.": "“{spec}” 표기로는 섞을 LoRA를 알 수 없어요.",
    "Write NAME=0.6+NAME=0.4, each once.": "NAME=0.6+NAME=0.4처럼 한 번씩만 적으세요.",
    "Together these LoRAs have the rank {rank}; a LoRA may have up to {limit}.": (
        "이 LoRA들을 합친 랭크: {rank}. LoRA 하나의 랭크는 {limit}까지예요."
    ),
    "Give a smaller rank for the blend.": "섞은 LoRA의 랭크를 더 작게 정하세요.",
    "“{signs}” in a prompt has no meaning here.": "프롬프트의 “{signs}” 표기는 여기서 뜻이 없어요.",
    r"Leave it out and write the words themselves, or put \ before its signs to mean the letters.": (
        r"지우고 낱말을 직접 적으세요. 글자 그대로 쓰려면 기호 앞에 \ 를 붙이세요."
    ),
    "“{signs}” does not choose a LoRA here.": "“{signs}” 표기로는 LoRA를 고를 수 없어요.",
    "Write <lora:NAME:0.8>, outside of braces and of the negative prompt.": (
        "중괄호와 제외 프롬프트 밖에 <lora:NAME:0.8>처럼 쓰세요."
    ),
    "{joining}…) works only when it joins the whole prompt.": "{joining}…)은 프롬프트 전체를 묶을 때만 쓸 수 있어요.",
    'Write ("one", "two").blend(0.6, 0.4), with all words inside the quotation marks.': (
        '("one", "two").blend(0.6, 0.4)처럼 쓰고, 모든 낱말을 따옴표 안에 넣으세요.'
    ),
    "A blend cannot hold BREAK, AND or another blend.": "섞는 프롬프트 안에는 BREAK, AND나 다른 blend를 쓸 수 없어요.",
    "Write its words with commas.": "낱말을 쉼표로 이어 적으세요.",
    "Every word of the prompt has the weight 0, so nothing is left to draw.": (
        "프롬프트의 모든 낱말의 가중치가 0이라 그릴 것이 남지 않아요."
    ),
    "Leave out what you do not want; 0.5 to 1.5 works best.": "원하지 않는 것은 지우세요. 0.5에서 1.5 사이가 가장 좋아요.",
    "“{choice}” is not a choice this studio can read.": "“{choice}” 부분은 고르기 표기로 읽을 수 없어요.",
    "The braces in “{choice}” do not match.": "“{choice}” 부분의 중괄호 짝이 맞지 않아요.",
    r"Write {{red|blue}} to have one of them drawn by the seed, or \{{ and \}} for plain braces.": (
        r"{{red|blue}}처럼 쓰면 시드에 따라 하나가 골라져요. 중괄호를 글자 그대로 쓰려면 \{{ 와 \}} 로 적으세요."
    ),
    "{name} has the weight {weight} in the prompt and {other} beside it.": (
        "{name}: 프롬프트의 세기 {weight}, 옆의 세기 {other}. 서로 달라요."
    ),
    "Take <lora:{name}> out of the prompt, or set both alike.": "프롬프트에서 <lora:{name}> 표기를 지우거나, 둘을 같게 하세요.",
    "At guidance 1 the negative prompt does nothing: raise the guidance to keep things out.": (
        "가이던스가 1이면 제외 프롬프트가 작용하지 않아요. 빼고 싶은 것이 있으면 가이던스를 올리세요."
    ),
    "“{prompt}” asks for other words in each picture, so no two models would draw the same.": (
        "“{prompt}” 프롬프트는 그림마다 낱말이 달라져서, 모델들이 같은 것을 그리지 않게 돼요."
    ),
    "Write one prompt for each of them.": "낱말마다 프롬프트를 하나씩 적으세요.",
    "One of the prompts is empty.": "비어 있는 프롬프트가 있어요.",
    "Delete it, or write what it should show.": "지우거나, 그릴 것을 적으세요.",
    "A prompt may have {limit} characters, trigger words included; one has {count}.": (
        "프롬프트는 트리거 단어까지 합쳐 {limit}자까지 쓸 수 있어요. {count}자인 것이 있어요."
    ),
    "Shorten it.": "더 짧게 줄이세요.",
}

_BASES_AND_ADAPTERS: dict[str, str] = {
    "This public demo has the starter only.": "이 공개 데모에는 스타터 모델만 있어요.",
    "Choose {base!r}.": "“{base}” 모델을 고르세요.",
    "The base model {base!r} is not on this disk.": "기본 모델 “{base}”: 이 컴퓨터에 없어요.",
    "Give a folder in diffusers layout, a .safetensors checkpoint, or one of: {names}.": (
        "diffusers 형식의 폴더나 .safetensors 체크포인트를 적거나, 다음 중에서 고르세요: {names}."
    ),
    "{family} has no layers that {targets!r} would train.": "{family} 계열에는 “{targets}” 대상으로 학습할 레이어가 없어요.",
    "{family} is trained by flow matching, where min_snr_gamma has no meaning.": (
        "{family} 계열은 flow matching 방식이라 min_snr_gamma 값이 쓰이지 않아요."
    ),
    "Train with min_snr_gamma none.": "min_snr_gamma를 none으로 두고 학습하세요.",
    "This base model does not read {operator} in a prompt.": "이 기본 모델은 프롬프트의 {operator} 표기를 읽지 않아요.",
    'Weight words with word++ or (some words)1.3, or mix prompts with ("one", "two").blend(0.6, 0.4).': (
        '단어++ 또는 (단어들)1.3으로 무게를 주거나, ("하나", "둘").blend(0.6, 0.4)로 섞으세요.'
    ),
    "This base model does not draw with the noise scheduler {name!r}.": (
        "이 기본 모델은 “{name}” 노이즈 스케줄러로 그릴 수 없어요."
    ),
    "The folder {base!r} holds {found}, which is none of the families that the studio knows: {families}.": (
        "“{base}” 폴더에 있는 것은 {found}이고, 스튜디오가 아는 종류가 아니에요: {families}."
    ),
    "{file} of the base model {base!r} is a git-LFS pointer instead of the file itself.": (
        "기본 모델 “{base}”: {file} 자리에 진짜 파일 대신 git-LFS 포인터가 있어요."
    ),
    "Run `git lfs pull` in its folder, or download it again.": (
        "그 폴더에서 `git lfs pull` 명령을 실행하거나, 다시 내려받으세요."
    ),
    "The base model {base!r} has its weights in a pickle ({file}), which can run programs when it is opened.": (
        "기본 모델 “{base}”: 가중치가 열 때 프로그램을 실행할 수 있는 pickle 파일이에요 ({file})."
    ),
    "Download it again with .safetensors weights.": ".safetensors 파일로 다시 내려받으세요.",
    "{file} of the base model {base!r} is cut short or damaged.": (
        "기본 모델 “{base}”: {file} 파일이 잘렸거나 손상됐어요."
    ),
    "Download it again; a download that was broken off can be gone on with.": (
        "다시 내려받으세요. 끊긴 내려받기는 이어서 할 수 있어요."
    ),
    "Ask for the same base model as .safetensors.": "같은 기본 모델을 .safetensors 파일로 받으세요.",
    "{file} has no vocabulary in it, as no single file has, and none is on this disk.": (
        "{file}: 파일 하나로 된 모델에는 어휘가 들어 있지 않은데, 이 컴퓨터에도 어휘가 없어요."
    ),
    "Fetch it (3 MB): `bases fetch {base}`, or the button Fetch on the page.": (
        "받으세요(3 MB): `bases fetch {base}` 명령, 또는 화면의 내려받기 버튼."
    ),
    "Download it again.": "다시 내려받으세요.",
    "{file} has layers of other sizes than {family} has.": "{file}: 레이어 크기가 {family} 계열과 달라요.",
    "Choose the folder in diffusers layout that was made of it.": "이것으로 만든 diffusers 형식의 폴더를 고르세요.",
    "{file} is a LoRA, not a base model.": "{file}: 기본 모델이 아니라 LoRA예요.",
    "Import it under Blend, or by `adapters import {file}`.": "섞기 탭이나 `adapters import {file}` 명령으로 가져오세요.",
    "{file} is a Stable Diffusion 3, whose single files come without the text encoders.": (
        "{file}: Stable Diffusion 3이에요. 이 계열은 파일 하나에 텍스트 인코더가 들어 있지 않아요."
    ),
    "Choose 'sd35-medium', or a folder in diffusers layout.": "“sd35-medium”이나 diffusers 형식의 폴더를 고르세요.",
    "{file} is one part of a base model in diffusers layout.": "{file}: diffusers 형식 기본 모델의 한 부분이에요.",
    "Choose the folder that it belongs to.": "이 파일이 든 폴더를 고르세요.",
    "{file} is a VAE alone, not a base model.": "{file}: 기본 모델이 아니라 VAE뿐이에요.",
    "Choose the checkpoint it belongs to: it has a VAE of its own.": (
        "이 VAE가 딸린 체크포인트를 고르세요. 거기에 VAE가 들어 있어요."
    ),
    "{file} holds no Stable Diffusion that the studio knows as a single file.": (
        "{file}: 스튜디오가 파일 하나로 쓸 수 있는 Stable Diffusion이 아니에요."
    ),
    "Choose a whole checkpoint of Stable Diffusion 1.x or XL, or a folder in diffusers layout.": (
        "Stable Diffusion 1.x나 XL의 온전한 체크포인트, 또는 diffusers 형식의 폴더를 고르세요."
    ),
    "{file} is {what}: as a single file it cannot be used.": "{file}: {what}이라서 파일 하나로는 쓸 수 없어요.",
    "a base for inpainting or for editing": "인페인팅이나 편집용 모델",
    "a Stable Diffusion 2.x, which does not tell what it predicts": "무엇을 예측하는지 적혀 있지 않은 Stable Diffusion 2.x 모델",
    "a refiner, which only finishes another's pictures": "다른 모델의 그림을 다듬기만 하는 리파이너 모델",
    "a base that predicts velocity": "velocity를 예측하는 모델",
    "{file} lacks some of the tensors that {family} has.": "{file}: {family} 계열에 있는 텐서 가운데 일부가 없어요.",
    "Choose a whole checkpoint, or download it again.": "온전한 체크포인트를 고르거나 다시 내려받으세요.",
    "{file} has no {part} in it.": "{file}: {part} 부분이 없어요.",
    "text encoder": "텍스트 인코더",
    "VAE": "VAE",
    "Choose a whole checkpoint: it has the U-Net, the text encoders and the VAE in one file.": (
        "온전한 체크포인트를 고르세요. U-Net, 텍스트 인코더, VAE가 파일 하나에 들어 있어요."
    ),
    "The folder {base!r} has no model_index.json, so it is no base model in diffusers layout.": (
        "“{base}” 폴더에 model_index.json 파일이 없어서 diffusers 형식의 기본 모델이 아니에요."
    ),
    "Choose the folder that holds model_index.json, or download the base model again.": (
        "model_index.json 파일이 든 폴더를 고르거나, 기본 모델을 다시 내려받으세요."
    ),
    "The parts of the base model {base!r} are not described as those of {family} are.": (
        "기본 모델 “{base}”: 각 부분의 설정이 {family} 계열과 달라요."
    ),
    "Download its folder again, or choose another base model.": ("폴더를 다시 내려받거나 다른 기본 모델을 고르세요."),
    "The VAE of the base model {base!r} makes {made} channels, but its {denoiser} reads {read}.": (
        "기본 모델 “{base}”: VAE 채널({made})과 {denoiser} 채널({read})이 서로 맞지 않아요."
    ),
    "Put the VAE that belongs to it into its folder; a base for inpainting cannot be used.": (
        "이 모델에 맞는 VAE를 폴더에 넣으세요. 인페인팅용 모델은 쓸 수 없어요."
    ),
    "The text encoders of the base model {base!r} give {given} numbers for a word, but its {denoiser} reads {wanted}.": (
        "기본 모델 “{base}”: 텍스트 인코더의 너비({given})와 {denoiser} 부분이 읽는 너비({wanted})가 서로 맞지 않아요."
    ),
    "Put the text encoders that belong to it into its folder, or download it again.": (
        "이 모델에 맞는 텍스트 인코더를 폴더에 넣거나, 모델을 다시 내려받으세요."
    ),
    "The base model {base!r} has no {file}.": "기본 모델 “{base}”: {file} 파일이 없어요.",
    "Download its folder again, whole and with .safetensors weights.": (
        "폴더를 빠짐없이, .safetensors 파일로 다시 내려받으세요."
    ),
    "{file} of the base model {base!r} cannot be read.": "기본 모델 “{base}”: {file} 파일을 읽을 수 없어요.",
    "Download its folder again.": "폴더를 다시 내려받으세요.",
    "no model": "모델 없음",
    "Choose a folder of one of these in diffusers layout with .safetensors weights.": (
        ".safetensors 파일이 든 diffusers 형식의 이 종류 폴더를 고르세요."
    ),
    "The base model {base!r} is not on this disk yet.": "기본 모델 “{base}”: 아직 이 컴퓨터에 없어요.",
    "Fetch it: `bases fetch {base}`, or the button Fetch on the page.": (
        "화면의 내려받기 버튼이나 `bases fetch {base}` 명령으로 내려받으세요."
    ),
    "Only a part of the base model {base!r} is on this disk.": "기본 모델 “{base}”: 일부만 이 컴퓨터에 있어요.",
    "Fetch the rest: `bases fetch {base}`, or the button Fetch on the page.": (
        "화면의 내려받기 버튼이나 `bases fetch {base}` 명령으로 나머지를 내려받으세요."
    ),
    "{base!r} is not a base model that can be fetched.": "“{base}” 모델은 내려받을 수 있는 기본 모델이 아니에요.",
    "Name one of {names}, or a hub id such as someone/a-model.": (
        "{names} 중 하나나 someone/a-model 같은 허브 이름을 적으세요."
    ),
    "{base!r} is being fetched already.": "“{base}” 모델을 이미 내려받고 있어요.",
    "There is no evaluator {name!r}.": "“{name}” 평가 모델은 없어요.",
    "{hub!r} on the hub has no {file} any more.": "허브의 “{hub}”에 이제 {file} 파일이 없어요.",
    "Put a copy of it, with all its files, into {folder}.": "이 폴더에 모든 파일이 든 사본을 넣으세요: {folder}",
    "{host} cannot be reached, the connection broke, or another file lies there now.": (
        "{host}에 연결할 수 없거나, 연결이 끊겼거나, 이제 그곳에 다른 파일이 있어요."
    ),
    "Connect to the network and fetch again; it goes on where it was. Or put {file} into {folder} yourself.": (
        "네트워크에 연결하고 다시 받으세요. 받던 곳부터 이어져요. 아니면 {folder} 폴더에 {file} 파일을 직접 넣으세요."
    ),
    "The files of {base!r} are not the studio's to delete.": "“{base}” 파일은 스튜디오가 지울 수 있는 것이 아니에요.",
    "Name a base model that was fetched from the hub.": "허브에서 내려받은 기본 모델을 적으세요.",
    "The job {job} needs {base!r}.": "작업 {job}에 “{base}” 모델이 필요해요.",
    "Wait until it is over, or cancel it.": "끝날 때까지 기다리거나 취소하세요.",
    "The hub cannot be reached, or the connection broke.": "허브에 연결할 수 없거나 연결이 끊겼어요.",
    "Connect to the network and fetch again; it goes on where it was.": (
        "네트워크에 연결하고 다시 내려받으세요. 멈춘 곳부터 이어져요."
    ),
    "The licence of {base!r} has not been accepted by the account of the token.": (
        "“{base}”: 토큰의 계정이 아직 라이선스에 동의하지 않았어요."
    ),
    "Accept it at https://huggingface.co/{hub}, let the token read gated models, then fetch again.": (
        "https://huggingface.co/{hub} 에서 동의하고, 토큰에 제한 모델 읽기 권한을 준 뒤 다시 내려받으세요."
    ),
    "{base!r} is given only to those who accepted its licence, and no token says who asks.": (
        "“{base}”: 라이선스에 동의한 사람만 받을 수 있는데, 누가 받는지 알려 줄 토큰이 없어요."
    ),
    "Accept it at https://huggingface.co/{hub}, make a token at https://huggingface.co/settings/tokens, and give it beside Fetch or with `bases fetch {base} --token-stdin`.": (
        "https://huggingface.co/{hub} 에서 동의하고, https://huggingface.co/settings/tokens 에서 토큰을 만들어 내려받기 옆에 적거나 `bases fetch {base} --token-stdin` 명령으로 넘겨 주세요."
    ),
    "There is no model {hub!r} on the hub, or it is not shown to you.": "허브에 “{hub}” 모델이 없거나, 볼 권한이 없어요.",
    "Check its name at https://huggingface.co; for a private one give a token beside Fetch or with `bases fetch {base} --token-stdin`.": (
        "https://huggingface.co 에서 이름을 확인하세요. 비공개 모델이면 토큰을 내려받기 옆에 적거나 `bases fetch {base} --token-stdin` 명령으로 넘겨 주세요."
    ),
    "The hub does not accept the token.": "허브가 토큰을 받아들이지 않아요.",
    "Make a new one at https://huggingface.co/settings/tokens and give it beside Fetch or with `bases fetch {base} --token-stdin`.": (
        "https://huggingface.co/settings/tokens 에서 새로 만들어 내려받기 옆에 적거나 `bases fetch {base} --token-stdin` 명령으로 넘겨 주세요."
    ),
    "A token is not taken over this page, which others can open, too.": "다른 사람도 열 수 있는 화면이라 여기서는 토큰을 받지 않아요.",
    "Give it where the studio runs: `bases fetch {base} --token-stdin`; on a Space, as its secret HF_TOKEN.": (
        "스튜디오가 도는 컴퓨터에서 `bases fetch {base} --token-stdin` 명령으로 넘겨 주세요. Space에서는 비밀 값 HF_TOKEN으로 정하세요."
    ),
    "The hub does not send {base!r}: it answered {status}.": "허브가 “{base}” 모델을 보내지 않아요. 응답: {status}.",
    "Fetch again a little later; it goes on where it was.": "조금 뒤에 다시 내려받으세요. 멈춘 곳부터 이어져요.",
    "The disk has no room for {base!r}: {needed} GB are still to be fetched, and {free} GB are free.": (
        "디스크에 “{base}” 모델을 둘 공간이 없어요. 받을 것이 {needed} GB 남았는데 {free} GB만 비어 있어요."
    ),
    "Make room, for example in Storage, or let HF_HOME name a folder on a larger disk, then fetch again.": (
        "‘저장 공간’ 탭 등에서 공간을 비우거나, HF_HOME을 더 큰 디스크의 폴더로 정한 뒤 다시 내려받으세요."
    ),
    "{hub!r} on the hub holds {found}, which is none of the families that the studio knows: {families}.": (
        "허브의 “{hub}”에 있는 것은 {found}이고, 스튜디오가 아는 종류가 아니에요: {families}."
    ),
    "Choose a base model of one of these.": "이 가운데 한 종류의 기본 모델을 고르세요.",
    "{hub!r} on the hub is no base model in diffusers layout with .safetensors weights: it has no {file}.": (
        "허브의 “{hub}”: .safetensors 파일이 든 diffusers 형식의 기본 모델이 아니에요. {file} 파일이 없어요."
    ),
    "Choose another; many models are there in this layout too, under another name.": (
        "다른 것을 고르세요. 이 형식으로도 다른 이름으로 올라와 있는 모델이 많아요."
    ),
    "This base model predicts {kind!r}, which cannot be trained on.": (
        "이 기본 모델은 “{kind}” 예측 방식이라 학습에 쓸 수 없어요."
    ),
    "Choose one that predicts noise or velocity.": "노이즈나 속도를 예측하는 모델을 고르세요.",
    "This base model cannot draw {width} x {height} pixels.": "이 기본 모델은 {width} × {height} 픽셀로 그릴 수 없어요.",
    "Choose multiples of {multiple} up to {largest}; it was trained at {native} x {native}.": (
        "{largest} 이하인 {multiple}의 배수를 고르세요. 이 모델은 {native} × {native} 크기로 학습했어요."
    ),
    "The file of {name} is gone.": "“{name}” LoRA의 파일이 없어졌어요.",
    "Import or train it again.": "다시 가져오거나 다시 학습하세요.",
    "{file} does not fit the base model {base!r}.": "{file} 파일은 기본 모델 “{base}”에 맞지 않아요.",
    "Choose the base model it was trained on, or train it again on this one.": (
        "학습할 때 쓴 기본 모델을 고르거나, 지금 모델로 다시 학습하세요."
    ),
    "Only {attached} of {all} layers of {file} fit the base model {base!r}.": (
        "{file} 파일의 레이어 {all}개 중 {attached}개만 기본 모델 “{base}”에 맞아요."
    ),
    "The same LoRA is chosen twice.": "같은 LoRA를 두 번 골랐어요.",
    "Choose each LoRA once and set its weight.": "LoRA는 하나씩만 고르고 세기를 정하세요.",
    "No picture came out: the base model {base!r} predicts epsilon, which cannot start at zero terminal SNR.": (
        "그림이 나오지 않았어요. 기본 모델 “{base}”: 노이즈(epsilon)를 예측하는 모델은 zero terminal SNR에서 시작할 수 없어요."
    ),
    "In its scheduler/scheduler_config.json, set rescale_betas_zero_snr to false, or prediction_type to v_prediction if it was trained so.": (
        "그 모델의 scheduler/scheduler_config.json에서 rescale_betas_zero_snr을 false로 바꾸거나, 그렇게 학습한 모델이면 "
        "prediction_type을 v_prediction으로 바꾸세요."
    ),
    "No picture came out: with the LoRA {weights} the latents contain NaN or infinite values.": (
        "그림이 나오지 않았어요. LoRA를 {weights} 세기로 쓰면 latent에 NaN이나 무한대가 생겨요."
    ),
    "Choose lower weights or fewer LoRAs; one that fails alone at a low weight is broken.": (
        "세기를 낮추거나 LoRA를 줄이세요. 낮은 세기로 혼자 써도 안 되는 LoRA는 망가진 파일이에요."
    ),
    "No picture came out: with the base model {base!r} the latents contain NaN or infinite values.": (
        "그림이 나오지 않았어요. 기본 모델 “{base}”: latent에 NaN이나 무한대가 생겨요."
    ),
    "Choose another noise scheduler or base model; if no prompt works, its files are damaged.": (
        "다른 노이즈 스케줄러나 기본 모델을 고르세요. 어떤 프롬프트도 안 되면 모델 파일이 망가진 거예요."
    ),
    "The training diverged: with its LoRA the picture is NaN.": (
        "학습이 발산했어요. 학습한 LoRA를 쓰면 그림이 NaN이 돼요."
    ),
    "{model} was not measured. {reason}": "{model}: 재지 않았어요. {reason}",
    "From seed {seed} on there are no {count} seeds; the last one is {limit}.": (
        "시드 {seed}부터 그림 {count}장을 만들 수 없어요. 마지막 시드: {limit}."
    ),
    "Choose a smaller seed, or fewer pictures.": "더 작은 시드를 고르거나 그림 수를 줄이세요.",
    "These {count} LoRAs are {size} GB together; at most {limit} GB work at once.": (
        "고른 LoRA {count}개가 모두 {size} GB예요. 한꺼번에는 {limit} GB까지 쓸 수 있어요."
    ),
    "Choose fewer or smaller ones.": "더 적게 고르거나 더 작은 것을 고르세요.",
    "{name} was trained on an older version of {base!r} and no longer fits it.": (
        "“{name}” LoRA는 “{base}”의 이전 버전으로 학습해서 지금 버전에는 맞지 않아요."
    ),
    "Train it again from its pictures.": "같은 사진으로 다시 학습하세요.",
    "{name} was trained for the base model {own_base!r}, not for {base!r}.": (
        "“{name}” LoRA는 “{base}” 모델이 아니라 “{own_base}” 모델용이에요."
    ),
    "Choose {own_base!r} as the base model, or train it again on {base!r}.": (
        "기본 모델로 “{own_base}” 모델을 고르거나, “{base}” 모델로 다시 학습하세요."
    ),
    "{file} is a pickle, a kind of file that can run programs when it is opened.": (
        "{file} 파일은 열 때 프로그램을 실행할 수 있는 pickle 형식이에요."
    ),
    "Ask for the same LoRA as a .safetensors file.": "같은 LoRA를 .safetensors 파일로 받으세요.",
    "{file} is truncated, damaged or not a .safetensors file.": (
        "{file} 파일이 잘렸거나 손상됐거나 .safetensors 파일이 아니에요."
    ),
    "Download or export it again.": "다시 내려받거나 다시 내보내세요.",
    "{file} cannot be opened.": "{file} 파일을 열 수 없어요.",
    "Check its permissions, or copy it again.": "읽기 권한이 있는지 확인하거나 다시 복사하세요.",
    "{file} has {size} MB in {parts} parts; a LoRA may have up to {max_size} MB and {max_parts} parts.": (
        "{file} 파일은 {size} MB, {parts}개 부분이에요. LoRA는 {max_size} MB, {max_parts}개 부분까지만 받아요."
    ),
    "Make it smaller where it was trained: a lower rank, or fp16.": (
        "학습한 곳에서 rank를 낮추거나 fp16으로 저장해 더 작게 만드세요."
    ),
    "{file} has values of the dtype {dtype}, which this studio cannot read.": (
        "{file} 파일의 dtype을 읽을 수 없어요 ({dtype})."
    ),
    "Export it as fp16 or fp32 where it was made.": "만든 곳에서 fp16이나 fp32로 다시 내보내세요.",
    "{file} has an unreadable alpha ({layer}), so its strength is unknown.": (
        "{file} 파일의 alpha 값을 읽을 수 없어서 세기를 알 수 없어요 ({layer})."
    ),
    "{file} does not tell which base model it is for.": "{file} 파일만으로는 어느 기본 모델용인지 알 수 없어요.",
    "Name it when you import the file: `adapters import FILE --base BASE`.": (
        "가져올 때 기본 모델을 적으세요: `adapters import FILE --base BASE`."
    ),
    "{file} is a LoRA for {base}.": "{file} 파일은 다른 기본 모델용 LoRA예요 ({base}).",
    "Use a LoRA for a base model of this studio, or train one here from pictures.": (
        "이 스튜디오의 기본 모델용 LoRA를 쓰거나, 여기에서 사진으로 새로 학습하세요."
    ),
    "a kind of base model that this studio does not know": "이 스튜디오가 모르는 종류의 기본 모델",
    "{file} is a LoRA for {kind}, but does not tell for which base model.": (
        "{file} 파일은 {kind}용 LoRA지만, 어느 기본 모델용인지는 알 수 없어요."
    ),
    "{name} is a LoRA for {own}, but {base!r} is {kind}.": (
        "{name}: {own}용 LoRA인데, “{base}” 기본 모델은 {kind} 계열이에요."
    ),
    "Choose a base model of the LoRA's kind, or train it again on {base!r}.": (
        "LoRA와 같은 계열의 기본 모델을 고르거나, “{base}” 기본 모델로 다시 학습하세요."
    ),
    "{file} holds no LoRA: no adapter_model.safetensors, in it or in its folders unet_lora and text_encoder_lora.": (
        "{file} 폴더에 LoRA가 없어요. 이 폴더나 그 안의 unet_lora, text_encoder_lora 폴더에 adapter_model.safetensors 파일이 있어야 해요."
    ),
    "Choose the folder that holds them, or a .safetensors file.": "그 파일이 든 폴더나 .safetensors 파일을 고르세요.",
    "{folder} has its weights in a pickle, a kind of file that can run programs when it is opened.": (
        "{folder} 폴더의 가중치는 열 때 프로그램을 실행할 수 있는 pickle 형식이에요."
    ),
    "Ask for the same LoRA with an adapter_model.safetensors.": "같은 LoRA를 adapter_model.safetensors 파일로 받으세요.",
    "{folder} has no readable adapter_config.json, so its strength is unknown.": (
        "{folder} 폴더에 읽을 수 있는 adapter_config.json 파일이 없어서 세기를 알 수 없어요."
    ),
    "Choose the folder as peft wrote it.": "peft로 저장한 폴더를 그대로 고르세요.",
    "{file} is a {kind}, and this studio reads plain LoRAs only.": (
        "{file} 파일은 {kind} 방식이에요. 이 스튜디오는 보통 LoRA만 읽을 수 있어요."
    ),
    "Ask for a plain LoRA, or convert it where it was made.": "보통 LoRA로 받거나, 만든 곳에서 변환하세요.",
    "{file} contains NaN, infinite or overflowed values, which give black pictures.": (
        "{file} 파일에 NaN, 무한대, 범위를 넘은 숫자가 들어 있어요. 이러면 검은 그림이 나와요."
    ),
    "Use an earlier checkpoint of it, or train it again with a lower learning rate or in fp32.": (
        "더 이른 체크포인트를 쓰거나, 학습률을 낮추거나 fp32로 다시 학습하세요."
    ),
    "{file} changes nothing: everything it adds is zero.": "{file} 파일은 더하는 값이 모두 0이라 아무것도 바꾸지 않아요.",
    "Use a later checkpoint, or train it for longer.": "더 나중의 체크포인트를 쓰거나 더 오래 학습하세요.",
    "{file} has an incomplete layer: {layer}.": "{file} 파일에 불완전한 레이어가 있어요: {layer}.",
    "Download it again, or export it again where it was made.": "다시 내려받거나, 만든 곳에서 다시 내보내세요.",
    "{file} has mismatched shapes in the layer {layer}.": (
        "{file} 파일의 {layer} 레이어는 두 행렬의 모양이 서로 맞지 않아요."
    ),
    "{file} has the rank {rank}; a LoRA may have up to {limit}.": "{file} 파일의 rank: {rank}. {limit}까지만 받아요.",
    "Resize it to a lower rank where it was trained.": "학습한 곳에서 rank를 더 낮게 줄이세요.",
    "{file} contains the layer {layer} twice, under two key names.": (
        "{file} 파일에 {layer} 레이어가 두 가지 표기로 두 번 들어 있어요."
    ),
    "Export it again where it was made.": "만든 곳에서 다시 내보내세요.",
    "The file of the trained LoRA cannot be read back.": "학습한 LoRA의 파일을 다시 읽을 수 없어요.",
    "Resume the training; its checkpoint is kept.": "학습을 계속하세요. 체크포인트는 그대로 있어요.",
    "{file} is not a LoRA this studio can read (unknown keys: {count}, such as {example}).": (
        "{file} 파일은 읽을 수 있는 LoRA가 아니에요 (모르는 키 {count}개, 예: {example})."
    ),
    "Use a plain LoRA for a base model of this studio, in kohya's or diffusers' layout.": (
        "이 스튜디오의 기본 모델용으로, kohya나 diffusers 형식으로 된 LoRA를 쓰세요."
    ),
    "{file} contains no LoRA layer.": "{file} 파일에 LoRA 레이어가 없어요.",
    "There is no LoRA {name!r}.": "“{name}” LoRA가 없어요.",
    "`adapters list` shows the ones there are.": "섞기 탭에서 지금 있는 LoRA를 볼 수 있어요 (명령은 `adapters list`).",
    "{file} is not a file.": "{file} 파일이 없어요.",
    "Choose a .safetensors file.": ".safetensors 파일을 고르세요.",
    "{name!r} ships with the studio and cannot be deleted.": "“{name}” LoRA는 스튜디오에 들어 있는 것이라 지울 수 없어요.",
    "Delete only your own LoRAs.": "내가 만든 LoRA만 지울 수 있어요.",
    "There is already a LoRA called {name!r}.": "“{name}” LoRA가 이미 있어요.",
    "Give it another name.": "다른 이름을 붙이세요.",
    "Give the new one another name.": "새 LoRA에 다른 이름을 붙이세요.",
    "{folder} already exists.": "{folder} 폴더가 이미 있어요.",
    "Choose a folder that does not exist yet.": "아직 없는 폴더를 고르세요.",
}

_NAMES_AND_SETS: dict[str, str] = {
    "{name!r} cannot name a file.": "“{name}”: 파일 이름으로 쓸 수 없어요.",
    "Write a name with letters from a to z or with digits.": "영어 알파벳이나 숫자로 이름을 적어 주세요.",
    "{name!r} is not a valid name.": "“{name}”: 쓸 수 없는 이름이에요.",
    "Use 1 to 64 small letters, digits and hyphens, starting with a letter or digit.": (
        "영어 소문자, 숫자, 하이픈으로 1~64자를 쓰고, 글자나 숫자로 시작하세요."
    ),
    "{name!r} is reserved for the model without an adapter.": "“{name}”: LoRA 없는 모델을 가리키는 이름이라 쓸 수 없어요.",
    "Choose another name.": "다른 이름을 고르세요.",
    "Every picture of {dataset!r} has a caption.": "“{dataset}” 세트의 모든 사진에 이미 설명이 있어요.",
    "Ask for overwriting if they should be replaced.": "설명을 새로 쓰려면 먼저 지금 설명을 지우세요.",
    "{dataset!r} is being captioned already.": "“{dataset}” 세트의 설명을 이미 쓰고 있어요.",
    "Wait for the job {job}, or cancel it.": "작업 {job}: 끝날 때까지 기다리거나 취소하세요.",
    "There is no example {name!r}.": "“{name}” 예제가 없어요.",
    "Take one of these: {names}.": "다음 중에서 고르세요: {names}.",
    "none yet": "아직 없음",
    "A caption may have {limit} characters; this has {count}.": "설명은 {limit}자까지 쓸 수 있어요. 지금은 {count}자예요.",
    "{dataset!r} has no picture {file!r}.": "“{dataset}” 세트에 “{file}” 사진이 없어요.",
    "`dataset show {dataset}` lists them.": "사진 탭에서 “{dataset}” 세트의 사진을 볼 수 있어요.",
    "{dataset!r} has {count} pictures called {file!r}.": "“{dataset}” 세트에 이름이 “{file}”인 사진이 {count}장 있어요.",
    "Name one by its id: {ids}.": "아이디로 하나를 고르세요: {ids}.",
    "{dataset} no longer has this picture.": "“{dataset}” 세트에 이 사진이 더는 없어요.",
    "Choose the set again.": "세트를 다시 고르세요.",
    "Another import is running already.": "다른 사진을 이미 가져오고 있어요.",
    "Wait until it is done, or stop it first.": "끝날 때까지 기다리거나, 먼저 멈추세요.",
    "The import was stopped; nothing of it was kept.": "가져오기를 멈췄어요. 남은 것은 없어요.",
    "Start it again whenever you like.": "원할 때 다시 시작하세요.",
    "The folder of {name!r} cannot be removed ({reason}).": "“{name}” 폴더를 지울 수 없어요 ({reason}).",
    "Close what has its pictures open, then delete the set again.": (
        "그 사진을 열어 둔 프로그램을 닫고, 세트를 다시 삭제하세요."
    ),
    "The folder of an older data set called {name!r} lies here, but the database does not know it.": (
        "“{name}”이라는 예전 세트의 폴더가 있는데, 데이터베이스에는 없는 세트예요."
    ),
    "Start the studio again: it finds the set again by its folder. Or choose another name.": (
        "스튜디오를 다시 시작하면 폴더에서 그 세트를 다시 찾아요. 아니면 다른 이름을 고르세요."
    ),
    "The rows of this set were lost and it was found again by its folder: write its captions anew, and say who is in it.": (
        "이 세트의 정보가 사라져서 폴더에서 다시 찾았어요. 설명을 다시 쓰고, 사진 속 사람이 누구인지 알려 주세요."
    ),
    "There is already a data set called {name!r}.": "“{name}” 세트가 이미 있어요.",
    "Choose another name, or delete that one first.": "다른 이름을 고르거나, 그 세트를 먼저 삭제하세요.",
    "The held-out fraction {fraction} is out of range.": "따로 둘 비율 {fraction}: 쓸 수 없는 값이에요.",
    "Give a number from 0 to 0.5; 0.15 is usual.": "0에서 0.5 사이로 정하세요. 보통은 0.15예요.",
    "{word!r} cannot be a trigger word.": "“{word}”: 호출어로 쓸 수 없어요.",
    "Use one made-up word of at most {most} characters without spaces, commas, brackets, slashes or +.": (
        "띄어쓰기, 쉼표, 괄호, 빗금, + 없이 새로 지은 낱말 하나를 {most}자까지 쓰세요."
    ),
    "{word!r} cannot be a class word.": "“{word}”: 종류 낱말로 쓸 수 없어요.",
    'Use the ordinary word for what is shown, such as "person", of at most {most} characters without commas, brackets, '
    "slashes or +.": "쉼표, 괄호, 빗금, + 없이 “person”처럼 평범한 낱말을 {most}자까지 쓰세요.",
    "There is one usable picture only{details}.": "쓸 수 있는 사진이 한 장뿐이에요{details}.",
    "There is no usable picture{details}.": "쓸 수 있는 사진이 없어요{details}.",
    " (left out: {reasons})": " (빠진 파일: {reasons})",
    "Add at least one more; 10 to 30 are good.": "적어도 한 장 더 넣으세요. 10~30장이 좋아요.",
    "There is no picture to add{details}.": "더할 수 있는 사진이 없어요{details}.",
    "Choose pictures that are unlike those of the set.": "세트에 있는 것과 다른 사진을 고르세요.",
    "Add JPEG, PNG or WebP pictures of 16 px or more.": "16픽셀 이상인 JPEG, PNG, WebP 사진을 넣으세요.",
    "There is no data set {name!r}.": "“{name}” 세트가 없어요.",
    "`dataset list` shows the ones there are.": "사진 탭에서 지금 있는 세트를 볼 수 있어요 (명령은 `dataset list`).",
    "{path} cannot be written: {problem}.": "{path} 파일을 쓸 수 없어요: {problem}.",
    "Choose another place.": "다른 곳을 고르세요.",
    "There is no file or folder {name!r}.": "“{name}” 파일이나 폴더가 없어요.",
    "Check the path.": "경로를 확인하세요.",
    "{archive} holds {count} files; at most {limit} are allowed.": (
        "{archive} 안에 파일이 {count}개 있어요. {limit}개까지만 가져올 수 있어요."
    ),
    "Split it, or import the unpacked folder.": "나누어 가져오거나, 압축을 푼 폴더를 가져오세요.",
    "{archive} unpacks to more than {gb} GB.": "{archive} 압축을 풀면 {gb}GB가 넘어요.",
    "{archive} is not a zip that can be read.": "{archive} 파일은 읽을 수 있는 zip이 아니에요.",
    "Pack the pictures again, or import the folder.": "사진을 다시 압축하거나, 폴더를 가져오세요.",
    "{archive} is not a zip but another kind of archive.": "{archive} 파일은 zip이 아니라 다른 압축 파일이에요.",
    "Unpack it and import the folder, or pack the pictures as a zip.": (
        "압축을 풀어 폴더를 가져오거나, 사진을 zip으로 압축하세요."
    ),
    "{count} pictures wait already.": "이미 그림 {count}장이 기다리고 있어요.",
    "Try again in a minute.": "잠시 뒤에 다시 해 보세요.",
    "A picture of yours waits already, at place {place} in the line.": (
        "요청한 그림이 이미 {place}번째로 기다리고 있어요."
    ),
    "Wait for it, then ask again.": "그 그림이 나온 뒤에 다시 요청하세요.",
    "{archive} is an empty zip.": "{archive} 파일은 빈 zip이에요.",
    "{archive} is protected by a password.": "{archive} 파일은 암호로 잠겨 있어요.",
    "{archive} is packed with a method that is not read here.": "{archive} 파일은 여기서 읽지 않는 방식으로 압축됐어요.",
    "Pack it again as an ordinary zip (Deflate), or import the unpacked folder.": (
        "일반 zip(Deflate)으로 다시 압축하거나, 압축을 푼 폴더를 가져오세요."
    ),
    "{archive} lists far more than the {limit} files that are allowed.": (
        "{archive} 목록의 파일이 너무 많아요. {limit}개까지만 가져올 수 있어요."
    ),
    "Unpack it with the password and import the folder.": "암호로 압축을 풀고 그 폴더를 가져오세요.",
    "Put pictures into it and try again.": "사진을 넣고 다시 해 보세요.",
    "{name!r} cannot be deleted now: it is gone, or a job needs it.": "“{name}” 항목은 지금 지울 수 없어요. 이미 없거나, 작업에 필요해요.",
    "Look at the list again; what a job needs can go when the job is over.": (
        "목록을 다시 보세요. 작업에 필요한 것은 작업이 끝난 뒤에 지울 수 있어요."
    ),
    "There is no picture to save.": "저장할 그림이 없어요.",
    "Make or choose one first.": "먼저 그림을 만들거나 고르세요.",
    "There is no picture {picture!r} any more.": "“{picture}” 그림이 이제 없어요.",
    "Reload the gallery.": "갤러리를 다시 열어 보세요.",
    "{file} cannot be read.": "{file} 파일을 읽을 수 없어요.",
    "Delete the file, or put it back whole.": "파일을 지우거나, 온전한 파일로 바꿔 넣으세요.",
    "{file} has missing or unreadable metadata, so its recipe is unknown.": (
        "{file} 파일의 메타데이터가 없거나 읽을 수 없어서 레시피를 알 수 없어요."
    ),
    "Choose a PNG that was made here and not edited since.": "여기에서 만들고 그 뒤로 고치지 않은 PNG를 고르세요.",
    "{dataset!r} has too few pictures to train on.": "“{dataset}” 세트는 학습하기에 사진이 너무 적어요.",
    "Import at least {least} pictures; 10 to 40 work well.": "{least}장 이상 가져오세요. 10~40장이면 좋아요.",
    "A training of {name!r} is {status} already.": "“{name}” 학습이 이미 있어요 ({status}).",
    "Wait until that one is over, or cancel it.": "그 학습이 끝날 때까지 기다리거나 취소하세요.",
    "Give the new one another name, or cancel that one.": "새 학습에 다른 이름을 붙이거나, 그 학습을 취소하세요.",
}

_JOBS: dict[str, str] = {
    "The job's process was killed, most likely because memory ran out.": (
        "작업이 강제로 끝났어요. 메모리가 모자랐을 가능성이 커요."
    ),
    "Close other programs, or choose a smaller batch size or resolution, then start it again.": (
        "다른 프로그램을 닫거나 배치 크기나 해상도를 줄인 다음, 다시 시작하세요."
    ),
    "The job's process ended unexpectedly (exit code {code}).": "작업이 갑자기 끝났어요 (종료 코드 {code}).",
    "Start it again; if it stays, the details say where it went wrong.": (
        "다시 시작하세요. 계속되면 ‘자세히’에서 어디가 잘못됐는지 볼 수 있어요."
    ),
    "Another worker of this machine already runs the jobs of this home folder.": (
        "이 컴퓨터의 다른 작업 프로그램이 이 홈 폴더의 작업을 이미 하고 있어요."
    ),
    "Let it work, or stop it first; for a second studio set PROFILE_STUDIO_HOME to another folder.": (
        "그대로 두거나 먼저 멈추세요. 스튜디오를 하나 더 켜려면 PROFILE_STUDIO_HOME을 다른 폴더로 정하세요."
    ),
    "The job {job!r} is not a comparison.": "작업 “{job}”: 비교가 아니에요.",
    "Take the id of a comparison.": "비교 작업의 아이디를 쓰세요.",
    "The comparison {job!r} is {status}.": "비교 “{job}”: 아직 끝나지 않았어요 ({status}).",
    "Wait until it is completed.": "끝날 때까지 기다리세요.",
    "The job {job} is {status} and cannot be {done}.": "“{status}” 상태인 작업에는 ‘{done}’ 기능을 쓸 수 없어요 ({job}).",
    "Only a running or queued job can be paused.": "진행 중이거나 대기 중인 작업만 일시정지할 수 있어요.",
    "Only a paused job, or a failed training with a whole checkpoint, can be resumed; start a new one instead.": (
        "일시정지한 작업이나, 온전한 체크포인트를 남기고 실패한 학습만 계속할 수 있어요. 새 작업을 시작하세요."
    ),
    "There is nothing to do: it is over.": "이미 끝난 작업이라 할 일이 없어요.",
    "There is no job {job!r}.": "작업 “{job}”: 찾을 수 없어요.",
    "`jobs list` shows the jobs there are.": "`jobs list` 명령으로 지금 있는 작업을 볼 수 있어요.",
    "queued": "대기 중",
    "running": "진행 중",
    "pausing": "저장 후 일시정지",
    "paused": "일시정지",
    "resumed": "계속하기",
    "completed": "완료",
    "failed": "실패",
    "canceled": "취소",
    "waits for the device": "장치를 기다리는 중",
    "loads the base model": "기본 모델을 불러오는 중",
    "reads the pictures": "사진을 읽는 중",
    "checks the LoRA": "LoRA를 확인하는 중",
    "waits for your picture": "그림 만들기를 기다리는 중",
}

_TRAINING: dict[str, str] = {
    "{file} cannot be written or read: {reason}.": "{file}: 쓰거나 읽을 수 없어요 ({reason}).",
    "its disk is read-only": "읽기 전용 디스크",
    "this user may not do that": "지금 사용자에게 권한이 없음",
    "The studio's database cannot be written: it is read-only.": "스튜디오의 데이터베이스가 읽기 전용이라 쓸 수 없어요.",
    "Get the right to write there, or set PROFILE_STUDIO_HOME to another folder.": (
        "그곳에 쓸 권한을 얻거나, PROFILE_STUDIO_HOME을 다른 폴더로 정하세요."
    ),
    "The stored picture {name!r} is missing or damaged.": "저장해 둔 사진 “{name}” 파일이 없거나 망가졌어요.",
    "Set it aside, or bring it once more as a new set.": "그 사진을 빼거나, 새 세트로 다시 가져오세요.",
    "The disk is full.": "디스크가 가득 찼어요.",
    "Make room, for example in Storage; then resume what was paused, or try again.": (
        "‘저장 공간’ 탭 등에서 공간을 비운 다음, 멈춘 작업을 계속하거나 다시 해 보세요."
    ),
    "The memory is too small for {resolution} px pictures in batches of {batch}.": (
        "{resolution}픽셀 사진을 {batch}장씩 배우기에는 메모리가 모자라요."
    ),
    "Train with a smaller batch_size, resolution or rank, or close other programs.": (
        "배치 크기, 해상도, 랭크를 줄여 학습하거나 다른 프로그램을 닫으세요."
    ),
    "Needs less memory and more time; the numbers stay the same.": (
        "메모리를 덜 쓰는 대신 시간이 더 걸려요. 결과 숫자는 같아요."
    ),
    "This training began before the studio's noise changed: it goes on with the new one, and cannot be repeated exactly.": (
        "이 학습은 스튜디오의 잡음이 바뀌기 전에 시작됐어요. 새 잡음으로 이어서 학습하며, 똑같이 다시 만들 수는 없어요."
    ),
    "fp32 instead of fp16: this machine has no CUDA graphics card.": (
        "fp16 대신 fp32로 계산해요. 이 컴퓨터에는 CUDA 그래픽 카드가 없어요."
    ),
    "fp32 instead of bf16: this machine has no CUDA graphics card.": (
        "bf16 대신 fp32로 계산해요. 이 컴퓨터에는 CUDA 그래픽 카드가 없어요."
    ),
    "fp16 instead of bf16: this graphics card does not compute with bf16.": (
        "bf16 대신 fp16으로 계산해요. 이 그래픽 카드는 bf16으로 계산하지 못해요."
    ),
    "auto: bf16 on a CUDA graphics card that has it, fp16 on others, fp32 elsewhere.": (
        "auto는 CUDA 그래픽 카드가 bf16을 지원하면 bf16, 아니면 fp16, 그래픽 카드가 없으면 fp32예요."
    ),
    "The base model {base!r} cannot be trained at a resolution of {resolution} pixels: it takes multiples of {multiple}.": (
        "기본 모델 “{base}”: 해상도 {resolution}픽셀로는 학습할 수 없어요. {multiple}의 배수여야 해요."
    ),
    "A warm-up of {warmup} steps is longer than the training with its {steps}.": (
        "워밍업 {warmup}스텝이 전체 학습 {steps}스텝보다 길어요."
    ),
    "Choose fewer warm-up steps, or train for more steps.": "워밍업 스텝을 줄이거나, 더 오래 학습하세요.",
    "The data set {dataset!r} was changed after this training was queued.": (
        "학습을 대기열에 넣은 뒤에 “{dataset}” 세트가 바뀌었어요."
    ),
    "Start the training again.": "학습을 다시 시작하세요.",
    "The trained LoRA contains NaN or infinite values.": ("학습한 LoRA에 NaN이나 무한대가 들어 있어요."),
    "Train with a lower learning rate.": "학습률을 낮춰 학습하세요.",
    "The trained LoRA changes nothing: everything it adds is zero.": (
        "학습한 LoRA가 더하는 값이 모두 0이라 아무것도 바뀌지 않아요."
    ),
    "The trained LoRA does not change the picture.": "학습한 LoRA를 써도 그림이 바뀌지 않아요.",
    "Train with a higher learning rate or more steps.": "학습률을 높이거나 스텝을 늘려 학습하세요.",
    "{epochs} epochs of {dataset!r} are {steps} steps; a training has 1 to {most}.": (
        "{epochs}에폭 학습하면 {steps}스텝이에요 (“{dataset}”). 한 번에 1~{most}스텝까지 학습할 수 있어요."
    ),
    "Choose another number of epochs, or give the steps.": "에폭 수를 바꾸거나 스텝 수를 정하세요.",
    "All but adamw need a package of their own; prodigy wants a learning rate of 1.": (
        "adamw 말고는 따로 설치할 패키지가 있어야 해요. prodigy에는 학습률 1이 맞아요."
    ),
    "Lets pictures become darker and brighter; 0.05 to 0.1 is usual.": (
        "그림이 더 어둡거나 밝아질 수 있게 해요. 보통 0.05~0.1이에요."
    ),
    "The optimizer {optimizer} needs the package {package}, which is not installed.": (
        "옵티마이저 {optimizer}에 필요한 패키지가 설치되어 있지 않아요: {package}."
    ),
    'Install it with `pip install "{requirement}"`, or train with the optimizer adamw.': (
        '`pip install "{requirement}"`로 설치하거나, 옵티마이저 adamw로 학습하세요.'
    ),
    "8-bit AdamW needs a CUDA graphics card.": "8비트 AdamW에는 CUDA 그래픽 카드가 필요해요.",
    "Train with the optimizer adamw.": "옵티마이저 adamw로 학습하세요.",
    "The optimizer schedule-free averages the weights instead of lowering the learning rate: {scheduler} has no place.": (
        "옵티마이저 schedule-free는 학습률을 낮추는 대신 가중치를 평균해요. {scheduler} 스케줄과는 함께 쓸 수 없어요."
    ),
    "The optimizer prodigy finds the learning rate itself and multiplies it by yours: {rate} would learn nothing.": (
        "옵티마이저 prodigy는 학습률을 스스로 찾아 여기에 적은 값을 곱해요. {rate} 값으로는 아무것도 배우지 못해요."
    ),
    "Train with learning_rate 1.": "learning_rate를 1로 하고 학습하세요.",
    "Train with lr_scheduler constant; a warm-up is fine.": "lr_scheduler를 constant로 하세요. 웜업은 써도 돼요.",
    "{family} is trained by flow matching, where noise_offset has no meaning.": (
        "플로 매칭으로 학습하는 모델에는 noise_offset을 쓸 수 없어요 ({family})."
    ),
    "Train with noise_offset 0.": "noise_offset을 0으로 하고 학습하세요.",
    "The job {job!r} is not a training.": "학습이 아닌 작업이에요: “{job}”.",
    "Take the id of a training.": "학습의 ID를 적으세요.",
    "{file} was written by a newer version of the studio.": "스튜디오의 더 새로운 버전이 쓴 파일이에요: {file}.",
    "Update the studio, or write the file again with this version.": (
        "스튜디오를 업데이트하거나, 이 버전으로 파일을 다시 쓰세요."
    ),
    "{file} says something of {setting} that cannot be: {problem}.": (
        "{file} 파일에 적힌 {setting} 값을 쓸 수 없어요: {problem}."
    ),
    "{file} is not a training that the studio wrote.": "스튜디오가 쓴 학습 설정 파일이 아니에요: {file}.",
    "Take a file that `jobs config ID --out FILE` wrote.": "`jobs config ID --out FILE`로 쓴 파일을 고르세요.",
    "--vary {text!r} is not one setting with different values.": (
        "--vary “{text}”에 서로 다른 값을 가진 설정 하나가 적혀 있지 않아요."
    ),
    "Write --vary KEY=A,B,C with KEY one of: {names}.": "--vary KEY=A,B,C처럼 적으세요. KEY는 다음 중 하나예요: {names}.",
    "--vary asks for {count} trainings of {keys} settings; at most {most} of {most_keys} are one group.": (
        "--vary로 설정 {keys}개, 학습 {count}개를 요청했어요. 한 묶음은 설정 {most_keys}개, 학습 {most}개까지예요."
    ),
    "Vary fewer settings, or give fewer values.": "설정이나 값의 수를 줄이세요.",
    "Two trainings of this group would make LoRAs of one name.": "이 묶음의 두 학습이 같은 이름의 LoRA를 만들게 돼요.",
    "Choose a shorter name.": "더 짧은 이름을 고르세요.",
    "The training {job} of this comparison is {status}.": "이 비교에 쓸 학습이 아직 끝나지 않았어요: {job} ({status}).",
    "Resume it, and compare the LoRAs when it is completed.": "학습을 계속하고, 끝나면 LoRA를 비교하세요.",
    "None of the trainings made its LoRA.": "LoRA를 만든 학습이 하나도 없어요.",
    "Look at their errors, and start them again.": "오류를 확인하고 다시 시작하세요.",
    "its loss was NaN or infinite": "손실이 NaN이나 무한대였어요",
    "its weights were NaN or infinite": "가중치가 NaN이나 무한대였어요",
    "its loss had been more than {factor} times its median for {steps} steps": (
        "손실이 {steps}스텝 동안 중앙값의 {factor}배를 넘었어요"
    ),
    "At step {step} {why}: it went back to step {back}, and on in fp32. It was shown {names}.": (
        "{step}스텝에서 {why}. {back}스텝으로 돌아가 fp32로 이어 갔어요. 그때 본 사진: {names}."
    ),
    "At step {step} {why}: it went back to step {back}, and on at half the learning rate, {rate}. It was shown {names}.": (
        "{step}스텝에서 {why}. {back}스텝으로 돌아가 학습률을 절반인 {rate} 값으로 낮춰 이어 갔어요. 그때 본 사진: {names}."
    ),
    "After step {step} the memory was too small: it went on with batches of {batch}, {count} of them a step.": (
        "{step}스텝 뒤에 메모리가 모자라서, 크기 {batch}의 배치를 한 스텝에 {count}개씩 쓰며 이어 갔어요."
    ),
    "After step {step} the memory was too small: it went on with gradient checkpointing, which takes more time.": (
        "{step}스텝 뒤에 메모리가 모자라서, 시간이 더 걸리는 그래디언트 체크포인팅으로 이어 갔어요."
    ),
    "After step {step} the memory was too small: it went on with pictures of {smaller} px instead of {resolution} px.": (
        "{step}스텝 뒤에 메모리가 모자라서, {resolution}px 대신 {smaller}px 사진으로 이어 갔어요."
    ),
    "The training diverged at step {step}: {why}. It was shown {names}.": (
        "{step}스텝에서 학습이 발산했어요. {why}. 그때 본 사진: {names}."
    ),
    "Train again with a lower learning rate, such as {rate}.": "학습률을 낮춰 다시 학습하세요. 예: {rate}.",
    "This base model keeps your pictures: {mean} of 255 is lost on the mean of {n}.": (
        "이 기본 모델은 사진을 잘 살려요. 사진 {n}장에서 평균 255 가운데 {mean}만큼 달라져요."
    ),
    "This base model loses much of your pictures, {mean} of 255 on the mean of {n}: thin lines and small things will "
    "not be learned. Choose a larger base model, such as Stable Diffusion 1.5.": (
        "이 기본 모델은 사진을 많이 잃어요. 사진 {n}장에서 평균 255 가운데 {mean}만큼 달라져서 가는 선과 작은 것은 배우지 못해요. "
        "Stable Diffusion 1.5처럼 더 큰 기본 모델을 고르세요."
    ),
    "These look like photographs, and the starter draws illustrated portraits: a LoRA of it can only draw them. "
    "For photographs choose Stable Diffusion 1.5 as the base model (`--base sd15`).": (
        "사진처럼 보여요. 스타터 모델은 그림체 초상만 그려서, 이 모델로 만든 LoRA도 그림으로만 그릴 수 있어요. "
        "사진을 쓰려면 기본 모델로 Stable Diffusion 1.5를 고르세요 (`--base sd15`)."
    ),
    "{time}, as measured in earlier trainings here.": "{time} 걸려요. 이 컴퓨터에서 앞서 학습한 기록으로 계산했어요.",
    "{time} on a laptop; a guess until the first training.": (
        "노트북에서 {time} 걸려요. 첫 학습이 끝나기 전에는 어림한 값이에요."
    ),
    "About {n} seconds": "약 {n}초",
    "About {n} minutes": "약 {n}분",
    "About {n} hours": "약 {n}시간",
    "{time}, as measured in earlier comparisons here.": "{time} 걸려요. 이 컴퓨터에서 앞서 비교한 기록으로 계산했어요.",
    "{time} on a laptop; a guess until the first comparison.": (
        "노트북에서 {time} 걸려요. 첫 비교가 끝나기 전에는 어림한 값이에요."
    ),
    "How long it takes shows after the first pictures.": "얼마나 걸릴지는 처음 그림 몇 장이 나오면 알 수 있어요.",
    "How long it takes shows after the first steps.": "얼마나 걸릴지는 처음 몇 스텝이 지나면 알 수 있어요.",
    "Optimizer steps.": "가중치를 고치는 횟수예요.",
    "scaling = network_alpha / rank": "배율 = 알파 ÷ 랭크",
    "Side of the square bucket in pixels.": "정사각형으로 맞춘 한 변의 길이예요.",
    "None switches the weighting off.": "비우면 가중치를 주지 않아요.",
    "The trigger word is kept.": "호출어는 빼지 않아요.",
    "Steps between resumable checkpoints.": "이어서 학습할 수 있게 저장하는 간격이에요.",
    "Steps between sample pictures; 0 makes none.": "견본 그림을 만드는 간격이에요. 0이면 만들지 않아요.",
}

_ENGINE_AND_DEMO: dict[str, str] = {
    "Try again; if it stays, run `doctor`.": "다시 해 보세요. 계속되면 `doctor` 명령으로 점검하세요.",
    "The engine stopped while it made the picture.": "그림을 만드는 도중에 엔진이 멈췄어요.",
    "Try again; it starts again by itself.": "다시 해 보세요. 엔진은 저절로 다시 켜져요.",
    "The engine that makes pictures is not running.": "그림을 만드는 엔진이 켜져 있지 않아요.",
    "Wait a few seconds; if it does not start, restart the studio.": (
        "몇 초만 기다려 주세요. 그래도 켜지지 않으면 스튜디오를 다시 시작하세요."
    ),
    "The engine made no picture.": "엔진이 그림을 만들지 못했어요.",
    "Try again.": "다시 해 보세요.",
    "{setting}: {problem}.": "{setting}: {problem}.",
    "Change that value and try again.": "그 값을 바꾸고 다시 해 보세요.",
    "Change this setting.": "이 설정을 바꾸세요.",
    "There is no {value!r} here.": "“{value}”: 여기에 없어요.",
    "Choose one of: {names}.": "다음 중에서 고르세요: {names}.",
    "The picture was stopped.": "그림 만들기를 멈췄어요.",
    "Make it again when you want it.": "원할 때 다시 만드세요.",
    "The picture does not fit into the memory.": "그림을 만들기에 메모리가 모자라요.",
    "Make it smaller, or close other programs.": "그림을 작게 하거나 다른 프로그램을 닫으세요.",
    "The graphics card failed while it made the picture.": "그림을 만드는 동안 그래픽 카드에 오류가 났어요.",
    "Try again in half a minute; the engine starts anew.": "30초쯤 뒤에 다시 해 보세요. 엔진이 새로 시작돼요.",
    "The picture cannot be kept: {problem}.": "그림을 저장할 수 없어요: {problem}.",
    "Make room on the disk and try again.": "디스크 공간을 비우고 다시 해 보세요.",
    "No space left on device": "디스크에 남은 공간이 없음",
    "Permission denied": "권한이 없음",
    "The picture failed: {error}.": "그림을 만들지 못했어요: {error}.",
    "Try again; engine.log says more.": "다시 해 보세요. 자세한 내용은 engine.log에 있어요.",
    "No GPU is available: {problem}": "GPU를 쓸 수 없었어요: {problem}",
    "Wait a little and try again.": "잠시 기다렸다가 다시 해 보세요.",
    "A public address without a password would show everybody your pictures.": (
        "비밀번호 없이 주소를 공개하면 누구나 내 사진을 볼 수 있어요."
    ),
    "At {host} the page would be open to other machines, and without a password to everybody who reaches it.": (
        "다른 기기에서도 열 수 있는 주소({host})인데 비밀번호가 없어서, 닿을 수 있는 누구나 들어올 수 있어요."
    ),
    "Set PROFILE_STUDIO_PASSWORD to one of your own, for example with "
    "`export PROFILE_STUDIO_PASSWORD='four words of yours'`, or do without --host.": (
        "`export PROFILE_STUDIO_PASSWORD='나만 아는 네 낱말'`처럼 비밀번호를 정하거나, --host 없이 여세요."
    ),
    "Set PROFILE_STUDIO_PASSWORD, or do without PROFILE_STUDIO_SHARE.": (
        "PROFILE_STUDIO_PASSWORD를 정하거나 PROFILE_STUDIO_SHARE를 쓰지 마세요."
    ),
    "{what} off in this public demo.": "이 공개 데모에서는 쓸 수 없는 기능이에요: {what}.",
    "Training is": "학습",
    "Uploads are": "업로드",
    "More copies of the examples are": "예제 더 만들기",
    "Adding LoRA files is": "LoRA 파일 추가",
    "Changing captions is": "설명 바꾸기",
    "Writing captions is": "설명 자동으로 쓰기",
    "Fetching base models is": "기본 모델 내려받기",
    "Fetching evaluators is": "평가 모델 내려받기",
    "Deleting base models is": "기본 모델 지우기",
    "Changing trigger words is": "호출어 바꾸기",
    "Changing class words is": "종류 낱말 바꾸기",
    "Changing consent is": "동의 바꾸기",
    "Choosing pictures is": "사진 고르기",
    "Holding pictures out is": "확인용 사진 따로 두기",
    "Deleting is": "삭제",
    "Looking at earlier pictures is": "전에 만든 그림 보기",
    "Looking at the disk is": "저장 공간 보기",
    "Pausing jobs is": "작업 일시정지",
    "Choosing a step is": "스텝 고르기",
    "Resuming jobs is": "작업 계속하기",
    "Canceling jobs is": "작업 취소",
    "Duplicate this Space as a private one of yours, or run the studio on your own computer.": (
        "이 Space를 비공개로 복제하거나, 내 컴퓨터에서 스튜디오를 실행하세요."
    ),
    "This public demo makes pictures of the usual size, with few steps.": (
        "이 공개 데모에서는 보통 크기의 그림을 적은 스텝으로만 만들 수 있어요."
    ),
    "Choose at most {limit} steps for all pictures together and no size. {own_studio}": (
        "모든 그림의 스텝을 더해 {limit} 이하로 하고, 크기는 정하지 마세요. {own_studio}"
    ),
    "This would be {count} pictures; this public demo makes at most {limit}.": (
        "그림 {count}장을 만들어야 해요. 이 공개 데모에서는 {limit}장까지만 만들 수 있어요."
    ),
    "Choose fewer models, prompts or seeds. {own_studio}": "모델, 프롬프트, 시드를 줄이세요. {own_studio}",
    "{count} comparisons wait in this public demo already.": "이 공개 데모에서 비교 {count}개가 이미 기다리고 있어요.",
    "Come back a little later.": "조금 뒤에 다시 오세요.",
}

_DATABASE: dict[str, str] = {
    "The database {file} is damaged.": "데이터베이스 파일이 망가졌어요 ({file}).",
    "Run `python -m profile_studio doctor`: it says the way back.": (
        "`python -m profile_studio doctor` 명령이 되돌리는 방법을 알려 줘요."
    ),
    "The database was made by a newer version of this studio (tables {revision}, here {ours}).": (
        "데이터베이스가 이 스튜디오의 더 새로운 버전에서 만들어졌어요 (표 {revision}, 여기는 {ours})."
    ),
    "Update the studio; `python -m profile_studio doctor` says which backup this version can use.": (
        "스튜디오를 업데이트하세요. 이 버전에서 쓸 수 있는 백업은 `python -m profile_studio doctor` 명령이 알려 줘요."
    ),
    "The database {file} is gone, but there is a backup of it ({backup}).": (
        "데이터베이스 파일이 없어졌지만 ({file}), 백업이 있어요 ({backup})."
    ),
    "`python -m profile_studio backup restore` puts it back; to begin anew, move the folder `backups` away.": (
        "`python -m profile_studio backup restore` 명령으로 되돌릴 수 있어요. 새로 시작하려면 `backups` 폴더를 다른 곳으로 옮기세요."
    ),
    "There is no backup {name!r} that can be used.": "쓸 수 있는 “{name}” 백업이 없어요.",
    "There is no backup that can be used.": "쓸 수 있는 백업이 없어요.",
    "`python -m profile_studio backup list` shows the ones there are.": (
        "`python -m profile_studio backup list` 명령으로 백업 목록을 볼 수 있어요."
    ),
    "The studio runs on this home folder and has the database open.": (
        "스튜디오가 이 홈 폴더에서 실행 중이라 데이터베이스를 쓰고 있어요."
    ),
    "Stop it, then put the backup back.": "스튜디오를 멈춘 뒤 백업을 되돌리세요.",
    "The database is on a server; the studio makes no backups of it.": (
        "데이터베이스가 서버에 있어서 스튜디오가 백업하지 않아요."
    ),
    "Use the server's own backups, such as pg_dump.": "pg_dump처럼 서버의 백업 방법을 쓰세요.",
    "The database server at {host} does not answer.": "{host}에 있는 데이터베이스 서버가 응답하지 않아요.",
    "Start it, or mend PROFILE_STUDIO_DATABASE_URL; then try again.": (
        "서버를 켜거나 PROFILE_STUDIO_DATABASE_URL 값을 고친 뒤 다시 해 보세요."
    ),
    "Another program has kept the database {file} locked for {seconds} seconds.": (
        "다른 프로그램이 데이터베이스 {file} 파일을 {seconds}초 동안 잠그고 있어요."
    ),
    "Try again in a moment; if it stays, close what has the file open, such as a backup or a sync program.": (
        "잠시 뒤 다시 해 보세요. 계속되면 백업이나 동기화처럼 그 파일을 열고 있는 프로그램을 닫으세요."
    ),
}

_COMPARING: dict[str, str] = {
    "{text!r} does not name a model.": "“{text}”: 모델을 가리키는 말이 아니에요.",
    "Write base, NAME, NAME=0.6+NAME=0.4 (weights 0 to {limit}) or NAME@STEP.": (
        "base, 이름, 이름=0.6+이름=0.4 (세기는 0에서 {limit}까지), 이름@스텝 가운데 하나로 적으세요."
    ),
    "{name} has no checkpoint at step {step}.": "“{name}” LoRA에는 {step}스텝에 저장된 것이 없어요.",
    "It has: {steps}.": "저장된 스텝: {steps}.",
    "Only LoRAs trained in this studio keep checkpoints.": "이 스튜디오에서 학습한 LoRA에만 중간 저장본이 있어요.",
    "{name} was not trained in this studio.": "이 스튜디오에서 학습한 LoRA가 아니에요: {name}.",
    "The training {job!r} kept only one step, so there is nothing to choose from.": (
        "이 학습에는 저장된 스텝이 하나뿐이라 고를 것이 없어요: {job}."
    ),
    "Train with sample pictures: a step is kept with each of them.": (
        "예시 그림을 만들면서 학습하세요. 예시 그림을 만들 때마다 스텝이 저장돼요."
    ),
    "The job {job!r} is not a finished training.": "끝난 학습이 아니에요: {job}.",
    "Take the id of a finished training.": "끝난 학습의 번호를 쓰세요.",
    "Delete it first.": "그것을 먼저 지우세요.",
    "measures the loss of {model}": "손실을 재는 중: {model}",
    "{model} is not recommended: {why}.": "{model}: 추천하지 않아요. {why}.",
    "it repeats training pictures": "학습한 사진을 그대로 그려요",
    "its pictures of one prompt differ only {share} as much as the base's": (
        "한 프롬프트의 그림들이 기본 모델의 {share}만큼만 서로 달라요"
    ),
    "it follows the prompts surely less well than the base": "프롬프트를 기본 모델보다 확실히 덜 따라요",
    "Closeness to a style was not measured, so no step is recommended.": (
        "화풍이 얼마나 가까운지 재지 않아서 추천할 스텝이 없어요."
    ),
    "No step is recommended: each one that was drawn has a fault.": (
        "추천할 스텝이 없어요. 그려 본 스텝마다 흠이 있어요."
    ),
    "Clear: {model} is the earliest of the drawn steps that comes as close to your style as the best.": (
        "분명해요: 그려 본 스텝 가운데 가장 가까운 것만큼 내 화풍에 가까우면서 가장 이른 것은 {model}."
    ),
    "Likely: {model} is the earliest of the drawn steps that comes as close to your style as the best; with other "
    "prompts it may be {rival}.": (
        "아마도: 그려 본 스텝 가운데 가장 가까운 것만큼 내 화풍에 가까우면서 가장 이른 것은 {model}. "
        "다른 프롬프트라면 {rival}일 수도 있어요."
    ),
    "Cannot tell: look at the pictures of {model} and {rival}. These prompts do not show which is closer to your style.": (
        "알 수 없어요. 두 스텝의 그림을 직접 보세요: {model}, {rival}. 이 프롬프트로는 어느 쪽이 내 화풍에 더 가까운지 드러나지 않아요."
    ),
    "Too few pictures were put aside before the training, so losses could not say which steps to draw: drawn were {models}.": (
        "학습 전에 따로 둔 사진이 너무 적어서 손실로는 어느 스텝을 그려 볼지 정할 수 없었어요. 그려 본 스텝: {models}."
    ),
    "The losses of pictures that were put aside chose what to draw: {models}.": (
        "따로 둔 사진의 손실로 그려 볼 스텝을 골랐어요: {models}."
    ),
    "Not drawn, because they know the learned pictures by heart and others no better than the base: {models}.": (
        "배운 사진은 외웠지만 다른 사진은 기본 모델보다 나을 것이 없어서 그리지 않았어요: {models}."
    ),
    "There is nothing to compare the base with.": "기본 모델과 비교할 것이 없어요.",
    "Choose at least one LoRA.": "LoRA를 하나 이상 고르세요.",
    "This would be {count} pictures; at most {limit} are allowed.": (
        "그림 {count}장을 만들어야 해요. {limit}장까지만 만들 수 있어요."
    ),
    "Choose fewer models, prompts or seeds.": "모델, 프롬프트, 시드를 줄이세요.",
    "{metric} needs {network}, which is not on this computer.": "{metric} 지표에 필요한 것이 이 컴퓨터에 없어요: {network}.",
    "Fetch it by `evaluators fetch {evaluator}`, or leave the metric out.": (
        "`evaluators fetch {evaluator}` 명령으로 받거나 지표를 빼세요."
    ),
    "the judge": "judge 모델",
    "the critic": "critic 모델",
    "the Inception network": "Inception 신경망",
    "CLIP ViT-B/32 by OpenAI": "OpenAI의 CLIP ViT-B/32",
    "The Inception network in {folder} cannot be read.": "Inception 신경망을 읽을 수 없어요: {folder}",
    "Delete {file} there and fetch it again by `evaluators fetch inception`, or leave out what needs it.": (
        "그곳의 {file} 파일을 지우고 `evaluators fetch inception` 명령으로 다시 받거나, 이것이 필요한 지표를 빼세요."
    ),
    "{metric} takes at least {fewest} pictures of the style; there are {count}.": (
        "{metric} 지표를 재려면 화풍 사진이 {fewest}장 이상 있어야 하는데 {count}장이에요."
    ),
    "Leave it out, or choose a data set with more pictures that were never trained on.": (
        "이 지표를 빼거나, 학습에 쓰지 않은 사진이 더 많은 세트를 고르세요."
    ),
    "There is no metric {metric!r}.": "“{metric}” 지표가 없어요.",
    "There are: {names}.": "쓸 수 있는 것: {names}.",
    "The judge in {folder} cannot be read, so nothing can be measured.": (
        "{folder} 폴더의 채점 모델을 읽을 수 없어서 아무것도 잴 수 없어요."
    ),
    "Fetch the repository's assets/judge again, or build it: python -m profile_studio.starter build --stage judge.": (
        "저장소의 assets/judge 폴더를 다시 받거나 직접 만드세요: python -m profile_studio.starter build --stage judge."
    ),
    "The critic in {folder} cannot be read, so faces cannot be scored.": (
        "{folder} 폴더의 얼굴 채점 모델을 읽을 수 없어서 얼굴을 채점할 수 없어요."
    ),
    "Fetch the repository's assets/critic again, or build it: python -m profile_studio.starter build --stage critic.": (
        "저장소의 assets/critic 폴더를 다시 받거나 직접 만드세요: python -m profile_studio.starter build --stage critic."
    ),
    "The captioner for photographs is not on this computer ({model}).": (
        "사진 설명을 쓰는 모델이 이 컴퓨터에 없어요 ({model})."
    ),
    "PROFILE_STUDIO_YUNET names {model}, where there is no file.": (
        "PROFILE_STUDIO_YUNET이 가리키는 {model} 파일이 없어요."
    ),
    "Put YuNet's .onnx file there, or unset the variable: OpenCV's Haar cascade then looks for faces.": (
        "그 자리에 YuNet의 .onnx 파일을 두거나 변수를 지우세요. 지우면 OpenCV의 Haar cascade로 얼굴을 찾아요."
    ),
    "{file} is not a YuNet that OpenCV can read.": "{file} 파일은 OpenCV가 읽을 수 있는 YuNet이 아니에요.",
    "Take face_detection_yunet_2023mar.onnx, or unset PROFILE_STUDIO_YUNET.": (
        "face_detection_yunet_2023mar.onnx 파일을 쓰거나 PROFILE_STUDIO_YUNET을 지우세요."
    ),
    "It could not be fetched: connect to the network and try again, set PROFILE_STUDIO_BLIP to a folder with BLIP, or write the captions by hand.": (
        "받아 오지 못했어요. 네트워크에 연결하고 다시 하거나, PROFILE_STUDIO_BLIP을 BLIP이 있는 폴더로 정하거나, "
        "설명을 직접 쓰세요."
    ),
    "Fetch it by `evaluators fetch blip`, set PROFILE_STUDIO_BLIP to a folder with BLIP, "
    "or write the captions by hand.": (
        "`evaluators fetch blip` 명령으로 받거나, PROFILE_STUDIO_BLIP을 BLIP이 있는 폴더로 정하거나, "
        "설명을 직접 쓰세요."
    ),
    "No recommendation: whatever is closer to your style follows the prompts less well than the base.": (
        "추천할 모델이 없어요. 내 화풍에 더 가까운 모델은 모두 프롬프트를 기본 모델보다 덜 따라요."
    ),
    "No recommendation: whatever is closer to your style repeats training pictures too often.": (
        "추천할 모델이 없어요. 내 화풍에 더 가까운 모델은 모두 학습한 사진을 너무 자주 그대로 그려요."
    ),
    "{model} is{others} surely closer to your style than the base, and does not follow the prompts surely worse.": (
        "{model}: 기본 모델보다 내 화풍에 확실히 더 가깝고{others}, 프롬프트를 덜 따른다고 할 수도 없어요."
    ),
    " the closest of those": ", 그중 가장 가깝고",
    "{model} repeats training pictures: {share} of its pictures are nearly copies.": (
        "{model}: 학습한 사진을 그대로 그려요. 그림의 {share} 정도는 거의 복사본이에요."
    ),
    "{model} {claim} (sure).": "{model}: {claim}고 확실히 말할 수 있어요.",
    "Cannot tell whether {model} {claim}: if there is a difference, chance hides it.": (
        "{model}: {claim}고 할 수 있을지 알 수 없어요. 차이가 있더라도 우연과 구별되지 않아요."
    ),
    "Cannot tell yet whether {model} {claim}: if the difference is as large as it looks, about {count} more prompts "
    "would show it.": (
        "{model}: {claim}고 할 수 있을지 아직 알 수 없어요. 차이가 지금 보이는 만큼이라면, 프롬프트가 {count}개쯤 더 있으면 알 수 있어요."
    ),
    "So few prompts ({n}) cannot tell more, however many pictures each has: ask for at least {fewest}.": (
        "프롬프트가 {n}개뿐이라, 프롬프트마다 그림이 몇 장이든 더는 알 수 없어요. 프롬프트 {fewest}개 이상으로 비교하세요."
    ),
    "Closeness to a style was not measured, so no model is recommended.": (
        "화풍이 얼마나 가까운지 재지 않아서 추천할 모델이 없어요."
    ),
    "No model is recommended: style_similarity is not among the first three metrics.": (
        "추천할 모델이 없어요. style_similarity 지표가 앞의 세 지표에 들어 있지 않아요."
    ),
    "No model is closer to your style than the base: keep the base.": (
        "기본 모델보다 내 화풍에 가까운 모델이 없어요. 기본 모델을 그대로 쓰세요."
    ),
    "No model is surely closer to your style than the base.": "기본 모델보다 내 화풍에 확실히 더 가까운 모델은 없어요.",
    "Closeness to a style is not measured: no data set was chosen.": (
        "세트를 고르지 않아서 화풍이 얼마나 가까운지 재지 않았어요."
    ),
    "Variety is not measured: it takes at least two seeds.": "다양함은 재지 않았어요. 시드가 둘 이상 필요해요.",
    "{metric} is not measured: it takes at least {count} pictures of each model.": (
        "{metric} 지표는 재지 않았어요. 모델마다 그림이 {count}장 이상 필요해요."
    ),
    "{metric} is not measured: it takes at least {count} pictures of the style.": (
        "{metric} 지표는 재지 않았어요. 화풍 사진이 {count}장 이상 필요해요."
    ),
    "{metric} is not measured: to its encoder all these pictures look the same.": (
        "{metric} 지표는 재지 않았어요. 이 지표의 인코더에는 이 그림들이 모두 똑같아 보여요."
    ),
    "{model} is held against no style: the pictures it learned from are gone.": (
        "{model}: 배운 사진이 없어져서 화풍과 견주지 않았어요."
    ),
    "Style accuracy is not measured: it takes models of at least two styles.": (
        "화풍 인식률은 재지 않았어요. 서로 다른 화풍의 모델이 둘 이상 필요해요."
    ),
    "Asked for twice and measured once: {what}.": "두 번 적혀 있어서 한 번만 쟀어요: {what}.",
    "The end of this prompt is too long to be scored: {prompt}": "너무 길어서 끝부분은 점수에 들어가지 않은 프롬프트: {prompt}",
    "{models}, held against {dataset}: {note}": "{models} (기준: {dataset}): {note}",
    "With {n} prompts nothing can be called sure, however many pictures each has: give at least {fewest}.": (
        "프롬프트가 {n}개면 프롬프트마다 그림이 몇 장이든 아무것도 확실히 말할 수 없어요. {fewest}개 이상 적으세요."
    ),
    "It can show a change of {difference} in “{metric}”; for half of that give {count} prompts. {time}": (
        "“{metric}” 값이 {difference} 넘게 달라지면 알 수 있어요. 그 절반까지 알려면 프롬프트를 {count}개 적으세요. {time}"
    ),
    "There is no study {name!r}.": "그런 연구는 없어요: {name}.",
    "There is no picture {file}.": "그림 파일이 없어요: {file}.",
    "Give the path of a picture.": "그림 파일의 경로를 쓰세요.",
    "{folder} does not have two classes with pictures to learn from and to test on.": (
        "배울 그림과 시험할 그림이 있는 분류가 둘이 아니에요: {folder}."
    ),
    "Put pictures into train/CLASS and test/CLASS, or make them with `lab classes`.": (
        "train/분류와 test/분류에 그림을 넣거나 `lab classes` 명령으로 만드세요."
    ),
    "One class alone cannot be told from others.": "분류가 하나뿐이면 구별할 것이 없어요.",
    "Name at least two with --class NAME=PROMPT.": "--class 이름=프롬프트로 둘 이상 적으세요.",
    "One picture a prompt leaves none to test on.": "프롬프트마다 그림이 하나면 시험할 그림이 없어요.",
    "Ask for at least two.": "둘 이상 만드세요.",
    "The laboratory's process ended with {code}.": "실험실 프로세스가 {code} 코드로 끝났어요.",
    "Try again; `doctor` says what works.": "다시 해 보세요. `doctor` 명령이 무엇이 되는지 알려 줘요.",
    "{name} is twice in {text!r}.": "같은 LoRA가 두 번 적혀 있어요: {name} ({text}).",
    "Name it once, with the sum of its weights.": "가중치를 더해서 한 번만 적으세요.",
    "{metric} takes at least {fewest} pictures of each model; these prompts and seeds make {count}.": (
        "{metric} 지표를 재려면 모델마다 그림이 {fewest}장 이상 있어야 하는데, 이 프롬프트와 시드로는 {count}장이에요."
    ),
    "Leave it out, or ask for more prompts or seeds.": "이 지표를 빼거나 프롬프트나 시드를 늘리세요.",
    "Copies are not counted: the training pictures are gone.": "학습한 사진이 없어져서 베낀 그림을 세지 않았어요.",
    "The style is measured against all {count} pictures of {dataset!r}, the trained ones too, "
    "because too few were held out: look at the copies before you trust a gain.": (
        "“{dataset}” 세트에 따로 둔 사진이 너무 적어서, 학습한 사진까지 {count}장 모두와 견주어 화풍을 쟀어요. "
        "나아졌다고 믿기 전에 ‘내 사진을 베낌’ 값을 먼저 보세요."
    ),
    "The style is measured against {count} pictures that were never trained on.": (
        "학습에 쓰지 않은 사진 {count}장과 견주어 화풍을 쟀어요."
    ),
}

_ADVICE: dict[str, str] = {
    "No picture has a caption, so the LoRA cannot tell the person from clothes and background.": (
        "설명이 있는 사진이 없어서, LoRA가 사람을 옷이나 배경과 구별할 수 없어요."
    ),
    "{without} of {pictures} have no caption, so nobody can tell how varied angle, expression, light and background are.": (
        "{pictures} 가운데 {without}장에 설명이 없어서, 각도와 표정, 빛, 배경이 얼마나 다양한지 알 수 없어요."
    ),
    "There is no trigger word; without one the look cannot be called up by name.": (
        "호출어가 없어요. 호출어가 없으면 이 화풍을 이름으로 불러낼 수 없어요."
    ),
    "A set of {pictures} is small: {good} to 30 different ones give a steadier result.": (
        "{pictures}이면 적어요. 서로 다른 사진 {good}~30장이면 결과가 더 안정돼요."
    ),
    "All pictures are rather dark: add two in daylight.": "사진이 모두 어두운 편이에요. 낮에 찍은 사진을 두 장 더하세요.",
    "All pictures are very bright: add two with shadows.": "사진이 모두 아주 밝아요. 그늘이 있는 사진을 두 장 더하세요.",
    "All pictures have the same background ({background}): add two with another.": (
        "모든 사진의 배경이 같아요 ({background}). 배경이 다른 사진을 두 장 더하세요."
    ),
    "The captions name hardly any expression: add a smile and a serious look, and say so.": (
        "설명에 표정이 거의 없어요. 웃는 사진과 진지한 사진을 더하고 설명에도 적으세요."
    ),
    "No caption says otherwise, so all pictures seem to look straight ahead: add two from the side.": (
        "설명으로 보면 모든 사진이 정면을 보고 있어요. 옆모습을 두 장 더하세요."
    ),
    "No caption says otherwise, so all pictures seem to have the same light: add one outdoors and one in the evening.": (
        "설명으로 보면 모든 사진의 빛이 같아요. 야외 사진과 저녁 사진을 한 장씩 더하세요."
    ),
    "The captions name no skin tone, age or gender, so nobody can tell how varied the people are.": (
        "설명에 피부색, 나이, 성별이 없어서 사람들이 얼마나 다양한지 알 수 없어요."
    ),
    "All {count} captions that name a skin tone say \u201c{words}\u201d: add people of other skin tones.": (
        "피부색을 적은 설명 {count}개가 모두 “{words}”라고 해요. 피부색이 다른 사람도 더하세요."
    ),
    "All {count} captions that name an age say \u201c{words}\u201d: add people of other ages.": (
        "나이를 적은 설명 {count}개가 모두 “{words}”라고 해요. 나이가 다른 사람도 더하세요."
    ),
    "All {count} captions that name a gender say \u201c{words}\u201d: add people of another gender.": (
        "성별을 적은 설명 {count}개가 모두 “{words}”라고 해요. 성별이 다른 사람도 더하세요."
    ),
    "\u201c{word}\u201d already means something to a base model; a made-up word learns cleaner.": (
        "“{word}”: 기본 모델이 이미 뜻을 아는 낱말이에요. 새로 지은 낱말이 더 깔끔하게 배워요."
    ),
    "\u201c{word}\u201d is very short and may be part of other words; take four letters or more.": (
        "“{word}”: 너무 짧아서 다른 낱말의 일부일 수 있어요. 네 글자 이상으로 정하세요."
    ),
    "\u201c{word}\u201d already calls up the LoRA {name}; both would answer in a blend.": (
        "“{word}”: 이미 {name} LoRA를 불러내는 낱말이에요. 함께 섞으면 둘 다 나타나요."
    ),
    "\u201c{words}\u201d ({captions}) never changes in this face: leave it out, and describe hair, expression, "
    "light and angle instead.": (
        "“{words}” ({captions}): 이 얼굴에서 늘 같은 점이에요. 빼고, 머리 모양과 표정, 빛, 각도를 적으세요."
    ),
    "\u201c{name}\u201d ({captions}) names the person, which is what the trigger word is for: leave it out, "
    "and describe hair, expression, light and angle instead.": (
        "“{name}” ({captions}): 사람 이름이에요. 이름은 호출어가 대신하니 빼고, 머리 모양과 표정, 빛, 각도를 적으세요."
    ),
    "\u201c{words}\u201d ({captions}) is how the pictures look, which the trigger word should learn: leave it "
    "out, and describe what is in the picture.": (
        "“{words}” ({captions}): 그림의 화풍이에요. 화풍은 호출어가 배우니 빼고, 사진에 무엇이 있는지 적으세요."
    ),
    "Every caption says \u201c{tag}\u201d: what is the same everywhere is what the trigger word learns, so it can be "
    "left out.": ("모든 설명에 “{tag}” 낱말이 있어요. 늘 같은 것은 호출어가 배우니 빼도 돼요."),
}

_CHANGES: dict[str, str] = {
    "imported": "가져옴",
    "found again by its folder; captions and consent were lost": "폴더에서 다시 찾음. 설명과 동의 정보는 사라짐",
    "the caption of {file}": "{file} 설명",
    "{edit}: {words} by {replacement}": "{edit}: {words} → {replacement}",
    "{edit}: {words}": "{edit}: {words}",
    "replace": "바꾸기",
    "prefix": "앞에 붙이기",
    "suffix": "뒤에 붙이기",
    "undone: {what}": "되돌림: {what}",
    "the trigger word: {word}": "호출어: {word}",
    "the class word: {word}": "종류 낱말: {word}",
    "kept: {file}": "넣음: {file}",
    "set aside: {file}": "뺌: {file}",
    "set aside: {pictures} with several faces": "뺌: 얼굴이 여럿인 {pictures}",
    "held out: {fraction}": "확인용 비율: {fraction}",
    "references added: {count}": "비교용 사진 추가: {count}장",
    "captions by {captioner} for {pictures}": "{captioner} 모델로 쓴 설명: {pictures}",
    "{count} pictures": "사진 {count}장",
    "1 picture": "사진 1장",
    "{count} thumbnails": "미리보기 {count}장",
    "{count} captions": "설명 {count}개",
    "1 caption": "설명 1개",
    "1 thumbnail": "미리보기 1장",
    "the training {job}": "학습 {job}",
    "the comparison {job}": "비교 {job}",
    "the captioning {job}": "설명 쓰기 {job}",
    "the fetch {job}": "내려받기 {job}",
    "the job {job}": "작업 {job}",
    "This version of the studio cannot do what the job {job} asks for.": "작업 {job}에 필요한 일을 이 버전의 스튜디오는 할 수 없습니다.",
    "Update the studio, then start it again.": "스튜디오를 업데이트한 다음 다시 시작하세요.",
    "{job} until you delete it under Storage": "{job} (저장 공간에서 삭제할 때까지)",
    "{job} until it is canceled": "{job} (취소될 때까지)",
    "the copy that {job} keeps until it is over": "{job} 작업이 끝날 때까지 가지고 있는 사본",
    "the LoRA {name} until you delete it by itself": "{name} LoRA (따로 삭제할 때까지)",
    "the cover picture of {name}": "{name} 표지 그림",
    "{pictures} in the gallery made with the LoRA {name} until you delete them there": (
        "갤러리에서 {name} LoRA로 만든 {pictures} (갤러리에서 지울 때까지)"
    ),
    "a part of its pictures until the next import removes it": "사진 일부 (다음에 사진을 가져올 때 지워짐)",
    "names in the file of the database's last changes until the studio stops": (
        "데이터베이스의 마지막 변경 기록에 있는 이름 (스튜디오를 멈출 때까지)"
    ),
    "the older backups of the database until they are a week old": "데이터베이스의 예전 백업 (일주일이 지날 때까지)",
    "the older backups of the database": "데이터베이스의 예전 백업",
    "{what} of the training {job}": "학습 {job}의 {what}",
    "the LoRA {name}": "{name} LoRA",
}

_FORMS: dict[str, str] = {  # what `domain/validation.py` makes of pydantic's types of problems
    "pydantic:greater_than_equal": "{ge} 이상이어야 해요",
    "pydantic:greater_than": "{gt}보다 커야 해요",
    "pydantic:less_than_equal": "{le} 이하여야 해요",
    "pydantic:less_than": "{lt}보다 작아야 해요",
    "pydantic:int_type": "정수여야 해요",
    "pydantic:int_parsing": "정수여야 해요",
    "pydantic:int_from_float": "소수점 없는 정수여야 해요",
    "pydantic:float_type": "숫자여야 해요",
    "pydantic:float_parsing": "숫자여야 해요",
    "pydantic:finite_number": "끝이 있는 숫자여야 해요",
    "pydantic:string_type": "글자를 입력해야 해요",
    "pydantic:tuple_type": "목록이어야 해요",
    "pydantic:literal_error": "다음 중 하나여야 해요: {expected}",
    "pydantic:enum": "다음 중 하나여야 해요: {expected}",
    "pydantic:missing": "꼭 필요한 값이에요",
    "pydantic:extra_forbidden": "모르는 설정이에요",
    "pydantic:string_too_short": "{min_length}자 이상이어야 해요",
    "pydantic:string_too_long": "{max_length}자 이하여야 해요",
    "pydantic:too_short": "{min_length}개 이상이어야 해요",
    "pydantic:too_long": "{max_length}개 이하여야 해요",
}

KOREAN_SENTENCES: dict[str, str] = {
    **_PROMPTS,
    **_BASES_AND_ADAPTERS,
    **_NAMES_AND_SETS,
    **_JOBS,
    **_TRAINING,
    **_ENGINE_AND_DEMO,
    **_DATABASE,
    **_COMPARING,
    **_ADVICE,
    **_CHANGES,
    **_FORMS,
}
