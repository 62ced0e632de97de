"""Time and memory of the commands that count words, on articles of State of the Union sentences, each made of the first
half of one and the second half of another: few are copies, and pairs and triples of words are as many as they can be.
Prints a row of the table in docs/statistics.md for each command; memory is what the system says of the whole process.
"""

import argparse
import os
import random
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent / "reuse"))

import sotu  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "target/peers/keyness"
COMMANDS = {
    "keyness": ["keyness", "--where", "year<1985", "--max-n", "3"],
    "words": ["words"],
    "shift": ["shift", "--where", "year<1985"],
    "kwic": ["kwic", "public *"],
}


def arguments():
    parser = argparse.ArgumentParser(
        prog="keyness_scale", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tifa", required=True, help="the program")
    parser.add_argument("--bytes", type=int, default=1_000_000_000, help="of text (default: %(default)s)")
    parser.add_argument("--commands", default=",".join(COMMANDS), help="default: %(default)s")
    parser.add_argument("--table", action="store_true", help="one table alone, where the command can")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def articles(size, seed):
    """Articles of some 6,000 bytes, until there are so many bytes."""
    draw = random.Random(seed)
    paragraphs = [paragraph for _, _, held in sotu.addresses() for paragraph in held]
    sentences = [sentence.split() for paragraph in paragraphs for sentence in paragraph.split(". ")]
    halves = [
        (" ".join(words[: len(words) // 2]), " ".join(words[len(words) // 2 :]))
        for words in sentences
        if 6 <= len(words) <= 60
    ]
    written, at = 0, 0
    while written < size:
        held, length = [], 0
        while length < 6000:
            held.append(f"{draw.choice(halves)[0]} {draw.choice(halves)[1].rstrip('.')}.")
            length += len(held[-1]) + 1
        text = "\n\n".join(" ".join(held[first : first + 6]) for first in range(0, len(held), 6))
        yield f"a{at}", f"{1950 + at % 70}-01-01", text
        written, at = written + len(text.encode()), at + 1


def main():
    options = arguments()
    WORK.mkdir(parents=True, exist_ok=True)
    inputs = WORK / f"{options.bytes}.jsonl"
    sotu.write(inputs, articles(options.bytes, options.seed))
    print("| command | s | peak memory, MB |")
    print("|---|---|---|")
    for name in options.commands.split(","):
        out = WORK / ("out.csv" if options.table else "out")
        command = [options.tifa, *COMMANDS[name], str(inputs), "--quiet", "--threads", "2", "--out", str(out)]
        start = time.perf_counter()
        process = subprocess.Popen(command)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"{' '.join(command)} ended with {os.waitstatus_to_exitcode(status)}")
        seconds = time.perf_counter() - start
        print(f"| {name} | {seconds:.0f} | {usage.ru_maxrss * 1024 / 1e6:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
