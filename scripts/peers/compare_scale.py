"""Times what follows the vectors: `tifa run` over articles of six State of the Union paragraphs each, drawn with
replacement, one against all and all against all; and the nearest sentences, exact and through an index, of sentences
whose halves were drawn from two. Prints the tables of docs/performance.md; seconds and memory are those that
stages.csv tells. Vectors come from the cache that TIFA_CACHE names, so the first run of a size takes longer as a whole.
"""

import argparse
import csv
import json
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "reuse"))

import sotu  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
PARAGRAPHS = 6
SENTENCES = 25
# Sentences of these lengths in words are cut in half.
SHORTEST, LONGEST = 8, 60
STAGES = ["aggregate", "neighbours", "compare", "write comparison", "find reuse", "write reuse", "novelty", "map"]


def arguments():
    parser = argparse.ArgumentParser(
        prog="compare_scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tifa", required=True, help="the program")
    parser.add_argument("--articles", default="1000,3000,10000", help="default: %(default)s; none if empty")
    parser.add_argument("--kinds", default="one,all", help="default: %(default)s")
    parser.add_argument("--sentences", default="20000,100000,300000", help="default: %(default)s; none if empty")
    parser.add_argument("--searches", default="exact,approximate", help="default: %(default)s")
    parser.add_argument("--model", default="potion-base-8M", help="default: %(default)s")
    parser.add_argument("--threads", default="2", help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=ROOT / "target/peers/compare", help="where texts and results go")
    return parser.parse_args()


def day(at):
    return f"{1900 + at // 336}-{at // 28 % 12 + 1:02}-{at % 28 + 1:02}"


def of_paragraphs(path, count, seed):
    draw = random.Random(seed)
    paragraphs = [paragraph for _, _, held in sotu.addresses() for paragraph in held]
    texts = ("\n\n".join(draw.choice(paragraphs) for _ in range(PARAGRAPHS)) for _ in range(count))
    sotu.write(path, ((f"a{at}", day(at), text) for at, text in enumerate(texts)))


def of_halves(path, count, seed):
    """Articles of sentences that were written by nobody, each of the beginning of one and the end of another."""
    draw = random.Random(seed)
    sentences = [
        sentence.split()
        for _, _, held in sotu.addresses()
        for paragraph in held
        for sentence in re.split(r"(?<=[.?!]) (?=[A-Z])", paragraph)
    ]
    sentences = [words for words in sentences if SHORTEST <= len(words) <= LONGEST]

    def sentence():
        one, other = draw.choice(sentences), draw.choice(sentences)
        return " ".join(one[: len(one) // 2] + [word.lower() for word in other[len(other) // 2 :]])

    texts = (" ".join(sentence() for _ in range(SENTENCES)) for _ in range(count // SENTENCES))
    sotu.write(path, ((f"a{at}", day(at), text) for at, text in enumerate(texts)))


def run(options, line):
    out = options.work / "out"
    shutil.rmtree(out, ignore_errors=True)
    command = [options.tifa, *map(str, line), "--model", options.model, "--threads", options.threads]
    subprocess.run([*command, "--quiet", "--out", str(out)], check=True)
    with open(out / "stages.csv", encoding="utf-8", newline="") as rows:
        stages = {row["stage"]: row for row in csv.DictReader(rows)}
    with open(out / "run.json", encoding="utf-8") as record:
        record = json.load(record)
    size = sum(path.stat().st_size for path in out.rglob("*.csv"))
    shutil.rmtree(out)
    return stages, record, size


def seconds(stages, stage):
    return f"{float(stages[stage]['seconds']):.2f}" if stage in stages else ""


def memory(stages):
    # The last stage has seen the most.
    return f"{max(int(row['peak_memory_bytes']) for row in stages.values()) / (1 << 20):,.0f}"


def behind_vectors(stages):
    names = list(stages)
    after = names[names.index("embed") + 1 :]
    return f"{sum(float(stages[name]['seconds']) for name in after):.1f}"


def print_row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def articles(options):
    print_row(["articles", "sentences", "against", *STAGES, "all behind the vectors, s", "peak memory, MiB", "tables, MB"])
    print("|" + "---|" * (len(STAGES) + 6))
    for count in map(int, options.articles.split(",")):
        path = options.work / f"paragraphs-{count}.jsonl"
        of_paragraphs(path, count, options.seed)
        lines = {"all": ["run", path]}
        if "one" in options.kinds:
            one = options.work / "one.jsonl"
            with open(path, encoding="utf-8") as rows, open(one, "w", encoding="utf-8") as out:
                out.write(list(rows)[count // 2].replace(f'"a{count // 2}"', '"one"').replace(" the ", " a ", 1))
            lines["one"] = ["compare", one, "--against", path]
        for kind in options.kinds.split(","):
            stages, record, size = run(options, lines[kind])
            cells = [f"{count:,}", f"{record['counts']['sentences']:,}", kind]
            cells += [seconds(stages, stage) for stage in STAGES]
            print_row([*cells, behind_vectors(stages), memory(stages), f"{size / 1e6:,.0f}"])


def sentences(options):
    print_row(["sentences", "search", "neighbours, s", "recall", "peak memory, MiB"])
    print("|" + "---|" * 5)
    for count in map(int, options.sentences.split(",")):
        path = options.work / f"halves-{count}.jsonl"
        of_halves(path, count, options.seed)
        for search in options.searches.split(","):
            stages, record, _ = run(options, ["run", path, "--neighbour-search", search, "--nearest-pieces", 1])
            recall = record["compared"]["neighbours"]["recall"]
            cells = [f"{record['counts']['sentences']:,}", search, seconds(stages, "neighbours")]
            print_row([*cells, f"{recall:.3f}" if recall is not None else "", memory(stages)])


def main():
    options = arguments()
    options.work.mkdir(parents=True, exist_ok=True)
    if options.articles:
        articles(options)
    if options.sentences:
        sentences(options)


if __name__ == "__main__":
    main()
