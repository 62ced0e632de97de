"""The benchmark's sentences: two sets, the same in every run from the same sources."""

import gzip
import json
import random
import re

from tokenizers import Tokenizer

SIZE = 2000
LEAST, MOST, SHORT = 6, 256, 16
# Share of the mixed set that is longer than nearly all sentences: passages up to the limit.
LONG = 0.005


def sources(root):
    """Texts to take sentences from: the addresses where a folder beside the repository has them, else our pieces."""
    addresses = root.parent / "shared/data/state_of_the_union_1790_present.jsonl.gz"
    if addresses.exists():
        with gzip.open(addresses, "rt") as file:
            return "State of the Union addresses", [json.loads(line)["text"] for line in file]
    pieces = sorted((root / "corpus").glob("*-demo.txt"))
    return "demonstration pieces", [piece.read_text() for piece in pieces]


def passages(texts, chance):
    """Stretches of words of any length, without end."""
    words = " ".join(texts).split()
    while True:
        start = chance.randrange(len(words) - MOST)
        # Most are of a sentence's length, few of a paragraph's.
        length = min(MOST, 4 + int(chance.expovariate(1 / 26)))
        yield " ".join(words[start : start + length])


def fill(count, candidates, measure, least, most, taken):
    """The first `count` candidates that are new and of the asked length in subwords, special ones included."""
    chosen = []
    for text in candidates:
        if len(chosen) == count:
            break
        if text not in taken and least <= measure(text) <= most:
            taken.add(text)
            chosen.append(text)
    return chosen


def make(root, tokenizer_file):
    """The name of the source, and each set as a list of sentences."""
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    measure = lambda text: len(tokenizer.encode(text).ids)  # noqa: E731

    name, texts = sources(root)
    chance = random.Random(1)
    flat = [" ".join(paragraph.split()) for text in texts for paragraph in text.split("\n\n")]
    sentences = sorted({s for p in flat for s in re.split(r"(?<=[.?!]) (?=[A-Z“])", p)})
    chance.shuffle(sentences)

    def with_spare(own):
        """Sentences, and stretches of words where there are too few."""
        yield from own
        yield from passages(flat, chance)

    taken, sets = set(), {}
    many = (" ".join(p.split()[:200]) for p in sorted(flat, key=lambda p: (-len(p), p)))
    long = fill(int(LONG * SIZE), many, measure, 100, MOST, taken)
    sets["mixed"] = long + fill(SIZE - len(long), with_spare(sentences), measure, LEAST, MOST, taken)
    chance.shuffle(sets["mixed"])
    sets["short"] = fill(SIZE, with_spare(sentences), measure, LEAST, SHORT, taken)
    subwords = {set_: [measure(s) for s in sentences] for set_, sentences in sets.items()}
    return name, sets, subwords
