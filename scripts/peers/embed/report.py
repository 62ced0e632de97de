"""What the benchmark prints: the machine, and a table for each set of sentences."""

import platform
import statistics
import subprocess

import numpy
from contestants import REFERENCE

AGREES = 0.98
FLAGS = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_int8")


def processor():
    """lscpu's fields."""
    lines = subprocess.run(["lscpu"], capture_output=True, text=True, env={"LC_ALL": "C"}).stdout.splitlines()
    return {key.strip(): value.strip() for key, _, value in (line.partition(":") for line in lines)}


def has_bf16():
    """Without either, bfloat16 is emulated, tens of times slower than float32."""
    flags = processor().get("Flags", "").split()
    return "avx512_bf16" in flags or "amx_bf16" in flags


def machine(cpus):
    fields = processor()
    flags = fields.get("Flags", "").split()
    return (
        f"{fields.get('Model name', 'unknown processor')}, {fields.get('CPU(s)', '?')} CPUs of which "
        f"{','.join(map(str, cpus))} used, {platform.system()} {platform.release()}; "
        + ", ".join(flag if flag in flags else f"no {flag}" for flag in FLAGS)
    )


def agreement(vectors, reference):
    """Least and mean cosine of rows that belong together."""
    norms = numpy.linalg.norm(vectors, axis=1) * numpy.linalg.norm(reference, axis=1)
    cosines = (vectors * reference).sum(1) / norms
    return float(cosines.min()), float(cosines.mean())


def table(rows, set_name, agreements, loads, limits):
    """Medians of a set's rounds as Markdown, fastest first."""
    mine = [row for row in rows if row["set"] == set_name]
    seconds = {}
    for row in mine:
        seconds.setdefault(row["contestant"], []).append(row["seconds"])
    sentences, subwords = mine[0]["sentences"], mine[0]["subwords"]
    medians = {name: statistics.median(times) for name, times in seconds.items()}

    heads = [
        "contestant",
        "median s",
        "least to most",
        "sentences/s",
        "of the reference",
        "least cosine",
        "mean cosine",
        "load s",
    ]
    heads += [f"of the {name} limit" for name in limits]
    lines = [
        f"`{set_name}`: {sentences} sentences, {subwords} subwords (mean {subwords / sentences:.1f})",
        "",
        "| " + " | ".join(heads) + " |",
        "|" + "---|" * len(heads),
    ]
    for name in sorted(medians, key=medians.get):
        median = medians[name]
        least, mean = agreements[name, set_name]
        cells = [
            name,
            f"{median:.3f}",
            f"{min(seconds[name]):.3f} to {max(seconds[name]):.3f}",
            f"{sentences / median:.0f}",
            f"{medians[REFERENCE] / median:.2f}",
            # Written so that a NaN disagrees too.
            f"{least:.6f}" if least >= AGREES else f"{least:.6f} DISAGREES",
            f"{mean:.6f}",
            f"{loads[name]:.2f}",
        ]
        cells += [f"{subwords / median / limit:.0%}" for limit in limits.values()]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
