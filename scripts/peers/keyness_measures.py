"""Holds the columns of keyness.csv against other programs, from the counts in the same rows.

Arguments: the addresses, the program. Prints for each column the peer, how many values were compared and the
largest difference, relative to the larger of the peer's value and 1. The table has six decimals, so
differences below 5e-7 are its rounding. Over the tolerance the run fails.
"""

import csv
import importlib.metadata
import subprocess
import sys
from pathlib import Path

import numpy
import scipy.stats
from scattertext.termscoring.lrc import lrc
from scipy.stats import contingency
from statsmodels.stats.multitest import multipletests

sys.path.insert(0, str(Path(__file__).resolve().parent))

from keyness_bench import FROM, unpack  # noqa: E402

FOLDER = Path("target/peers/keyness")
TOLERANCE = 1e-6
# Fisher's test is slow there: so many rows, spread over the table.
FISHERS = 2000
failed = False


def version(package):
    return f"{package} {importlib.metadata.version(package)}"


def show(column, peer, ours, theirs):
    global failed
    ours, theirs = numpy.asarray(ours, float), numpy.asarray(theirs, float)
    finite = numpy.isfinite(theirs)
    same = numpy.array_equal(ours[~finite], theirs[~finite], equal_nan=True)
    apart = numpy.abs(ours - theirs)[finite] / numpy.maximum(1, numpy.abs(theirs[finite]))
    most = float(apart.max(initial=0))
    agrees = most <= TOLERANCE and same
    failed |= not agrees
    print(f"| `{column}` | {peer} | {len(ours)} | {most:.1e}{'' if agrees else ' DISAGREES'} |")


def totals(rows, side):
    """Sequences of each length on a side: from the most frequent term's count and rate, which give it whole."""
    found = {}
    for row in rows:
        count, rate = int(row[f"{side}_count"]), float(row[f"{side}_per_million"])
        best = found.get(row["n"], (0, 0))
        if count > best[0]:
            found[row["n"]] = (count, round(count * 1e6 / rate))
    return numpy.array([found[row["n"]][1] for row in rows])


def main():
    texts, tifa = Path(sys.argv[1]), sys.argv[2]
    file = unpack(texts, FOLDER)
    table = FOLDER / "measures.csv"
    command = [tifa, "keyness", str(file), "--where", f"year>={FROM}", "--permutations", "0", "--quiet"]
    subprocess.run([*command, "--out", str(table)], check=True)
    with open(table, encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))

    def column(name):
        return numpy.array([float(row[name] or "nan") for row in rows])

    target, reference = column("target_count"), column("reference_count")
    in_target, in_reference = totals(rows, "target"), totals(rows, "reference")
    cells = numpy.stack([target, reference, in_target - target, in_reference - reference], 1).reshape(-1, 2, 2)
    expected = (target + reference) * numpy.minimum(in_target, in_reference) / (in_target + in_reference)
    sign = numpy.sign(target * in_reference - reference * in_target)
    scipy_version, pairs = version("scipy"), range(len(rows))
    g2 = [contingency.chi2_contingency(c, correction=False, lambda_="log-likelihood").statistic for c in cells]
    # As in quanteda: nothing is corrected where that would turn the difference around.
    apart = numpy.abs(target * (in_reference - reference) - reference * (in_target - target))
    is_corrected = (expected < 5) & (apart >= (in_target + in_reference) / 2)
    chi2 = [
        contingency.chi2_contingency(c, correction=bool(is_so)).statistic
        for c, is_so in zip(cells, is_corrected, strict=True)
    ]
    # By the normal distribution, whose logarithm does not underflow.
    log10_p = (numpy.log(2) + scipy.stats.norm.logsf(numpy.sqrt(g2))) / numpy.log(10)
    print("| column | peer | values | largest difference |\n|---|---|---|---|")
    show("g2", scipy_version, column("g2"), sign * g2)
    show("log10_p", scipy_version, column("log10_p"), log10_p)
    show("chi2", scipy_version, column("chi2"), sign * chi2)
    tested = [at for at in pairs if rows[at]["fisher_log10_p"]]
    tested = tested[:: max(1, len(tested) // FISHERS)]
    fisher = [numpy.log10(scipy.stats.fisher_exact(cells[at].astype(int)).pvalue) for at in tested]
    show("fisher_log10_p", scipy_version, column("fisher_log10_p")[tested], fisher)
    with numpy.errstate(divide="ignore"):
        odds = cells[:, 0, 0] * cells[:, 1, 1] / (cells[:, 0, 1] * cells[:, 1, 0])
        risk = [
            contingency.relative_risk(int(a), int(n), int(b), int(m)).relative_risk
            for a, n, b, m in zip(target, in_target, reference, in_reference, strict=True)
        ]
    show("odds_ratio", "by definition", column("odds_ratio"), odds)
    show("relative_risk", scipy_version, column("relative_risk"), risk)
    show("lrc", version("scattertext"), column("lrc"), lrc(target, reference, in_target, in_reference))
    p = 10.0**log10_p
    for name, method in (("q_bh", "fdr_bh"), ("q_by", "fdr_by")):
        show(name, version("statsmodels"), column(name), multipletests(p, method=method)[1])
    sys.exit("some differ" if failed else 0)


if __name__ == "__main__":
    main()
