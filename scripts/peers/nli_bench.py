"""Times texts and labels to entailment scores, tokenization included, for Tifa and transformers' zero-shot
pipeline with the same weights, in 32-bit floats on two CPUs.

Each contestant is a process of its own that loads the model once. They take turns, one at a time, in
rounds of rotated order; the figures are medians of the rounds. An untimed round comes first, and its
scores must agree.
"""

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "embed"))

import numpy  # noqa: E402
import report  # noqa: E402
import sets  # noqa: E402
from contestants import ROOT, Absent, Contestant, cargo_binary  # noqa: E402

WEIGHTS = ROOT / "models/all-MiniLM-L6-v2/weights"
CACHE = ROOT / "target/peers/nli"
# Of each whether Tifa runs it in integers too.
SHAPES = {"minilm": True, "bert-base": True, "deberta-v3-small": False, "bart-base": False}
TIFA, SHORT, DEFAULT, BEST = "tifa f32", "tifa int16", "pipeline f32", "pipeline f32, best batch size"
# What scores of the same weights may differ by: 32-bit sums come in different orders; integers of 16 bits
# hold 12 bits and more of a number.
AGREES = {SHORT: 5e-3}
AGREES_F32 = 1e-4
# For the threads of the last contestant to fall asleep.
PAUSE = 0.5
WORK = {
    "template": "This text is about {}.",
    "labels": [
        "agriculture and rural areas",
        "law and justice",
        "education",
        "trade",
        "energy and climate",
        "defence",
        "health",
        "culture",
        "science and technology",
        "foreign affairs",
    ],
    "multi_label": True,
}


def arguments():
    parser = argparse.ArgumentParser(prog="nli_bench", description=__doc__)
    parser.add_argument("--shapes", default=",".join(SHAPES), help="default: %(default)s")
    parser.add_argument("--sets", default="mixed,short", help="default: %(default)s")
    parser.add_argument("--sentences", type=int, default=50, help="so many a set (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cpus", default="0,1", help="the CPUs that all run on (default: %(default)s)")
    parser.add_argument("--worker", help="a built nli_worker; default: build it, without libtorch")
    parser.add_argument(
        "--csv", type=Path, default=Path("target/peers/nli.csv"), help="the rounds (default: %(default)s)"
    )
    return parser.parse_args()


def model(shape):
    """The folder of the shape's model, made where it is missing."""
    folder = CACHE / shape
    if not folder.joinpath("tokenizer.json").exists():
        script = str(ROOT / "scripts/peers/nli/prepare.py")
        subprocess.run([sys.executable, "-W", "ignore", script, shape, WEIGHTS, folder], check=True)
    return str(folder)


def contestants(shape, file, tifa, cpus):
    folder = model(shape)
    worker = str(ROOT / "scripts/peers/nli/worker.py")
    python = [sys.executable, "-W", "ignore", worker, folder, str(file)]
    own = [tifa, "--model", folder, "--work", str(file), "--replicas", str(len(cpus))]
    words = {
        TIFA: own,
        SHORT: [*own, "--precision", "int16"],
        DEFAULT: [*python, "1"],
        BEST: [*python, "best"],
    }
    if not SHAPES[shape]:
        del words[SHORT]
    return [Contestant(name, command, {}, cpus) for name, command in words.items()]


def scores_file(contestant, set_name):
    return CACHE / f"{contestant.name.replace(' ', '-')}-{set_name}.npy"


def race(running, names, rounds):
    """Seconds by contestant and set of all timed rounds, and one row a turn."""
    rows = []
    for number in range(rounds + 1):
        for set_name in names:
            for place in range(len(running)):
                contestant = running[(number + place) % len(running)]
                seconds, others = contestant.turn(set_name)
                if number == 0:
                    contestant.tell(f"save {scores_file(contestant, set_name)}")
                    contestant.answer("saved")
                else:
                    row = {"contestant": contestant.name, "set": set_name, "round": number}
                    rows.append(row | {"seconds": round(seconds, 6), "other_cpus": round(others, 3)})
                time.sleep(PAUSE)
    return rows


def tell(rows, running, set_name, pairs):
    """Prints a set's table; whether all agree."""
    scores = {c.name: numpy.load(scores_file(c, set_name)) for c in running}
    medians = {
        c.name: statistics.median(r["seconds"] for r in rows if r["contestant"] == c.name and r["set"] == set_name)
        for c in running
    }
    agree = True
    print(f"\n{set_name}: {pairs} pairs\n")
    print("| | pairs/s | Tifa f32 is | Tifa int16 is | scores differ by at most |\n|---|---|---|---|---|")
    for name, seconds in medians.items():
        apart = float(numpy.abs(scores[name] - scores[DEFAULT]).max())
        # Padded batches may differ in their last digits too.
        agrees = apart <= AGREES.get(name, AGREES_F32)
        agree &= agrees
        ratios = [
            f"{seconds / medians[own]:.2f} times as fast" if own in medians and name != own else ""
            for own in (TIFA, SHORT)
        ]
        told = f"{apart:.1e}{'' if agrees else ' DISAGREES'}"
        print(f"| {name} | {pairs / seconds:.1f} | {ratios[0]} | {ratios[1]} | {told} |")
    spread = scores[DEFAULT].max() - scores[DEFAULT].min()
    print(f"\nscores lie {spread:.2f} apart")
    return agree and spread > 0.1


def main():
    options = arguments()
    cpus = [int(cpu) for cpu in options.cpus.split(",")]
    os.sched_setaffinity(0, cpus)
    if not WEIGHTS.joinpath("model.safetensors").exists():
        sys.exit(f"{WEIGHTS.relative_to(ROOT)} is missing: run scripts/setup")
    CACHE.mkdir(parents=True, exist_ok=True)
    source, texts, _ = sets.make(ROOT, WEIGHTS / "tokenizer.json")
    names = options.sets.split(",")
    work = WORK | {"sets": {name: texts[name][: options.sentences] for name in names}}
    file = CACHE / "work.json"
    file.write_text(json.dumps(work, ensure_ascii=False))
    print(f"{report.machine(cpus)}\nsentences: {source}")
    tifa = options.worker or cargo_binary(["-p", "benches", "--no-default-features"], "nli_worker")

    agree, all_rows = True, []
    for shape in options.shapes.split(","):
        print(f"\n## {shape}")
        running = contestants(shape, file, tifa, cpus)
        try:
            rows = race(running, names, options.rounds)
        except Absent as why:
            sys.exit(f"a contestant broke off: {why}")
        for contestant in running:
            contestant.leave()
        all_rows += [{"shape": shape} | row for row in rows]
        for set_name in names:
            agree &= tell(rows, running, set_name, len(work["sets"][set_name]) * len(WORK["labels"]))
        for note in (note for contestant in running for note in contestant.notes):
            print(f"\n{note}")

    with open(options.csv, "w", newline="") as out:
        writer = csv.DictWriter(out, all_rows[0])
        writer.writeheader()
        writer.writerows(all_rows)
    if not agree:
        sys.exit(1)


main()
