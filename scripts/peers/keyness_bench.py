"""Times keyness of words, pairs and triples, addresses after 1945 against earlier ones, from a file of
texts to a table of G² on disk.

Contestants are whole processes on the same CPUs. They take turns, one at a time, in rounds of rotated order;
the figures are medians of the rounds. Tifa shuffles the addresses 2,000 times and computes all its measures;
the peers compute plain G². An untimed round comes first, and its tables are compared: programs cut words in
their own ways, so G² is held against each other where both have the same counts.
"""

import argparse
import csv
import gzip
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

FROM = 1945
WORKER = Path(__file__).resolve().parent / "keyness" / "worker.py"
TIFA, ONE = "tifa keyness, 2,000 permutations", "tifa keyness, words alone, 10,000 permutations"
PEERS = {"scattertext 0.2.2, G²": "scattertext", "scikit-learn 1.9.1 and NumPy, G²": "sklearn"}
# G² is computed in another order of sums, and printed with six decimals.
AGREES = 1e-5


def arguments():
    parser = argparse.ArgumentParser(prog="keyness_bench", description=__doc__)
    parser.add_argument("--texts", type=Path, required=True, help="the addresses, JSON lines in gzip")
    parser.add_argument("--tifa", required=True, help="the program")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--cpus", default="0,1", help="the CPUs that all run on (default: %(default)s)")
    parser.add_argument(
        "--folder", type=Path, default=Path("target/peers/keyness"), help="working folder (default: %(default)s)"
    )
    return parser.parse_args()


def unpack(texts, folder):
    """The addresses as plain JSON lines, one id a line."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "addresses.jsonl"
    with gzip.open(texts, "rt", encoding="utf-8") as source, open(file, "w", encoding="utf-8") as out:
        for number, line in enumerate(source):
            row = json.loads(line)
            year = int(str(row.get("date") or row.get("year"))[:4])
            text = row.get("text") or row.get("body")
            out.write(json.dumps({"id": f"{year}-{number}", "date": str(year), "text": text}) + "\n")
    return file


def commands(options, file):
    """Each contestant's command and the table that it writes."""
    folder = options.folder
    own = [options.tifa, "keyness", str(file), "--where", f"year>={FROM}", "--quiet"]
    found = {
        TIFA: ([*own, "--permutations", "2000", "--out", str(folder / "tifa.csv")], folder / "tifa.csv"),
        ONE: (
            [*own, "--max-n", "1", "--permutations", "10000", "--out", str(folder / "one.csv")],
            folder / "one.csv",
        ),
    }
    for name, worker in PEERS.items():
        table = folder / f"{worker}.csv"
        found[name] = ([sys.executable, "-W", "ignore", str(WORKER), worker, str(file), str(FROM), str(table)], table)
    return found


def table(file):
    with open(file, encoding="utf-8", newline="") as lines:
        return {
            row["term"]: (int(float(row["target_count"])), int(float(row["reference_count"])), float(row["g2"]))
            for row in csv.DictReader(lines)
        }


def compare(ours, theirs):
    """Terms of both, how many have the same counts, the largest relative difference of G² among those."""
    both = ours.keys() & theirs.keys()
    same = [term for term in both if ours[term][:2] == theirs[term][:2]]
    apart = [abs(ours[t][2] - theirs[t][2]) / max(1.0, abs(ours[t][2])) for t in same]
    return len(both), len(same), max(apart, default=float("nan"))


def main():
    options = arguments()
    os.sched_setaffinity(0, [int(cpu) for cpu in options.cpus.split(",")])
    file = unpack(options.texts, options.folder)
    names = commands(options, file)
    seconds = {name: [] for name in names}
    for number in range(options.rounds + 1):
        order = list(names)
        for name in order[number % len(order) :] + order[: number % len(order)]:
            start = time.perf_counter()
            subprocess.run(names[name][0], check=True, stdout=subprocess.DEVNULL)
            took = time.perf_counter() - start
            print(number, name, round(took, 2), file=sys.stderr)
            if number > 0:
                seconds[name].append(took)
    medians = {name: statistics.median(all_of) for name, all_of in seconds.items()}
    print("| | s | least to most | times tifa's | terms | of tifa's | with its counts | G² differs by at most |")
    print("|---|---|---|---|---|---|---|---|")
    ours, agree = table(names[TIFA][1]), True
    # Words alone have the G² of the run with longer terms.
    totals = {name: table(names[name][1]) for name in names}
    for name, median in medians.items():
        both, same, apart = compare(ours, totals[name])
        spread = f"{min(seconds[name]):.2f} to {max(seconds[name]):.2f}"
        print(
            f"| {name} | {median:.2f} | {spread} | {median / medians[TIFA]:.2f} | {len(totals[name])} | {both} | {same} | {apart:.1e} |"
        )
        if name in (TIFA, ONE):
            agree &= apart <= AGREES
    sys.exit(0 if agree else "tables disagree")


if __name__ == "__main__":
    main()
