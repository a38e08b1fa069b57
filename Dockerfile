# One image for the page, the worker and a Docker Space. It installs with the same script as `make run`.
#   docker build -t profile-studio .                        CPU
#   docker build -t profile-studio --build-arg TORCH=cuda . NVIDIA GPU (run it with --gpus all)
# Run it with -p 127.0.0.1:7860:7860: a port that is published to every address needs PROFILE_STUDIO_PASSWORD.
FROM python:3.11-slim-bookworm

ARG TORCH=cpu

# Hugging Face runs containers as user 1000; a data volume then belongs to the same user everywhere.
RUN useradd --create-home --uid 1000 studio \
    && install --directory --owner studio --group studio /home/studio/app /data
USER 1000
WORKDIR /home/studio/app

# Packages first: they stay cached while only the code changes.
COPY --chown=1000:1000 requirements.txt ./
COPY --chown=1000:1000 scripts/install.sh scripts/
RUN PIP_NO_CACHE_DIR=1 TORCH=$TORCH scripts/install.sh run

COPY --chown=1000:1000 . .

ENV PROFILE_STUDIO_HOME=/data \
    PROFILE_STUDIO_CONTAINER=1 \
    GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_SERVER_PORT=7860 \
    PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD [".venv/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:7860/healthz', timeout=4)"]

# The page with its worker. docker-compose.yml runs them as two containers instead.
CMD [".venv/bin/python", "app.py"]
