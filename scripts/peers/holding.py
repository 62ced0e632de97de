"""Holds our values against a peer's: what the scripts that compare statistics have in common."""

import csv
import importlib.metadata
import io
import os
import subprocess
from pathlib import Path

EXAMPLES = Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "release/examples"


def version(package):
    return f"{package} {importlib.metadata.version(package)}"


def ours(what, texts, program="peers"):
    """What an example of Tifa's crates prints."""
    done = subprocess.run([EXAMPLES / program, *what.split()], input=texts, stdout=subprocess.PIPE, check=True)
    return done.stdout.decode()


def table(what, texts, program="peers"):
    return list(csv.DictReader(io.StringIO(ours(what, texts, program))))


class Holding:
    """Prints a line for each statistic, and remembers whether one differed."""

    def __init__(self):
        self.failed = False

    def head(self):
        print(f"{'statistic':<28} {'peer':<24} {'values':>7} {'largest':>9} {'limit':>7}")

    def hold(self, name, peer, pairs, tolerance):
        """Compares pairs of our value and the peer's, relative to the larger of the peer's and 1."""
        pairs = [(float(mine), float(theirs)) for mine, theirs in pairs]
        differences = [abs(m - t) / max(abs(t), 1) if m != t else 0.0 for m, t in pairs]
        # Not a number is not within any tolerance.
        worst = max((d if d == d else float("inf") for d in differences), default=float("inf"))
        self.failed |= worst > tolerance
        verdict = "" if worst <= tolerance else "  DISAGREES"
        print(f"{name:<28} {peer:<24} {len(pairs):>7} {worst:>9.1e} {tolerance:>7.0e}{verdict}", flush=True)
