"""`serverless-containers config` against `docker compose config`, on the same generated files."""

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.oracle import EXECUTABLE

SIZES = (10, 100, 1000, 5000)
ROUNDS = 3

SERVICE = """\
  service-{number}:
    build: {{context: ./app-{number}, args: [VERSION={number}, "MODE=${{MODE:-production}}"]}}
    image: registry.example.com/app-{number}:1.{number}
    command: serve --port 8080 --name 'service {number}'
    ports: ["{published}:8080", "9090"]
    environment:
      NUMBER: {number}
      URL: http://localhost:${{PORT:-8080}}/
    healthcheck: {{test: curl -f localhost, interval: 10s, timeout: 5s, retries: 3}}
    depends_on: [service-0]
    volumes: ["data:/data:ro"]
    deploy: {{resources: {{limits: {{cpus: "0.5", memory: 256M}}}}}}
    labels: [team=shop]
"""


def generated(count: int) -> str:
    """A Compose file of so many services."""
    services = (
        SERVICE.format(number=number, published=10000 + number).replace(
            "    depends_on: [service-0]\n", "" if number == 0 else "    depends_on: [service-0]\n"
        )
        for number in range(count)
    )
    return "services:\n" + "".join(services) + "volumes: {data: {}}\n"


def timed(command: list[str]) -> float:
    """The processor seconds of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def figures() -> dict[str, float]:
    """What is measured, by what it is called."""
    measured: dict[str, float] = {}
    ours = str(Path(sys.executable).with_name("serverless-containers"))
    for size in SIZES:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "compose.yaml"
            file.write_text(generated(size))
            theirs: list[float] = []
            own: list[float] = []
            for _ in range(ROUNDS):
                theirs.append(
                    timed([str(EXECUTABLE), "-f", str(file), "config", "--format", "json"])
                )
                own.append(timed([ours, "config", str(file), "--format", "json"]))
        target = " (target: at most 1.0)" if size == 1000 else ""
        measured[f"config of {size} services, processor seconds"] = round(statistics.median(own), 2)
        measured[f"config of {size} services over docker compose{target}"] = round(
            statistics.median(own) / statistics.median(theirs), 2
        )
    return measured
