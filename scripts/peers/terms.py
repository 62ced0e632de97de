"""Holds keyness, dispersion and Delta against other programs, over the same words, pairs and triples.

Argument: the texts. Words are those that Tifa cuts; all counts are made anew. Prints for each statistic the peer,
how many values were compared and the largest difference, relative to the larger of the peer's value and 1. The p of
shuffles are compared in standard errors of their difference. Over the limit in the table the run fails.
"""

import collections
import contextlib
import gzip
import importlib.util
import itertools
import json
import os
import random
import sys
import types
from pathlib import Path

import numpy as np
import pandas as pd
from association_measures.measures import score
from corpus_dispersion import CorpusWordAnalyzer
from faststylometry import Corpus
from faststylometry.burrows_delta import calculate_burrows_delta
from holding import Holding, ours, table, version
from pycorpdiff.keyness.bayes import bayes_factor
from pycorpdiff.keyness.dispersion import dispersion_dp, juilland_d
from pycorpdiff.keyness.effect_sizes import percent_diff
from pycorpdiff.keyness.loglikelihood import log_likelihood
from scipy import special, stats
from sklearn.feature_extraction.text import CountVectorizer
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.multitest import multipletests

TARGET_FROM = 1945
# What the slower comparisons look at, drawn from the table.
TABLES, FISHERS, SHUFFLED, ALONE, SPREAD = 5000, 500, 60, 1000, 4000
SHUFFLES, OWN_SHUFFLES = 4999, 10_000
# So many standard errors may a p be off.
ERRORS = 5
FREQUENT = 300
holding = Holding()
hold = holding.hold


