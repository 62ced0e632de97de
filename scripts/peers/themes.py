"""Themes on labelled sets: plain baselines by sentence-transformers and Tifa's scores, for docs/themes.md."""

import csv
import gzip
import os
import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

import numpy
from sentence_transformers import SentenceTransformer, models

ROOT = Path(__file__).resolve().parents[2]
MODELS = Path(os.environ.get("TIFA_MODELS", ROOT / "models"))
GUIDE = ROOT / "docs/themes.md"
TIERS = ["all-MiniLM-L6-v2", "all-mpnet-base-v2"]


@dataclass
class Labelled:
    """A labelled set, and what others have published on samples of the same source."""

    name: str
    codebook: str
    file: str
    label: str
    # Macro-F1 of all-MiniLM-L6-v2 and of bart-large-mnli in BTZSC (arXiv 2603.11991).
    published: tuple[str, str]


SETS = [
    Labelled("State of the Union sentences, 21 CAP topics", "cap-21", "cap_sotu_dev", "topic", (".479", ".334")),
    Labelled("Manifesto Project sentences, 7 domains", "manifesto-7", "manifesto_dev", "domain", ("", "")),
    Labelled("AG News, test part", "ag-news", "ag_news_dev", "topic", (".495", ".709")),
]


def main(tifa, data):
    accuracy_rows, corrected_rows = [], []
    for labelled in SETS:
        texts, labels, themes = read(labelled, Path(data))
        plain = baselines(texts, labels, themes)
        tiers = [evaluate(tifa, labelled, data, tier) for tier in TIERS]
        reached = [f"{decimals(t['embedding']['macro_f1'])} ({decimals(t['embedding']['accuracy'])})" for t in tiers]
        accuracy_rows.append([f"{labelled.name} ({len(texts):,})", *map(decimals, plain), *labelled.published, *reached])
        ways = ["embedding", "embedding-adapted", "embedding-matched", "embedding-null"]
        found = tiers[0]
        corrected_rows.append(
            [labelled.name, *(decimals(found[way]["macro_f1"]) if way in found else "refused" for way in ways)]
            + list(calibrated(tifa, labelled, data))
        )
        print(labelled.name, "done", file=sys.stderr)
    put(
        "accuracy",
        ["Texts", "bare name", "name and description", "nearest three phrasings", "published, MiniLM",
         "published, bart-large-mnli", *TIERS],
        accuracy_rows,
    )
    put(
        "set right",
        ["Texts", "as they are", "`--adapt`", "`--prior-matching`", "`--null-prior`", "by labels, macro-F1", "MCC", "ECE"],
        corrected_rows,
    )


def read(labelled, data):
    """Texts, the theme that each label means, and the codebook's themes; other labels are left out."""
    with open(ROOT / f"models/codebooks/{labelled.codebook}.toml", "rb") as file:
        themes = tomllib.load(file)["theme"]
    meant = {}
    for at, theme in enumerate(themes):
        for name in [theme["id"], theme["name"], *theme.get("aliases", [])]:
            meant[name.strip().lower()] = at
    with gzip.open(data / f"{labelled.file}.csv.gz", "rt", newline="") as file:
        rows = [(row["text"], meant.get(row[labelled.label].strip().lower())) for row in csv.DictReader(file)]
    known = [(text, label) for text, label in rows if label is not None]
    return [text for text, _ in known], numpy.array([label for _, label in known]), themes


def baselines(texts, labels, themes):
    """Macro-F1 of three plain ways: cosine with the name, with name and description in a template, and the
    mean of the three nearest of the codebook's phrasings."""
    transformer = models.Transformer(str(MODELS / TIERS[0] / "weights"), max_seq_length=256)
    pooling = models.Pooling(transformer.get_word_embedding_dimension(), pooling_mode="mean")
    model = SentenceTransformer(modules=[transformer, pooling, models.Normalize()], device="cpu")
    vectors = model.encode(texts, batch_size=64)
    bare = model.encode([theme["name"] for theme in themes])
    described = model.encode([f"This text is about {theme['name']}. {theme['description']}" for theme in themes])
    nearest = []
    for theme in themes:
        phrasings = model.encode(theme["examples"] + theme.get("phrases", []))
        nearest.append(numpy.sort(vectors @ phrasings.T, axis=1)[:, -3:].mean(axis=1))
    ways = [vectors @ bare.T, vectors @ described.T, numpy.stack(nearest, axis=1)]
    return [macro_f1(labels, way.argmax(axis=1)) for way in ways]


def macro_f1(labels, found):
    scores = []
    for theme in set(labels) | set(found):
        hits = numpy.sum((labels == theme) & (found == theme))
        scores.append(2 * hits / (numpy.sum(labels == theme) + numpy.sum(found == theme)))
    return numpy.mean(scores)


def run(tifa, *words):
    return subprocess.run([tifa, *words], check=True, capture_output=True, text=True, cwd=ROOT).stdout


def of_set(labelled, data):
    file = str(Path(data) / f"{labelled.file}.csv.gz")
    return ["--codebook", labelled.codebook, "--data", file, "--text", "text", "--label", labelled.label]


def evaluate(tifa, labelled, data, tier):
    """Measures of each scorer that `tifa eval themes` prints."""
    ways = ["--adapt", "--prior-matching", "--null-prior"] if tier == TIERS[0] else []
    told = run(tifa, "eval", "themes", *of_set(labelled, data), "--model", tier, *ways)
    found = {}
    for line in told.splitlines():
        name, _, value = line.partition(" ")
        if name == "scorer":
            found[value] = {}
        elif name in ("accuracy", "macro_f1"):
            found[list(found)[-1]][name] = float(value)
    return found


def calibrated(tifa, labelled, data):
    """Before and after calibration by all labels, of texts kept aside."""
    out = ROOT / "target/peers/calibration.toml"
    out.parent.mkdir(parents=True, exist_ok=True)
    told = run(tifa, "themes", "calibrate", *of_set(labelled, data), "--out", str(out))
    for name in ("macro_f1", "mcc", "ece"):
        before, after = re.search(rf"^{name} ([\d.-]+) before, ([\d.-]+) after", told, re.M).groups()
        yield f"{decimals(float(before))} → {decimals(float(after))}"


def decimals(number):
    return f"{number:.3f}".replace("0.", ".", 1)


def put(name, columns, rows):
    """Puts a table between its marks in the guide."""
    table = "\n".join("| " + " | ".join(cells) + " |" for cells in [columns, ["---"] * len(columns), *rows])
    text = GUIDE.read_text()
    marks = re.compile(rf"(<!-- scripts/peers/themes: {name} -->\n).*?(<!-- end -->)", re.S)
    if not marks.search(text):
        sys.exit(f"{GUIDE} has no marks for the table '{name}'")
    GUIDE.write_text(marks.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text))


main(*sys.argv[1:])
