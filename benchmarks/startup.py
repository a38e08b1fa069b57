"""From `python app.py` to the first HTTP 200, against a bare Gradio hello world, in alternating runs.

    python -m benchmarks.startup [--runs 7]

Prints one JSON object: both medians in seconds, their ratio, and the web process' memory in MB.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil

HELLO = "import gradio as gr, sys; gr.Interface(lambda name: name, 'text', 'text').launch(server_port=int(sys.argv[1]))"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def seconds_to_first_page(command: list[str], port: int, environment: dict[str, str]) -> tuple[float, float, list[str]]:
    """Starts the command, waits for its page, stops it.

    Returns: seconds, resident memory of the web process in MB, and which heavy packages it loaded.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                    if answer.status == 200:
                        break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                pass
            if process.poll() is not None or time.perf_counter() - start > 120:
                raise RuntimeError(f"{command} did not open a page")
            time.sleep(0.01)
        seconds = time.perf_counter() - start
        web = psutil.Process(process.pid)
        loaded = {Path(m.path).name for m in web.memory_maps() if "libtorch" in m.path}
        return seconds, web.memory_info().rss / 1e6, sorted(loaded)
    finally:
        process.terminate()
        process.wait(60)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    studio: list[float] = []
    hello: list[float] = []
    memory: list[float] = []
    torch_libraries: set[str] = set()
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"PROFILE_STUDIO_HOME": home, "GRADIO_ANALYTICS_ENABLED": "False"}
        for run in range(runs + 1):
            port = free_port()
            seconds, _, _ = seconds_to_first_page([sys.executable, "-c", HELLO, str(port)], port, environment)
            port = free_port()
            command = [sys.executable, "app.py", "--port", str(port), "--no-worker"]
            ours, megabytes, libraries = seconds_to_first_page(command, port, environment)
            if run:  # the first round fills the disk cache and makes the database
                hello.append(seconds)
                studio.append(ours)
                memory.append(megabytes)
                torch_libraries.update(libraries)
    print(
        json.dumps(
            {
                "runs": runs,
                "hello_median_s": round(statistics.median(hello), 2),
                "studio_median_s": round(statistics.median(studio), 2),
                "ratio": round(statistics.median(studio) / statistics.median(hello), 2),
                "web_memory_mb": round(max(memory)),
                "torch_libraries_in_web_process": sorted(torch_libraries),
            }
        )
    )


if __name__ == "__main__":
    main()
