# make run    sets everything up and opens the studio
# make test   sets everything up and runs every test
# make check  format, lint, types, layers and the quick tests (<= 3 minutes)
# make soak   imports 2,000 malformed uploads, 100 random zips in old code pages, 2,000 sets of captions in older
#             encodings; reads 2,000 random LoRAs in every spelling, whole and damaged; kills jobs 60 times, fills a disk 20 times
# make conformance  prints which fact of a trainer holds for which family, and which finds which planted fault
# make fix    formats and mends what can be mended by itself
# make deploy-space NAME=me/my-studio [ZERO_GPU=1]   puts the studio on a Hugging Face Space
# make screenshots   takes the pictures of docs/screens anew, in both languages (six minutes)
# make bench  measures the numbers of the README (about ten minutes on an idle machine)
.PHONY: run test soak conformance check fix install dev chromium postgres bench screenshots deploy-space
PY = .venv/bin/python
# Tests run beside processes they start: threads that spin while they wait would starve those on two cores.
export OMP_WAIT_POLICY ?= PASSIVE
# Two at once for all but the browser's tests, whose processes fill two cores by themselves.
TWO_AT_ONCE = OMP_NUM_THREADS=1 $(PY) -m pytest -n 2 --dist worksteal

run: install
	$(PY) app.py

install:
	@scripts/install.sh run

dev:
	@scripts/install.sh dev
	@scripts/fetch_clip_vocabulary.sh

chromium:
	@scripts/install_chromium.sh

postgres:
	@scripts/install_postgres.sh

check: dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/pyright
	.venv/bin/lint-imports
	$(TWO_AT_ONCE) -m "not slow and not browser and not gpu"

test: dev chromium postgres
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/pyright
	.venv/bin/lint-imports
	$(TWO_AT_ONCE) -m "not browser and not gpu"
	$(PY) -m pytest -m "browser and not gpu"

soak: dev
	$(PY) -m tests.services.malformed_uploads 2000
	$(PY) -m tests.services.legacy_zips 100
	$(PY) -m tests.random_spellings 2000
	$(PY) -m tests.jobs.random_kills 60
	$(PY) -m tests.jobs.filling_disk 20

conformance: dev
	OMP_NUM_THREADS=1 $(PY) -m tests.conformance

fix: dev
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

deploy-space: install
	@$(PY) scripts/deploy_space.py "$(NAME)" $(if $(ZERO_GPU),--zero-gpu)

screenshots: dev chromium
	$(PY) -m scripts.screenshots

bench: dev
	$(PY) -m benchmarks.startup
	$(PY) -m benchmarks.live_lane
	$(PY) -m benchmarks.picture_during_training
	$(PY) -m benchmarks.style_gain
	$(PY) -m benchmarks.click_ready
	$(PY) -m benchmarks.strangers_path
