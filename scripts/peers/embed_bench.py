"""Times text to vectors, tokenization included, for Tifa and its peers on the same sentences.

Each contestant is a process of its own that loads the model once. They take turns, one at a time, in
rounds of rotated order; the figures are medians of the rounds. An untimed round comes first, and its
vectors are held against those of sentence-transformers in float32.
"""

import argparse
import csv
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "embed"))

import numpy  # noqa: E402
import report  # noqa: E402
import sets  # noqa: E402
from contestants import PREPARED, PYTHON, REFERENCE, ROOT, RUST, Absent, Contestant, command  # noqa: E402

WEIGHTS = ROOT / "models/all-MiniLM-L6-v2/weights"
CACHE = ROOT / "target/peers"
# For the threads of the last contestant to fall asleep.
PAUSE = 0.5


def arguments():
    parser = argparse.ArgumentParser(prog="embed_bench", description=__doc__)
    parser.add_argument(
        "--precisions",
        default="f32,auto",
        help="Tifa's contestants, such as f32 or f32/bert, precision and backend (default: %(default)s)",
    )
    names = ", ".join([*PYTHON, *RUST, "tifa <precision>[/<backend>]"])
    parser.add_argument("--contestants", help=f"only these, by comma: {names}")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sets", default="mixed,short", help="default: %(default)s")
    parser.add_argument("--sentences", type=int, default=sets.SIZE, help="only so many a set, for a quick check")
    parser.add_argument("--cpus", default="0,1", help="the CPUs that all run on (default: %(default)s)")
    parser.add_argument(
        "--csv", type=Path, default=Path("target/peers/embed.csv"), help="the rounds (default: %(default)s)"
    )
    parser.add_argument("--limits", action="store_true", help="measure the limit of matrix multiplication too")
    return parser.parse_args()


def wanted(options):
    """Names in the order asked for; the reference is always among them."""
    if options.contestants:
        names = [name.strip() for name in options.contestants.split(",")]
        return names if REFERENCE in names else [REFERENCE, *names]
    names = [f"tifa {precision}" for precision in options.precisions.split(",")] + [*PYTHON, *RUST]
    if not report.has_bf16():
        # Tifa says itself what it can't do.
        left_out = [name for name in PYTHON if name.endswith("bf16")]
        print(f"left out, since the processor has no bfloat16: {', '.join(left_out)}", file=sys.stderr)
        names = [name for name in names if name not in left_out]
    return names


def sentences(options):
    """The file of sets that the workers read, and each set's subwords."""
    source, texts, subwords = sets.make(ROOT, WEIGHTS / "tokenizer.json")
    names = options.sets.split(",")
    texts = {name: texts[name][: options.sentences] for name in names}
    file = CACHE / "sentences.json"
    file.write_text(json.dumps(texts, ensure_ascii=False))
    return source, file, {name: subwords[name][: options.sentences] for name in names}


def start(names, file, cpus):
    """The workers that could be started, loaded one after the other."""
    running = []
    for name in names:
        print(f"loading {name}", file=sys.stderr)
        try:
            running.append(Contestant(name, *command(name, file), cpus))
        except Absent as why:
            print(f"without {name}: {why}", file=sys.stderr)
        time.sleep(PAUSE)
    return running


def vectors_file(contestant, set_name):
    return CACHE / "vectors" / f"{contestant.name.replace(' ', '-')}-{set_name}.npy"


def race(running, subwords, rounds):
    """One row a contestant, set and round; round 0 warms up and keeps the vectors."""
    rows = []
    for number in range(rounds + 1):
        for set_name, lengths in subwords.items():
            for place in range(len(running)):
                contestant = running[(number + place) % len(running)]
                seconds, others = contestant.turn(set_name)
                row = {"contestant": contestant.name, "set": set_name, "round": number, "seconds": round(seconds, 6)}
                row |= {"sentences": len(lengths), "subwords": sum(lengths), "other_cpus": round(others, 3)}
                print(*row.values(), file=sys.stderr)
                if number == 0:
                    contestant.tell(f"save {vectors_file(contestant, set_name)}")
                else:
                    rows.append(row)
                time.sleep(PAUSE)
    return rows


def limits():
    """Subwords a second that matrix multiplication alone would allow, by precision."""
    script = str(ROOT / "scripts/peers/embed/limits.py")
    printed = subprocess.run([sys.executable, script], stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {}
    for line in printed.splitlines():
        head, *rest = line.split(" ", 4)
        if head == "limit":
            name, flops, speed, form = rest
            if name == "f32" or report.has_bf16():
                found[name] = float(speed)
            print(f"{name} limit: {float(flops) / 1e9:.0f} GFLOP/s ({form}), {float(speed):.0f} subwords/s")
        else:
            print(line, file=sys.stderr)
    return found


def main():
    options = arguments()
    cpus = [int(cpu) for cpu in options.cpus.split(",")]
    os.sched_setaffinity(0, cpus)
    if not WEIGHTS.joinpath("model.safetensors").exists():
        sys.exit(f"{WEIGHTS.relative_to(ROOT)} is missing: run scripts/setup")
    # Of an earlier run: a worker that saves nothing must not pass with them.
    shutil.rmtree(CACHE / "vectors", ignore_errors=True)
    (CACHE / "vectors").mkdir(parents=True)
    if not PREPARED.exists():
        # In a process of its own: torch stays out of this one.
        script = str(ROOT / "scripts/peers/embed/prepare.py")
        subprocess.run([sys.executable, "-W", "ignore", script, WEIGHTS, PREPARED], check=True)
    source, file, subwords = sentences(options)
    print(f"{report.machine(cpus)}\nsentences: {source}\n")
    ceilings = limits() if options.limits else {}

    running = start(wanted(options), file, cpus)
    try:
        rows = race(running, subwords, options.rounds)
    except Absent as why:
        sys.exit(f"a contestant broke off: {why}")
    for contestant in running:
        contestant.leave()

    with open(options.csv, "w", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    reference = next(c for c in running if c.name == REFERENCE)
    agreements = {
        (c.name, name): report.agreement(numpy.load(vectors_file(c, name)), numpy.load(vectors_file(reference, name)))
        for c in running
        for name in subwords
    }
    loads = {contestant.name: contestant.load for contestant in running}
    for set_name in subwords:
        print("\n" + report.table(rows, set_name, agreements, loads, ceilings))
    for contestant in running:
        for note in contestant.notes:
            print(f"\n{contestant.name}: {note}")
    if any(not least >= report.AGREES for least, _ in agreements.values()):
        sys.exit(1)


main()
