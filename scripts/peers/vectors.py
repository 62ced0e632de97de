"""Reference vectors from sentence-transformers, for crates/model/tests/it/reference.rs."""

import json
import re
from pathlib import Path

import numpy
from sentence_transformers import SentenceTransformer, models

ROOT = Path(__file__).resolve().parents[2]
WEIGHTS = ROOT / "models/all-MiniLM-L6-v2/weights"
FIXTURES = ROOT / "crates/model/tests/fixtures"

HARD = [
    "",
    " ",
    "China",
    "求是 means “seeking truth from facts”.",
    "Les eaux limpides et les montagnes verdoyantes… naïveté, déjà-vu, Zürich.",
    "6.7 percent; $3.5 trillion; 0.5%; No.8, 2013 (2013-2016).",
    "A-very-long-hyphenated-compound-of-the-kind-nobody-should-write",
    "pneumonoultramicroscopicsilicovolcanoconiosis",
    "Emoji 🐼 and symbols ☯ are rare in journals.",
    "tabs\tand\nline breaks\r\nare white space",
]


def main():
    # max_seq_length of the model's own sentence_bert_config.json.
    transformer = models.Transformer(str(WEIGHTS), max_seq_length=256)
    pooling = models.Pooling(transformer.get_word_embedding_dimension(), pooling_mode="mean")
    model = SentenceTransformer(modules=[transformer, pooling, models.Normalize()], device="cpu")

    pieces = sorted((ROOT / "corpus").glob("*-demo.txt"))
    paragraphs = [p for piece in pieces for p in piece.read_text().split("\n\n") if len(p) > 200]
    sentences = [s for p in paragraphs for s in re.split(r"(?<=\.) ", p)]
    texts = HARD + sentences[:: len(sentences) // 40][:40]
    # Whole paragraphs, up to the model's limit: longer ones are windowed here and cut there.
    room = [p for p in paragraphs if len(transformer.tokenizer(p)["input_ids"]) <= 256]
    texts += sorted(room, key=len)[-14:]

    vectors = model.encode(texts, convert_to_numpy=True, batch_size=1)
    lengths = [len(transformer.tokenizer(t)["input_ids"]) for t in texts]
    FIXTURES.mkdir(exist_ok=True)
    with open(FIXTURES / "reference.json", "w") as file:
        json.dump({"texts": texts, "subwords_with_special": lengths}, file, ensure_ascii=False, indent=1)
        file.write("\n")
    numpy.save(FIXTURES / "reference.npy", vectors.astype("<f4"))
    print(f"{len(texts)} texts, {min(lengths)} to {max(lengths)} subwords, vectors {vectors.shape}")


main()
