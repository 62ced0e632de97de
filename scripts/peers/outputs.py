"""Reads an output folder with NumPy and pandas and checks what they read."""

import json
import sys
from pathlib import Path

import numpy
import pandas

folder = Path(sys.argv[1])
documents = pandas.read_csv(folder / "documents.csv", keep_default_na=False)
sentences = pandas.read_csv(folder / "sentences.csv", keep_default_na=False)
themes = pandas.read_csv(folder / "themes.csv")
vectors = numpy.load(folder / "embeddings/sentences.npy")

assert vectors.shape[0] == len(sentences) == documents.sentences.sum()
assert numpy.allclose(numpy.linalg.norm(vectors, axis=1), 1, atol=1e-5)
pandas.to_datetime(documents.published, format="ISO8601")

paths = documents.set_index("doc_id")
for row in sentences.itertuples():
    home = paths.loc[row.doc_id, "path"] if row.offset_base == "file" else folder / f"texts/{row.doc_id}.txt"
    assert Path(home).read_bytes()[row.start : row.end].decode() == row.text, row

best = themes[(themes.unit == "sentence") & (themes["rank"] == 1)]
joined = sentences.merge(best, left_on=["doc_id", "sentence"], right_on=["doc_id", "unit_id"])
assert len(joined) == len(sentences)
print(f"NumPy and pandas: {len(documents)} documents, {len(sentences)} sentences, vectors {vectors.shape}")
print(json.loads((folder / "run.json").read_text())["counts"])