def fighting_words():
    """The class of convokit's module, without the packages that the others of its modules ask for."""
    stubs = {"convokit": {"Transformer": object}, "convokit.model": {"Corpus": object, "CorpusComponent": object}}
    stubs |= {"cleantext": {"clean": None}, "matplotlib": {"pyplot": None}}
    for name, has in stubs.items():
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(has)
    spec = importlib.util.find_spec("sklearn")
    file = Path(spec.origin).parents[1] / "convokit/fighting_words/fightingWords.py"
    spec = importlib.util.spec_from_file_location("fighting_words", file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.FightingWords


def counted(words):
    """By length of terms, each document's counts."""
    found = {}
    for size in (1, 2, 3):
        documents = []
        for record in words:
            count = collections.Counter()
            for s in record["sentences"]:
                count.update(zip(*(s[at:] for at in range(size))))
            documents.append(collections.Counter({" ".join(term): n for term, n in count.items()}))
        found[size] = documents
    return found


def words_of(documents):
    """By length of terms, how many sequences each document has."""
    return {size: np.array([d.total() for d in of_size], float) for size, of_size in documents.items()}


def some(rows, number, seed=1):
    return random.Random(seed).sample(rows, min(number, len(rows)))


def column(rows, name):
    return np.array([float(row[name] or "nan") for row in rows])


def counts(rows, documents, is_target):
    """All counts and totals, made anew."""
    for side, wanted in (("target", True), ("reference", False)):
        sums, spread, totals = collections.Counter(), collections.Counter(), {}
        for size, of_size in documents.items():
            chosen = [d for d, is_it in zip(of_size, is_target) if is_it == wanted]
            totals[size] = sum(sum(d.values()) for d in chosen)
            for document in chosen:
                sums.update(document)
                spread.update(document.keys())
        hold(f"{side}_count", "counted anew", [(r[f"{side}_count"], sums[r["term"]]) for r in rows], 0)
        hold(f"{side}_documents", "counted anew", [(r[f"{side}_documents"], spread[r["term"]]) for r in rows], 0)
        hold(f"{side}_total", "counted anew", [(r[f"{side}_total"], totals[r["size"]]) for r in rows], 0)


def measures(rows):
    """Columns that are found from the counts in the same row."""
    names = ("target_count", "target_total", "reference_count", "reference_total")
    a, in_target, b, in_reference = (column(rows, name) for name in names)
    peer = version("association-measures")
    frame = pd.DataFrame({"f1": a, "N1": in_target, "f2": b, "N2": in_reference})
    wanted = ["log_likelihood", "log_ratio", "conservative_log_ratio"]
    options = {"digits": None, "freq": False, "disc": 0.5, "alpha": 0.05, "vocab": len(rows)}
    walter = score(frame, wanted, **options)
    hardie = score(frame, ["log_ratio"], discounting="Hardie2014", **options)
    # Sums of large terms that nearly cancel.
    hold("g2", peer, zip(column(rows, "g2"), walter["log_likelihood"]), 1e-9)
    hold("log_ratio", peer, zip(column(rows, "log_ratio"), hardie["log_ratio"]), 1e-12)
    hold("log_ratio_walter", peer, zip(column(rows, "log_ratio_walter"), walter["log_ratio"]), 1e-12)
    hold("lrc", peer, zip(column(rows, "lrc"), walter["conservative_log_ratio"]), 1e-9)

    peer = version("pycorpdiff")
    for_size = collections.defaultdict(list)
    for row in rows:
        for_size[row["size"]].append(row)
    short, bic, percent = [], [], []
    for some_rows in for_size.values():
        terms = [row["term"] for row in some_rows]
        both = [pd.Series(column(some_rows, f"{side}_count"), terms) for side in ("target", "reference")]
        sizes = [int(some_rows[0][f"{side}_total"]) for side in ("target", "reference")]
        theirs = log_likelihood(*both, *sizes, formula="rayson")["g2"]
        short += [(row["g2_short"], theirs[row["term"]]) for row in some_rows]
        # Of the largest factors no logarithm can be taken.
        with np.errstate(divide="ignore"):
            theirs = 2 * np.log(bayes_factor(*both, *sizes, formula="dunning"))
        bic += [(row["bic"], theirs[row["term"]]) for row in some_rows if np.isfinite(theirs[row["term"]])]
        theirs = percent_diff(*both, *sizes)
        percent += [(row["pct_diff"], theirs[row["term"]]) for row in some_rows if float(row["reference_count"])]
    hold("g2_short", peer, short, 1e-9)
    # Its sums of large terms nearly cancel, and it tells the factor.
    hold("bic", peer, bic, 1e-7)
    hold("pct_diff", peer, percent, 1e-12)

    peer = version("scipy")
    g2 = np.abs(column(rows, "g2"))
    # By the normal distribution, whose logarithm does not underflow.
    log10_p = (np.log(2) + stats.norm.logsf(np.sqrt(g2))) / np.log(10)
    hold("log10_p", peer, zip(column(rows, "log10_p"), log10_p), 1e-12)
    for name, method in (("q_bh", "fdr_bh"), ("q_by", "fdr_by")):
        theirs = multipletests(10.0**log10_p, method=method)[1]
        hold(name, version("statsmodels"), zip(column(rows, name), theirs), 1e-12)
    chosen = np.array(some(list(range(len(rows))), TABLES))
    rows = [rows[at] for at in chosen]
    a, b, in_target, in_reference = (x[chosen] for x in (a, b, in_target, in_reference))
    cells = np.stack([a, b, in_target - a, in_reference - b], 1).reshape(-1, 2, 2)
    apart = np.abs(cells[:, 0, 0] * cells[:, 1, 1] - cells[:, 0, 1] * cells[:, 1, 0])
    total, least = in_target + in_reference, (a + b) * np.minimum(in_target, in_reference)
    # As in quanteda: nothing is corrected where that would turn the difference around.
    is_corrected = (least / total < 5) & (apart >= total / 2)
    sign = np.sign(a * in_reference - b * in_target)
    for name, chosen in (("chi2", ~is_corrected), ("chi2, corrected", is_corrected)):
        own = column(rows, "chi2")[chosen]
        correction = bool(is_corrected[chosen][0])
        found = [stats.chi2_contingency(c, correction=correction).statistic for c in cells[chosen]]
        hold(name, peer, zip(own, sign[chosen] * found), 1e-9)
    tested = some([at for at, row in enumerate(rows) if row["fisher_log10_p"]], FISHERS)
    fisher = [np.log10(stats.fisher_exact(cells[at].astype(int)).pvalue) for at in tested]
    hold("fisher_log10_p", peer, zip(column(rows, "fisher_log10_p")[tested], fisher), 1e-7)
    risk = [
        stats.contingency.relative_risk(int(x), int(n), int(y), int(m)).relative_risk
        for x, n, y, m in zip(a, in_target, b, in_reference)
    ]
    hold("relative_risk", peer, zip(column(rows, "relative_risk"), risk), 1e-12)
    peer = version("statsmodels")
    with np.errstate(divide="ignore"):
        odds = [Table2x2(c, shift_zeros=False).oddsratio for c in cells]
    hold("odds_ratio", peer, zip(column(rows, "odds_ratio"), odds), 1e-12)


def log_odds(rows, documents, is_target):
    """Weighted log odds of all terms of a length, those that are too rare for the table as well."""
    peer = version("convokit")
    words_of_prior = 500
    for size, of_size in documents.items():
        sides = [collections.Counter(), collections.Counter()]
        for document, is_it in zip(of_size, is_target):
            sides[not is_it].update(document)
        terms = sorted(set(sides[0]) | set(sides[1]))
        both = np.array([sides[0][term] + sides[1][term] for term in terms], float)
        vectorizer = CountVectorizer(analyzer=lambda side: side.elements(), vocabulary=terms)
        prior = words_of_prior * both / both.sum()
        compared = fighting_words()(text_func=lambda side: side, cv=vectorizer, prior=prior)
        with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
            found = compared._bayes_compare_language(sides[:1], sides[1:])
        own = [row for row in rows if row["size"] == size]
        hold(f"log_odds_z, {size} words", peer, [(row["log_odds_z"], found[row["term"]]) for row in own], 1e-9)


def dispersion(rows, documents, is_target, side, suffix):
    """Spread over the documents of a side, or of all."""
    pairs = collections.defaultdict(list)
    for size, of_size in documents.items():
        chosen = [d for d, is_it in zip(of_size, is_target) if side is None or is_it == side]
        sizes = [sum(d.values()) for d in chosen]
        own = some([row for row in rows if row["size"] == size and row[f"dp{suffix}"]], SPREAD)
        counts = {row["term"]: [d[row["term"]] for d in chosen] for row in own}
        for row in own:
            found = CorpusWordAnalyzer(counts[row["term"]], sizes, sum(sizes))
            theirs = found.calculate_all_metrics()
            pairs["dp"].append((row[f"dp{suffix}"], theirs.dp))
            pairs["dp_norm"].append((row[f"dp_norm{suffix}"], theirs.dp_norm))
            pairs["juilland_d"].append((row[f"juilland_d{suffix}"], theirs.juilland_d))
            if side is None:
                pairs["range"].append((row["range"], theirs.range))
        # It takes a document's words for the sum of its columns: the last has all the rest.
        rest = [n - sum(counts[term][at] for term in counts) for at, n in enumerate(sizes)]
        matrix = pd.DataFrame({**counts, "": rest})
        for name, of in (("dp", dispersion_dp(matrix)), ("juilland_d", juilland_d(matrix))):
            pairs[name, 2] += [(row[f"{name}{suffix}"], of[row["term"]]) for row in own]
    for name, values in pairs.items():
        (name, peer) = (name[0], "pycorpdiff") if isinstance(name, tuple) else (name, "corpus-dispersion")
        hold(f"{name}{suffix}", version(peer), values, 1e-12)


def g2_signed(a, n, all_a, all_n):
    """G² of counts and words of the target among all, long form, by SciPy's entropies."""
    cells = np.stack([a, all_a - a, n - a, all_n - n - (all_a - a)])
    rows = np.stack([np.broadcast_to(all_a, a.shape)] * 2 + [np.broadcast_to(all_n - all_a, a.shape)] * 2)
    columns = np.stack([n, all_n - n] * 2)
    found = 2 * special.rel_entr(cells, rows * columns / all_n).sum(axis=0)
    return np.sign(a * all_n - all_a * n) * found


def log_ratio(a, n, all_a, all_n):
    b, m = all_a - a, all_n - n
    return np.log2((a + 0.5) / (n + 0.5)) - np.log2((b + 0.5) / (m + 0.5))


SCORES = {"g2": g2_signed, "log_ratio": log_ratio}


def shuffles(rows, documents, is_target):
    """The p of SciPy's permutation test of documents."""
    errors = collections.defaultdict(list)
    sides = [np.flatnonzero(is_target), np.flatnonzero(~is_target)]
    sizes = words_of(documents)
    for row in rows:
        counts = np.array([d[row["term"]] for d in documents[row["size"]]], float)
        words = sizes[row["size"]]
        for name, tails in (("g2_p_higher", 1), ("g2_p", 2), ("log_ratio_p_higher", 1)):
            by = SCORES[name.split("_p")[0]]

            def statistic(x, y, axis=-1):
                return by(counts[x.astype(int)].sum(axis), words[x.astype(int)].sum(axis), counts.sum(), words.sum())

            test = stats.permutation_test(
                sides,
                statistic,
                permutation_type="independent",
                vectorized=True,
                n_resamples=SHUFFLES,
                batch=1000,
                alternative="greater" if tails == 1 else "two-sided",
                rng=np.random.default_rng(len(errors[name])),
            )
            mine, theirs = float(row[name]), test.pvalue
            p = (mine + theirs) / 2 / tails
            error = tails * np.sqrt(max(p * (1 - p), 1e-12) * (1 / OWN_SHUFFLES + 1 / SHUFFLES))
            errors[name].append(((mine - theirs) / error, 0))
    for name, values in errors.items():
        hold(f"{name}, std. errors", version("scipy"), values, ERRORS)


def exact(rows, documents):
    """The p of the last document against the others: how many of all documents score as high alone."""
    pairs, sizes = collections.defaultdict(list), words_of(documents)
    for row in rows:
        counts = np.array([d[row["term"]] for d in documents[row["size"]]], float)
        words = sizes[row["size"]]
        for name, by in SCORES.items():
            all_scores = by(counts, words, counts.sum(), words.sum())
            near = 1e-9 * np.maximum(1, np.abs(all_scores[-1]))
            pairs[f"{name}_p_higher"].append((row[f"{name}_p_higher"], (all_scores >= all_scores[-1] - near).mean()))
            pairs[f"{name}_p_lower"].append((row[f"{name}_p_lower"], (all_scores <= all_scores[-1] + near).mean()))
    for name, values in pairs.items():
        hold(f"{name}, one text", "all divisions counted", values, 1e-12)


def delta(words):
    """Burrows's Delta of the presidents' addresses, by the words that are most frequent in all."""
    authors = collections.defaultdict(list)
    for record in words:
        authors[record["id"].split("-")[1]] += itertools.chain(*record["sentences"])
    known, unknown = Corpus(), Corpus()
    for corpus in (known, unknown):
        for author, own in authors.items():
            corpus.add_book(author, "addresses", " ".join(own))
        corpus.tokens = list(authors.values())
    found = calculate_burrows_delta(known, unknown, vocab_size=FREQUENT, tok_match_pattern=None)
    names = list(authors)
    counts = [collections.Counter(own) for own in authors.values()]
    lines = [" ".join(repr(count[w] / count.total()) for w in known.top_tokens) for count in counts]
    rows = table("", ("\n".join(lines) + "\n").encode(), "delta")
    theirs = {name: found[f"{name} - addresses"] for name in names}
    pairs = [(row["burrows"], theirs[names[int(row["one"])]][names[int(row["other"])]]) for row in rows]
    hold(f"burrows, {len(names)} presidents", version("faststylometry"), pairs, 1e-12)


def main():
    texts = gzip.open(sys.argv[1]).read()
    words = [json.loads(line) for line in ours("words", texts).splitlines()]
    for record, line in zip(words, texts.splitlines()):
        record["id"] = json.loads(line)["id"]
    documents = counted(words)
    is_target = np.array([record["year"] >= TARGET_FROM for record in words])
    rows = table("keyness", texts)
    whole = table("frequencies", texts)
    article = table("article", texts)
    for row in rows + whole + article:
        row["size"] = row["term"].count(" ") + 1
    holding.head()
    counts(rows, documents, is_target)
    measures(rows)
    log_odds(rows, documents, is_target)
    dispersion(rows, documents, is_target, True, "_target")
    dispersion(rows, documents, is_target, False, "_reference")
    dispersion(whole, documents, is_target, None, "")
    shuffles(some(rows, SHUFFLED), documents, is_target)
    exact(some(article, ALONE), documents)
    delta(words)
    sys.exit(holding.failed)


main()
