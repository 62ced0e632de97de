"""Articles from the State of the Union addresses."""

import gzip
import json
from pathlib import Path

TEXTS = Path(__file__).resolve().parents[4] / "shared/data/state_of_the_union_1790_present.jsonl.gz"


def addresses(path=TEXTS):
    """Each address: id, year, paragraphs of 20 words and more."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            address = json.loads(line)
            paragraphs = [" ".join(part.split()) for part in address["text"].split("\n")]
            yield address["id"], address["year"], [part for part in paragraphs if part.count(" ") >= 19]


def articles(words, most):
    """Consecutive paragraphs of one address, `words` words and more; the first `most` of articles that are
    drawn evenly from all years."""
    found = []
    for name, year, paragraphs in addresses():
        held = []
        for paragraph in paragraphs:
            held.append(paragraph)
            if sum(part.count(" ") + 1 for part in held) >= words:
                found.append((f"{name}-{len(found)}", year, held))
                held = []
    step = max(1, len(found) // most)
    return found[::step][:most]


def write(path, rows):
    """Rows as JSON lines: id, series, date, text."""
    with open(path, "w", encoding="utf-8") as out:
        for name, date, text in rows:
            row = {"id": name, "series": name, "date": date, "text": text}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
