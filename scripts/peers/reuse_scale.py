"""Times `tifa reuse` on articles made of State of the Union paragraphs, drawn anew for each article: so nearly all
that they hold are copies, and a paragraph in k articles makes k(k - 1)/2 pairs. All against all, and one against all.
Prints a row of the table in docs/performance.md for each; seconds and memory are those that stages.csv tells.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "reuse"))

import sotu  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target/peers/reuse"


def arguments():
    parser = argparse.ArgumentParser(
        prog="reuse_scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tifa", required=True, help="the program")
    parser.add_argument("--articles", default="1000,3000,10000", help="default: %(default)s")
    parser.add_argument("--words", type=int, default=1000, help="of an article, at least (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lsh", help="also with MinHash at this threshold")
    return parser.parse_args()


def resample(path, count, words, seed):
    """Articles of so many words, of paragraphs drawn with replacement."""
    draw = random.Random(seed)
    paragraphs = [paragraph for _, _, held in sotu.addresses() for paragraph in held]

    def article():
        held, length = [], 0
        while length < words:
            held.append(draw.choice(paragraphs))
            length += held[-1].count(" ") + 1
        return "\n\n".join(held)

    dates = (f"{1900 + at // 336}-{at // 28 % 12 + 1:02}-{at % 28 + 1:02}" for at in range(count))
    sotu.write(path, ((f"a{at}", date, article()) for at, date in enumerate(dates)))


def run(tifa, inputs, out, more):
    start = time.perf_counter()
    command = [tifa, "reuse", str(inputs), "--threads", "2", "--quiet", "--out", str(out), *more]
    subprocess.run(command, check=True)
    wall = time.perf_counter() - start
    with open(out / "stages.csv", encoding="utf-8", newline="") as rows:
        stages = {row["stage"]: row for row in csv.DictReader(rows)}
    with open(out / "run.json", encoding="utf-8") as record:
        found = json.load(record)["found"]
    # The last stage has seen the most memory.
    memory = max(int(row["peak_memory_bytes"]) for row in stages.values())
    size = sum((out / table).stat().st_size for table in ("reuse.csv", "clusters.csv", "near_duplicates.csv"))
    return wall, float(stages["find reuse"]["seconds"]), memory, found, size


def main():
    options = arguments()
    WORK.mkdir(parents=True, exist_ok=True)
    print(
        "| articles | against | whole command, s | finding reuse, s | peak memory, MiB | passages | rows | clusters | of more than 50 copies | near-duplicate pairs | tables, MB |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for count in map(int, options.articles.split(",")):
        inputs = WORK / f"{count}.jsonl"
        resample(inputs, count, options.words, options.seed)
        kinds = {"all": [], "one": ["--article", f"{count}-a{count // 2}"]}
        if options.lsh:
            kinds[f"all, MinHash at {options.lsh}"] = ["--lsh", options.lsh]
        for kind, more in kinds.items():
            wall, seconds, memory, found, size = run(options.tifa, inputs, WORK / f"out-{count}", more)
            cells = [f"{count:,}", kind, f"{wall:.1f}", f"{seconds:.2f}", f"{memory / (1 << 20):,.0f}"]
            cells += [f"{found[key]:,}" for key in ("passages", "passages_written", "clusters")]
            cells += [f"{found[key]:,}" for key in ("clusters_of_many_copies", "near_duplicate_pairs")]
            print("| " + " | ".join([*cells, f"{size / 1e6:,.0f}"]) + " |", flush=True)
            if found["lsh"]:
                print(json.dumps(found["lsh"]), file=sys.stderr)


if __name__ == "__main__":
    main()
