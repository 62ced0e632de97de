"""Reference vectors of the static table from model2vec, for the tests of crates/model."""

import json
import re
from pathlib import Path

import numpy
from model2vec import StaticModel

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "models/potion-base-8M/weights"
FIXTURES = ROOT / "crates/model/tests/fixtures"

HARD = [
    "",
    " ",
    "China",
    "the the the",
    "求是 means “seeking truth from facts”.",
    "Les eaux limpides et les montagnes verdoyantes… naïveté, déjà-vu, Zürich.",
    "6.7 percent; $3.5 trillion; 0.5%; No.8, 2013 (2013-2016).",
    "A-very-long-hyphenated-compound-of-the-kind-nobody-should-write",
    "pneumonoultramicroscopicsilicovolcanoconiosis",
    # One word of more than 100 characters is unknown to the tokenizer as a whole.
    "a" * 120,
    "🐼",
    "Emoji 🐼 and symbols ☯ are rare in journals.",
    "tabs\tand\nline breaks\r\nare white space",
    "[CLS] and [MASK] are words of the vocabulary",
]


def main():
    model = StaticModel.from_pretrained(WEIGHTS)
    pieces = sorted((ROOT / "corpus").glob("*-demo.txt"))
    paragraphs = [p for piece in pieces for p in piece.read_text().split("\n\n") if len(p) > 200]
    sentences = [s for p in paragraphs for s in re.split(r"(?<=\.) ", p)]
    texts = HARD + sentences[:: len(sentences) // 14][:14] + sorted(paragraphs, key=len)[-2:]
    # Longer than the 512 subwords where model2vec cuts unless told otherwise.
    texts.append(" ".join(paragraphs[:8]))

    # One at a time, each whole.
    vectors = numpy.concatenate([model.encode([text], max_length=None) for text in texts])
    lengths = [len(ids) for ids in model.tokenize(texts)]
    with open(FIXTURES / "static.json", "w") as file:
        json.dump({"texts": texts, "known_subwords": lengths}, file, ensure_ascii=False, indent=1)
        file.write("\n")
    numpy.save(FIXTURES / "static.npy", vectors.astype("<f4"))
    print(f"{len(texts)} texts, {min(lengths)} to {max(lengths)} known subwords, vectors {vectors.shape}")


main()
