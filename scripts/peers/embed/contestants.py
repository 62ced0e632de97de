"""The contestants: how each is started, talked to and held to its turn."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PREPARED = ROOT / "target/peers/all-MiniLM-L6-v2"
WORKERS = ["--manifest-path", "scripts/peers/workers/Cargo.toml", "--target-dir", "target/peers/workers"]
TICK = os.sysconf("SC_CLK_TCK")
# Nobody may take more threads than the others, whatever library counts them.
THREADS = {name: "2" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS")}

REFERENCE = "sentence-transformers f32"
PYTHON = {
    REFERENCE: "sentence-transformers:f32",
    "sentence-transformers bf16": "sentence-transformers:bf16",
    "ONNX Runtime f32": "onnxruntime:f32",
    "OpenVINO f32": "openvino:f32",
    "OpenVINO bf16": "openvino:bf16",
}
RUST = {"fastembed f32": "fastembed", "rust-bert pipeline f32": "rust_bert"}


class Absent(Exception):
    """Why a contestant can't take part."""


def cargo_binary(arguments, name):
    """Builds a binary and says where it is, so that no turn runs cargo."""
    command = ["cargo", "build", "--release", "--message-format=json-render-diagnostics", *arguments, "--bin", name]
    built = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if built.returncode != 0:
        raise Absent(f"`{' '.join(command)}` failed")
    rows = map(json.loads, built.stdout.splitlines())
    return next(row["executable"] for row in rows if row.get("executable") and row["target"]["name"] == name)


def onnxruntime_library():
    """The library of the Python wheel, which fastembed loads at run time."""
    import onnxruntime

    return str(next(Path(onnxruntime.__file__).parent.glob("capi/libonnxruntime.so*")))


def has_binary(package, name):
    """Whether a package of the workspace has a binary of that name."""
    metadata = ["cargo", "metadata", "--format-version", "1", "--no-deps"]
    packages = json.loads(subprocess.run(metadata, cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout)["packages"]
    targets = [target for found in packages if found["name"] == package for target in found["targets"]]
    return any(target["name"] == name and "bin" in target["kind"] for target in targets)


def command(name, sets_file):
    """The command line of a contestant and what it needs in its environment."""
    folder, sentences = str(PREPARED), str(sets_file)
    if name in PYTHON:
        worker = str(ROOT / "scripts/peers/embed/worker.py")
        return [sys.executable, "-W", "ignore", worker, PYTHON[name], folder, sentences], {}
    if name in RUST:
        onnx = ["--model", f"{folder}/model", "--onnx", f"{folder}/onnx/hidden-fused.onnx"]
        environment = {"ORT_DYLIB_PATH": onnxruntime_library()}
        return [cargo_binary(WORKERS, RUST[name]), *onnx, "--sentences", sentences], environment
    precision, _, backend = name.removeprefix("tifa ").partition("/")
    if not has_binary("benches", "embed_worker"):
        raise Absent("the package benches has no binary embed_worker")
    binary = cargo_binary(["-p", "benches"], "embed_worker")
    choice = ["--backend", backend] if backend else []
    return [binary, "--precision", precision, *choice, "--sentences", sentences], {}


def busy():
    """CPU seconds that the whole machine has used."""
    user, nice, system, _, _, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICK


class Contestant:
    """A running worker. It sleeps but in its turns."""

    def __init__(self, name, words, environment, cpus):
        self.name, self.notes = name, []
        self.process = subprocess.Popen(
            words,
            cwd=ROOT,
            env=os.environ | THREADS | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: os.sched_setaffinity(0, cpus),
        )
        self.load = self.answer("ready")

    def answer(self, word):
        """The number behind the awaited word; what comes before it are notes."""
        for line in self.process.stdout:
            head, _, rest = line.strip().partition(" ")
            if head == word:
                return float(rest)
            if head == "note":
                self.notes.append(rest)
        raise Absent(f"the worker ended with status {self.process.wait()} before it said '{word}'")

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def used(self):
        """CPU seconds of the worker, all its threads together."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def turn(self, set_name):
        """Seconds of one pass, and how many CPUs anything else on the machine kept busy meanwhile."""
        machine, own = busy(), self.used()
        self.tell(f"go {set_name}")
        seconds = self.answer("done")
        others = (busy() - machine) - (self.used() - own)
        return seconds, max(0.0, others) / seconds

    def leave(self):
        self.process.stdin.close()
        self.process.wait()
