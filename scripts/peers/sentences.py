"""Holds other sentence splitters against crates/text/tests/fixtures/sentences.txt.

Counts ends inside paragraphs only, at the last character of a sentence, white space apart.
"""

from pathlib import Path

import pysbd
from nltk.tokenize.punkt import PunktSentenceTokenizer

FIXTURE = Path(__file__).resolve().parents[2] / "crates/text/tests/fixtures/sentences.txt"


def fixture():
    """Yields each paragraph with the offsets of its inner sentence ends."""
    lines = [l for l in FIXTURE.read_text().splitlines() if not l.startswith("#")]
    for block in "\n".join(lines).split("\n\n"):
        sentences = [l for l in block.splitlines() if l]
        if sentences:
            ends, at = set(), -1
            for sentence in sentences:
                at += 1 + len(sentence)
                ends.add(at)
            yield " ".join(sentences), ends - {at}


def ends_of(text, sentences):
    """Offsets of the sentences' last characters, found in order."""
    ends, at = set(), 0
    for sentence in (s.strip() for s in sentences):
        found = text.find(sentence, at)
        if found >= 0 and sentence:
            at = found + len(sentence)
            ends.add(at)
    return ends - {len(text)}


def main():
    segmenter = pysbd.Segmenter(language="en", clean=False)
    punkt = PunktSentenceTokenizer()
    peers = {"pySBD 0.3.4": segmenter.segment, "NLTK Punkt, untrained": punkt.tokenize}
    for name, split in peers.items():
        hits = found = marked = 0
        for text, truth in fixture():
            ends = ends_of(text, split(text))
            hits, found, marked = hits + len(ends & truth), found + len(ends), marked + len(truth)
        precision, recall = hits / found, hits / marked
        f1 = 2 * precision * recall / (precision + recall)
        print(f"{name}: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}")


main()
