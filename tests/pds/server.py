"""A real Bluesky server on loopback, out of the npm registry: installed once into ``var/pds``, then started for a run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / "var" / "pds"
DESCRIPTION = ("package.json", "package-lock.json")
INSTALL_SECONDS = 900
"""Its SQLite is compiled where no ready-made one can be had."""
START_SECONDS = 90
NEEDED = 22
"""The least version of Node that it runs on."""


class NotHere(Exception):
    """It cannot run on this machine; the message says why."""


@dataclass(frozen=True)
class Running:
    """A server that runs."""

    url: str
    version: str
    secret: bytes
    """It signs its tokens with this."""


def install() -> dict[str, str]:
    """Install what the lock file names, unless it is there. Answers the environment to start it in.

    Raises ``NotHere`` with the step that failed and the last of what it printed.
    """
    if shutil.which("npm") is None:
        raise NotHere("npm is not installed")
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = (HERE / "package-lock.json").read_bytes()
    stamp = FOLDER / "installed.json"
    is_there = stamp.exists() and stamp.read_bytes() == wanted
    if not is_there:
        for name in DESCRIPTION:
            shutil.copy(HERE / name, FOLDER / name)
        _run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", env=os.environ)
    env = _environment()
    if not is_there:
        _run("npm", "rebuild", "better-sqlite3", "--foreground-scripts", env=env)
        stamp.write_bytes(wanted)
    return env


def _environment() -> dict[str, str]:
    """With a Node that is new enough: the one that came along, or the machine's own."""
    env = dict(os.environ)
    for binary in FOLDER.glob("node_modules/node-linux-*/bin/node"):
        env["PATH"] = f"{binary.parent}{os.pathsep}{env['PATH']}"
        env["npm_config_nodedir"] = str(binary.parents[1])  # its headers, which would be downloaded otherwise
    said = _run("node", "--version", env=env)
    if int(said.strip().lstrip("v").partition(".")[0]) < NEEDED:
        raise NotHere(f"Node {NEEDED} or newer is needed, this is {said.strip()}")
    return env


def _run(*words: str, env: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            words, cwd=FOLDER, env=env, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotHere(f"{' '.join(words)}: {error}") from error
    if done.returncode:
        said = [line for line in (done.stderr or done.stdout).splitlines() if "warn" not in line]
        errors = [line.removeprefix("npm error ") for line in said if line.startswith("npm error ")]
        why = " / ".join(errors[:3] or said[-3:])
        raise NotHere(f"{' '.join(words)} ended with {done.returncode}: {why}")
    return done.stdout


@contextmanager
def started() -> Iterator[Running]:
    """It runs until this ends. Raises ``NotHere``."""
    env = install()
    shutil.copy(HERE / "serve.mjs", FOLDER / "serve.mjs")
    with (
        (FOLDER / "log.txt").open("w") as log,
        subprocess.Popen(
            ["node", "serve.mjs"], cwd=FOLDER, env={**env, "LOG_ENABLED": "false"}, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=log, text=True,
        ) as server,
    ):  # fmt: skip
        try:
            told = _first_answer(server)
            yield Running(f"http://127.0.0.1:{told['port']}", str(told["version"]), str(told["secret"]).encode())
        finally:
            if server.stdin is not None:
                server.stdin.close()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def _first_answer(server: subprocess.Popen[str]) -> dict[str, object]:
    lines: Queue[str] = Queue()

    def read() -> None:
        for line in server.stdout or ():
            lines.put(line)
        lines.put("")

    Thread(target=read, daemon=True).start()
    try:
        while (line := lines.get(timeout=START_SECONDS)) and not line.startswith('{"port"'):
            pass
    except Empty:
        line = ""
    if not line:
        said = (FOLDER / "log.txt").read_text().strip().splitlines()[-3:]
        raise NotHere(f"it did not start within {START_SECONDS} s: {' / '.join(said)}")
    told: dict[str, object] = json.loads(line)
    return told
