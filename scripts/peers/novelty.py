"""Is `novelty.csv` right on texts that nobody wrote for it?

verses      Chapters of the King James Version are the earlier pieces; the same chapters and as many others of the
            World English Bible the later ones. A sentence is rephrased where its verse is among the earlier ones, and
            found where it is called verbatim or paraphrase with that verse as its source. `shuffled` puts the verses
            of the later pieces in another order: then there are no passages, and each stands for itself.
addresses   Pieces of 1,000 words, each of another State of the Union address. None is the source of another: what is
            called a paraphrase is false, but for the formulas of the genre.
sts         First sentences of the STS benchmark in earlier pieces, second ones in later; both shuffled. The share that
            is found by people's score.

Fixed thresholds take part as other tools use them: a sentence is rephrased if its nearest earlier sentence, by the
same vectors, is at least so near. `best` is the one with the best F1 on these very texts, which nobody knows before.
Prints the tables' rows; everything is drawn with the seed.
"""

import argparse
import csv
import gzip
import json
import random
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
from pysword.modules import SwordModules

sys.path.insert(0, str(Path(__file__).resolve().parent / "reuse"))

import sotu  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared/data"
WORK = ROOT / "target/peers/novelty"
# Books without long passages in common, as the gospels and the chronicles have.
BOOKS = (
    "Genesis,Judges,Job,Proverbs,Ecclesiastes,Esther,Jeremiah,Ezekiel,Daniel,John,Acts,Romans,I Corinthians,"
    "II Corinthians,Galatians,Philippians,Hebrews,James,Revelation of John"
).split(",")
FIXED = (0.7, 0.8)
CODEBOOK = """name = "two"
version = "1"
language = "en"
description = "Themes are not what is measured"
none_below = 0.2
[[theme]]
id = "water"
name = "Water"
description = "Water"
examples = []
[[theme]]
id = "stone"
name = "Stone"
description = "Stone"
examples = []
"""


