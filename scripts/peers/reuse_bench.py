"""Passages are copied from earlier articles into later ones and edited at stated rates; then Tifa and passim
look for them, with the same settings where both have one: sequences in more than 100 articles are not looked up,
and a passage has 50 characters (passim), or 9 words (Tifa; 50 characters of these texts).

The articles are consecutive paragraphs of the State of the Union addresses. An edit drops a word, changes it
with the next, or puts in a word drawn from the texts, a third each. Both programs also look at the articles before
anything is planted: characters in which either finds reuse there are left out of the count, since addresses do repeat
each other.

Precision: of the characters reported on both sides, the share that was planted in that pair of articles. Recall:
of the characters planted on both sides, the share that was reported for that pair. Times are of whole processes on
two CPUs, in alternating rounds, and their medians. passim stops when it has its passages (--to-extents): its
clusters need a Java package that its Python packages don't bring. Tifa also makes clusters and near-duplicates.
"""

import argparse
import csv
import json
import os
import random
import shutil
import statistics
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
        prog="reuse_bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tifa", required=True, help="the program")
    parser.add_argument("--passim", required=True, help="a clone of passim")
    parser.add_argument("--articles", type=int, default=200, help="default: %(default)s")
    parser.add_argument("--words", type=int, default=1000, help="of an article, at least (default: %(default)s)")
    parser.add_argument("--passages", type=int, default=100, help="planted (default: %(default)s)")
    parser.add_argument("--rates", default="0,0.05,0.1,0.2", help="edits a word (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="timed, at the rate 0.1 (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--contestants", default="tifa,passim")
    return parser.parse_args()


def edit(words, rate, vocabulary, draw):
    """A copy of some words with edits."""
    words, at, edited = list(words), 0, []
    while at < len(words):
        kind = draw.random() / rate if rate else 1
        if kind < 1 / 3:
            pass
        elif kind < 2 / 3 and at + 1 < len(words):
            edited += [words[at + 1], words[at]]
            at += 1
        elif kind < 1:
            edited += [draw.choice(vocabulary), words[at]]
        else:
            edited.append(words[at])
        at += 1
    return edited


def plant(articles, count, rate, seed):
    """The later half of the articles with passages of the earlier half. Returns all texts; each passage as target,
    span, source, span, in characters; and of each target where its text was parted, and by how many characters."""
    draw = random.Random(seed)
    texts = ["\n\n".join(paragraphs) for _, _, paragraphs in articles]
    vocabulary = " ".join(texts).split()
    half = len(articles) // 2
    targets = draw.sample(range(half, len(articles)), count)
    planted, cuts = [], {}
    for target in targets:
        source = draw.randrange(half)
        # From any word on: passages don't begin with sentences.
        words, length = texts[source].split(" "), draw.randrange(30, 151)
        first = draw.randrange(max(1, len(words) - length))
        taken = words[first : first + length]
        start = len(" ".join(words[:first])) + (first > 0)
        original = " ".join(taken)
        assert texts[source][start : start + len(original)] == original
        # Paragraphs that it reaches over become one.
        copy = " ".join(edit(original.split(), rate, vocabulary, draw))
        paragraphs = articles[target][2]
        before = "\n\n".join(paragraphs[: draw.randrange(1, len(paragraphs))])
        if len(before) == len(texts[target]):
            before = paragraphs[0]
        rest = texts[target][len(before) :]
        at = len(before) + 2
        texts[target] = before + "\n\n" + copy + rest
        cuts[target] = (at - 2, len(copy) + 2)
        planted.append((target, (at, at + len(copy)), source, (start, start + len(original))))
    return texts, planted, cuts


def run_tifa(options, inputs, out):
    start = time.perf_counter()
    command = [options.tifa, "reuse", str(inputs), "--threads", "2", "--min-words", "9", "--quiet", "--out", str(out)]
    subprocess.run(command, check=True)
    return time.perf_counter() - start


def run_passim(options, inputs, out):
    shutil.rmtree(out, ignore_errors=True)
    python = Path(sys.executable)
    environment = os.environ | {
        "PATH": f"{python.parent}:{os.environ['PATH']}",
        "PYSPARK_PYTHON": str(python),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_CONF_DIR": str(Path(options.passim) / "conf"),
    }
    # As its own script `passim` calls it.
    command = ["spark-submit", "--master", "local[2]", "--driver-memory", "4G"]
    command += [str(Path(options.passim) / "passim/seriatim.py"), "--all-pairs"]
    command += ["--fields", "xxhash64(series) as gid", "--filterpairs", "gid < gid2", "--to-extents"]
    start = time.perf_counter()
    done = subprocess.run(command + [str(inputs), str(out)], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return time.perf_counter() - start


def read_tifa(out, names, texts):
    with open(out / "reuse.csv", encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            sides = []
            for side in ("", "source_"):
                place = names[row[side + "doc_id"].removeprefix("in-")]
                encoded = texts[place].encode()
                start, end = (
                    len(encoded[: int(row[side + edge])].decode()) for edge in ("start", "end")
                )
                sides.append((place, (start, end)))
            yield sides[0], sides[1]


def read_passim(out, names, _):
    import pyarrow.parquet

    uids = hashes(names)
    for row in pyarrow.parquet.read_table(out / "tmp/extents.parquet").to_pylist():
        one = (uids[row["uid"]], (row["begin"], row["end"]))
        yield one, (uids[row["uid2"]], (row["begin2"], row["end2"]))


def hashes(names):
    """passim's numbers of articles: Spark's xxhash64 of their ids."""
    import xxhash

    found = {}
    for name, place in names.items():
        number = xxhash.xxh64_intdigest(name.encode(), seed=42)
        found[number - (1 << 64) if number >= 1 << 63 else number] = place
    return found


CONTESTANTS = {"tifa": (run_tifa, read_tifa), "passim": (run_passim, read_passim)}


def overlap(one, other):
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def moved(place, span, cuts):
    """A span of an article as it was, in the article with its passage."""
    at, length = cuts.get(place, (1 << 60, 0))
    return tuple(edge + length if edge >= at else edge for edge in span)


def score(found, planted, neutral, cuts):
    """Precision and recall by characters of both sides."""
    partners = {}
    for target, span, source, source_span in planted:
        partners[(target, source)] = {target: span, source: source_span}
    ignored = {}
    for place, span in neutral:
        marks = ignored.setdefault(place, set())
        marks.update(range(*moved(place, span, cuts)))
    right = reported = 0
    covered = {}
    for one, other in found:
        pair = (one[0], other[0]) if (one[0], other[0]) in partners else (other[0], one[0])
        truth = partners.get(pair)
        is_true = truth is not None and all(overlap(span, truth[place]) for place, span in (one, other))
        for place, span in (one, other):
            marks = ignored.get(place, set())
            for at in range(*span):
                hit = is_true and truth[place][0] <= at < truth[place][1]
                if hit:
                    covered.setdefault((pair, place), set()).add(at)
                    right += 1
                elif at in marks:
                    continue
                reported += 1
    wanted = sum(end - start for _, a, _, b in planted for start, end in (a, b))
    whole = sum(
        all(len(covered.get((pair, place), ())) >= 0.9 * (span[1] - span[0]) for place, span in truth.items())
        for pair, truth in partners.items()
    )
    recall = sum(map(len, covered.values())) / wanted
    return right / max(1, reported), recall, whole


def main():
    options = arguments()
    WORK.mkdir(parents=True, exist_ok=True)
    articles = sotu.articles(options.words, options.articles)
    names = {name: place for place, (name, _, _) in enumerate(articles)}
    dates = [f"{1900 + place // 365}-{place // 28 % 12 + 1:02}-{place % 28 + 1:02}" for place in range(len(articles))]
    contestants = options.contestants.split(",")

    def lay_out(folder, texts):
        folder.mkdir(parents=True, exist_ok=True)
        sotu.write(folder / "in.json", ((a[0], d, t) for a, d, t in zip(articles, dates, texts)))
        # passim takes .json, Tifa .jsonl, for the same lines.
        shutil.copy(folder / "in.json", folder / "in.jsonl")

    def look(name, folder):
        run, _ = CONTESTANTS[name]
        inputs = folder / ("in.jsonl" if name == "tifa" else "in.json")
        return run(options, inputs, folder / name)

    def read(name, folder, texts):
        return list(CONTESTANTS[name][1](folder / name, names, texts))

    bare = ["\n\n".join(paragraphs) for _, _, paragraphs in articles]
    folder = WORK / "bare"
    lay_out(folder, bare)
    neutral = []
    for name in contestants:
        look(name, folder)
        found = read(name, folder, bare)
        print(f"before planting, {name} finds {len(found)} passages", file=sys.stderr)
        neutral += [side for pair in found for side in pair]
    words = sum(len(text.split()) for text in bare)
    print(f"{len(articles)} articles, {words} words, {options.passages} passages planted, seed {options.seed}\n")
    print("| edits a word | program | passages found | precision | recall | F1 | planted found whole |")
    print("|---|---|---|---|---|---|---|")
    results = []
    for rate in map(float, options.rates.split(",")):
        texts, planted, cuts = plant(articles, options.passages, rate, options.seed)
        folder = WORK / f"{rate:g}"
        lay_out(folder, texts)
        for name in contestants:
            look(name, folder)
            found = read(name, folder, texts)
            precision, recall, whole = score(found, planted, neutral, cuts)
            f1 = 2 * precision * recall / max(1e-12, precision + recall)
            results.append((rate, name, len(found), precision, recall, f1, whole))
            print(
                f"| {rate:.0%} | {name} | {len(found)} | {precision:.4f} | {recall:.4f} | {f1:.4f} | {whole} of {len(planted)} |",
                flush=True,
            )
    times = {name: [] for name in contestants}
    folder = WORK / "0.1"
    for turn in range(options.rounds if folder.is_dir() else 0):
        for name in contestants if turn % 2 == 0 else contestants[::-1]:
            times[name].append(look(name, folder))
    for name, taken in times.items():
        if taken:
            told = ", ".join(f"{seconds:.2f}" for seconds in taken)
            print(f"\n{name}: {statistics.median(taken):.2f} s (rounds: {told})", end="")
    if all(times.values()) and len(times) == 2:
        tifa, peer = (statistics.median(times[name]) for name in ("tifa", "passim"))
        print(f"\n\npassim takes {peer / tifa:.1f} times as long")
    with open(WORK / "results.json", "w", encoding="utf-8") as out:
        json.dump({"results": results, "times": times}, out)


if __name__ == "__main__":
    main()
