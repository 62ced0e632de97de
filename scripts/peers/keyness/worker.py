"""One peer's G² of words, pairs and triples: peer, texts, first year of the target, table to write.

Terms with fewer than five occurrences in all, or in one address only, are left out, as tifa does by default.
"""

import csv
import json
import sys

import numpy

MIN_COUNT, MIN_DOCUMENTS = 5, 2


def read(file, year):
    with open(file, encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [row["text"] for row in rows], numpy.array([int(row["date"]) >= year for row in rows])


def g2(target, reference, in_target, in_reference):
    """Signed, over four cells; totals may be one for all terms or one a term."""
    total = in_target + in_reference
    term = target + reference
    cells = [
        (target, term * in_target / total),
        (reference, term * in_reference / total),
        (in_target - target, (total - term) * in_target / total),
        (in_reference - reference, (total - term) * in_reference / total),
    ]
    with numpy.errstate(divide="ignore", invalid="ignore"):
        parts = [numpy.where(seen > 0, seen * numpy.log(seen / expected), 0.0) for seen, expected in cells]
    return numpy.sign(target - cells[0][1]) * 2 * sum(parts)


def write(file, terms, target, reference, scores):
    with open(file, "w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(["term", "target_count", "reference_count", "g2"])
        table.writerows(zip(terms, target, reference, scores))


def sklearn(texts, is_target, file):
    from sklearn.feature_extraction.text import CountVectorizer

    # Letters, digits and inner apostrophes, which comes near to Unicode's words.
    words = CountVectorizer(ngram_range=(1, 3), token_pattern=r"(?u)\w+(?:['’.]\w+)*", dtype=numpy.int64)
    counts = words.fit_transform(texts)
    keep = (numpy.asarray(counts.sum(0)).ravel() >= MIN_COUNT) & (counts.getnnz(0) >= MIN_DOCUMENTS)
    sizes = numpy.array([term.count(" ") for term in words.get_feature_names_out()])
    sides = [numpy.asarray(counts[side].sum(0)).ravel() for side in (is_target, ~is_target)]
    totals = [numpy.bincount(sizes, weights=side)[sizes] for side in sides]
    target, reference = sides
    scores = g2(target, reference, *totals)
    terms = words.get_feature_names_out()
    write(file, terms[keep], target[keep], reference[keep], scores[keep])


def scattertext(texts, is_target, file):
    import pandas
    import scattertext as st
    from scattertext.features.featoffsets.flexible_ngram_features import FlexibleNGrams

    data = pandas.DataFrame({"side": numpy.where(is_target, "target", "reference"), "text": texts})
    data["parse"] = data["text"].apply(st.whitespace_nlp_with_sentences)
    corpus = st.CorpusFromParsedDocuments(
        data, category_col="side", parsed_col="parse", feats_from_spacy_doc=FlexibleNGrams(ngram_sizes=[1, 2, 3])
    ).build()
    scorer = st.G2(corpus).set_categories("target", ["reference"])
    scores = scorer.get_scores()
    frequencies = corpus.get_term_freq_df("")
    target, reference = (frequencies.loc[scores.index, side].to_numpy() for side in ("target", "reference"))
    keep = target + reference >= MIN_COUNT
    write(file, scores.index[keep], target[keep], reference[keep], scores.to_numpy()[keep])


if __name__ == "__main__":
    peer, source, first_year, destination = sys.argv[1:]
    {"sklearn": sklearn, "scattertext": scattertext}[peer](*read(source, int(first_year)), destination)