def arguments():
    parser = argparse.ArgumentParser(
        prog="novelty", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tifa", required=True, help="the program")
    parser.add_argument("--texts", required=True, type=Path, help="folder of the Sword modules")
    parser.add_argument("--chapters", default="60,10,5", help="earlier chapters (default: %(default)s)")
    parser.add_argument("--pieces", default="200,40,20,10,5,3,2", help="of addresses (default: %(default)s)")
    parser.add_argument("--draws", type=int, default=6, help="of pieces, where they are few (default: %(default)s)")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def chapters(texts, module):
    """Verses of each chapter: {(book, chapter): [((book, chapter, verse), text)]}."""
    modules = SwordModules(str(texts))
    modules.parse_modules()
    bible = modules.get_bible_from_module(module)
    books = [book for testament in bible.get_structure().get_books().values() for book in testament]
    found = {}
    for book in (book for book in books if book.name in BOOKS):
        for chapter in range(1, book.num_chapters + 1):
            verses = []
            for verse in range(1, book.chapter_lengths[chapter - 1] + 1):
                text = bible.get(books=[book.name.lower()], chapters=[chapter], verses=[verse])
                verses.append(((book.name, chapter, verse), " ".join(text.split())))
            found[book.name, chapter] = [(name, text) for name, text in verses if text]
    return found


def shuffle(pieces, draw):
    """The same parts in another order, in pieces as long as before."""
    parts = [part for piece in pieces for part in piece]
    draw.shuffle(parts)
    shuffled, at = [], 0
    for piece in pieces:
        shuffled.append(parts[at : at + len(piece)])
        at += len(piece)
    return shuffled


class Run:
    """A run on earlier and later pieces, each a date and its parts: (name, text)."""

    def __init__(self, options, earlier, later):
        WORK.mkdir(parents=True, exist_ok=True)
        (WORK / "book.toml").write_text(CODEBOOK)
        self.parts = {}
        for side, pieces in (("earlier", earlier), ("later", later)):
            with open(WORK / f"{side}.jsonl", "w", encoding="utf-8") as out:
                for number, (date, parts) in enumerate(pieces):
                    text = "\n\n".join(text for _, text in parts)
                    row = {"id": str(number), "title": f"{side} {number}", "date": date, "text": text}
                    out.write(json.dumps(row, ensure_ascii=False) + "\n")
                    self.parts[f"{side}-{number}"] = parts
        out = WORK / "out"
        command = [options.tifa, "run", WORK / "later.jsonl", "--corpus", WORK / "earlier.jsonl", "--out", out]
        command += ["--codebook", WORK / "book.toml", "--threads", options.threads, "--quiet"]
        subprocess.run(command, check=True)
        self.names = self.name(out)
        self.vectors = np.load(out / "embeddings/sentences.npy")
        with open(out / "novelty.csv", encoding="utf-8", newline="") as rows:
            self.judged = list(csv.DictReader(rows))
        with open(out / "novelty_pieces.csv", encoding="utf-8", newline="") as rows:
            self.pieces = list(csv.DictReader(rows))

    def name(self, out):
        """The part that each sentence is of, by its offsets, in the order of the vectors."""
        names = {}
        with open(out / "sentences.csv", encoding="utf-8", newline="") as rows:
            for row in csv.DictReader(rows):
                middle, at = (int(row["start"]) + int(row["end"])) // 2, 0
                for name, text in self.parts[row["doc_id"]]:
                    at += len(text.encode()) + 2
                    if middle < at:
                        names[row["doc_id"], int(row["sentence"])] = name
                        break
        return names

    def nearest(self):
        """Of each later sentence the cosine of the nearest earlier one, and whether that is of the same part."""
        names = list(self.names)
        side = np.array([document.startswith("earlier") for document, _ in names])
        later, earlier = np.flatnonzero(~side), np.flatnonzero(side)
        cosines = self.vectors[later] @ self.vectors[earlier].T
        best = cosines.argmax(1)
        return {
            names[row]: (cosines[at, best[at]], self.names[names[earlier[best[at]]]] == self.names[names[row]])
            for at, row in enumerate(later)
        }

    def found(self, row):
        """Whether a sentence is told to be repeated or rephrased, and whether from its own part."""
        if row["class"] == "novel":
            return False, False
        source = self.names[row["source_doc_id"], int(row["source_sentence"])]
        return True, source == self.names[row["doc_id"], int(row["sentence"])]

    def limits(self):
        limits = [float(piece["similarity_threshold"]) for piece in self.pieces if piece["similarity_threshold"]]
        return f"{min(limits):.2f} to {max(limits):.2f}" if limits else "none"


def quality(told, positives, negatives):
    """Precision, recall, F1 and the share of unrelated sentences that are told; `told` holds for each sentence
    whether it is related, told, and told with its source."""
    right = sum(related and correct for related, _, correct in told)
    all_told = sum(is_told for _, is_told, _ in told)
    false = sum(is_told for related, is_told, _ in told if not related)
    precision, recall = right / max(1, all_told), right / max(1, positives)
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return precision, recall, f1, false / max(1, negatives)


def cells(*figures):
    return " | ".join(f"{figure:.3f}" for figure in figures)


def verses(options):
    old, new = chapters(options.texts, "engKJV2006eb"), chapters(options.texts, "engWEB2015eb")
    print("\n| earlier chapters | later verses | by | limit | precision | recall | F1 | unrelated sentences told | passages told in an unrelated chapter |")
    print("|---|---|---|---|---|---|---|---|---|")
    for count in map(int, options.chapters.split(",")):
        for order in ("in order", "shuffled"):
            draw = random.Random(options.seed)
            names = [name for name in old if name in new]
            draw.shuffle(names)
            same, other = ([new[name] for name in part] for part in (names[:count], names[count : 2 * count]))
            if order == "shuffled":
                same, other = shuffle(same, draw), shuffle(other, draw)
            run = Run(
                options,
                [("1900", old[name]) for name in names[:count]],
                [("2000", parts) for parts in same + other],
            )
            known = {name for chapter in names[:count] for name, _ in old[chapter]}
            related = {at: name in known for at, name in run.names.items()}
            nearest, told, passages = run.nearest(), [], defaultdict(set)
            for row in run.judged:
                at = row["doc_id"], int(row["sentence"])
                told.append((related[at], *run.found(row)))
                if row["passage"] and not related[at]:
                    passages[at[0]].add(row["passage"])
            positives = sum(related for related, _, _ in told)
            negatives = len(told) - positives
            false = sum(map(len, passages.values())) / len(other)
            row = f"| {count} | {order} | "
            print(f"{row}**Tifa** | {run.limits()} | {cells(*quality(told, positives, negatives), false)} |")

            def fixed(limit):
                told = [(related[at], near >= limit, near >= limit and own) for at, (near, own) in nearest.items()]
                return quality(told, positives, negatives)

            best = max(np.arange(0.3, 1, 0.01), key=lambda limit: fixed(limit)[2])
            for name, limit in (*((str(limit), limit) for limit in FIXED), ("best", best)):
                print(f"{row}cosine, {name} | {limit:.2f} | {cells(*fixed(limit))} | |", flush=True)


def addresses(options):
    found = defaultdict(list)
    for name, year, held in sotu.articles(1000, 1 << 30):
        found[name.rsplit("-", 1)[0]].append((str(year), [(name, part) for part in held]))
    print("\n| pieces | draws | later sentences | limit | single sentences told, share | passages told, by piece |")
    print("|---|---|---|---|---|---|")
    for count in map(int, options.pieces.split(",")):
        totals, limits = Counter(), []
        draws = max(1, min(options.draws, 120 // count))
        for number in range(draws):
            draw = random.Random(f"{options.seed} {count} {number}")
            pieces = [draw.choice(found[name]) for name in draw.sample(sorted(found), count)]
            pieces.sort(key=lambda piece: piece[0])
            run = Run(options, pieces[: count // 2], pieces[count // 2 :])
            limits.append(run.limits())
            passages = set()
            for row in run.judged:
                totals["sentences"] += 1
                if row["passage"]:
                    passages.add((row["doc_id"], row["passage"]))
                elif row["class"] == "paraphrase":
                    totals["single"] += 1
            totals["pieces"] += len(run.pieces)
            totals["passages"] += len(passages)
        least, most = min(limits).split(" ")[0], max(limits).split(" ")[-1]
        single, passages = totals["single"] / totals["sentences"], totals["passages"] / totals["pieces"]
        print(f"| {count} | {draws} | {totals['sentences']:,} | {least} to {most} | {single:.4f} | {passages:.3f} |", flush=True)


def sts(options):
    seen, pairs = set(), []
    with gzip.open(DATA / "stsb_en_test.csv.gz", "rt", encoding="utf-8", newline="") as rows:
        for one, other, score in csv.reader(rows):
            if not {one, other} & seen:
                seen |= {one, other}
                pairs.append((one, other, float(score)))
    draw = random.Random(options.seed)

    def pieces(date, side):
        order = list(range(len(pairs)))
        draw.shuffle(order)
        ended = [(at, pairs[at][side].rstrip(" .") + ".") for at in order]
        return [(date, ended[at : at + 25]) for at in range(0, len(ended), 25)]

    run = Run(options, pieces("1990", 0), pieces("2000", 1))
    nearest, bins = run.nearest(), defaultdict(list)
    for row in run.judged:
        at = row["doc_id"], int(row["sentence"])
        score = pairs[run.names[at]][2]
        near, own = nearest[at]
        bins[4.5 if score >= 4.5 else int(score)].append(
            (run.found(row)[1] and row["class"], *(own and near >= limit for limit in FIXED))
        )
    print(f"\nlimits {run.limits()}\n\n| score from | pairs | verbatim | paraphrase | cosine 0.7 | cosine 0.8 |")
    print("|---|---|---|---|---|---|")
    for score, found in sorted(bins.items(), reverse=True):
        shares = (
            sum(row[0] == "verbatim" for row in found) / len(found),
            sum(row[0] == "paraphrase" for row in found) / len(found),
            *(sum(row[1 + at] for row in found) / len(found) for at in range(len(FIXED))),
        )
        print(f"| {score} | {len(found)} | {cells(*shares)} |")


def main():
    options = arguments()
    verses(options)
    for needed, measure in (("state_of_the_union_1790_present.jsonl.gz", addresses), ("stsb_en_test.csv.gz", sts)):
        if (DATA / needed).is_file():
            measure(options)
        else:
            print(f"skipped: {DATA / needed} is not there", file=sys.stderr)


if __name__ == "__main__":
    main()
