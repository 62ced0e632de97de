# shellcheck shell=bash
# Sourced by the scripts: strict mode, the root as working directory, checks, helpers.
set -euo pipefail

caller=$PWD
CDPATH="" cd "$(dirname "${BASH_SOURCE[0]}")/../.."

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$(basename "$0"): $*"
    exit 2
}

# From the caller's folder, before the scripts moved to the root.
absolute() {
    case $1 in
        /*) printf '%s\n' "$1" ;;
        *) printf '%s\n' "$caller/$1" ;;
    esac
}

need() { # command, what to do without it
    command -v "$1" >/dev/null 2>&1 || die "$1 was not found. $2"
}

need_tools() {
    need python3 "Install Python 3.9 or newer with pip (Debian: apt-get install python3 python3-pip)."
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' ||
        die "$(python3 --version) is too old. Install Python 3.9 or newer (Debian 11 and later have it)."
    python3 -c 'import importlib.util as u, sys; sys.exit(u.find_spec("pip") is None)' ||
        die "python3 has no pip. Install it (Debian: apt-get install python3-pip; elsewhere: python3 -m ensurepip)."

    need cargo "Install Rust 1.89 or newer with rustup (https://rustup.rs)."
    need rustc "Install Rust 1.89 or newer with rustup (https://rustup.rs)."
    local version major minor
    version=$(rustc --version) || die "rustc doesn't run: see its message above."
    IFS=' .' read -r _ major minor _ <<<"$version"
    if ((major == 1 && minor < 89)); then
        die "$version is too old. Install Rust 1.89 or newer (rustup update stable; Debian's own rustc is older)."
    fi

    need make "Install make (Debian: apt-get install build-essential)."
    local compiler
    for compiler in "${CXX:-c++}" g++ clang++; do
        # CXX may carry arguments.
        if command -v "${compiler%% *}" >/dev/null 2>&1; then
            [[ $compiler == c++ ]] || export CXX=$compiler
            return
        fi
    done
    die "no C++ compiler was found. Install g++ or clang (Debian: apt-get install build-essential), or set CXX."
}

# A libtorch of the user's own: an absolute path, and the C++ ABI that it was built with.
use_own_libtorch() {
    [[ -n ${LIBTORCH:-} ]] || return 0
    LIBTORCH=$(absolute "$LIBTORCH")
    export LIBTORCH
    local core=$LIBTORCH/lib/libc10.so
    if [[ -z ${LIBTORCH_CXX11_ABI:-} && -f $core ]]; then
        LIBTORCH_CXX11_ABI=0
        # The new ABI's std::string shows in the name of a function that takes one.
        if LC_ALL=C grep -aEq 'torchCheckFail[A-Za-z0-9_]*__cxx11' "$core"; then
            LIBTORCH_CXX11_ABI=1
        fi
        export LIBTORCH_CXX11_ABI
    fi
}

# The release binary, wherever cargo is told to put it.
tifa_binary() {
    local target
    target=$(cargo metadata --format-version 1 --no-deps |
        python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')
    printf '%s\n' "$target/${CARGO_BUILD_TARGET:+$CARGO_BUILD_TARGET/}release/tifa"
}

# An empty variable means "not set" to us, but a path to cargo and torch-sys.
[[ -n ${LIBTORCH:-} ]] || unset LIBTORCH
if [[ -n ${CARGO_TARGET_DIR:-} ]]; then
    CARGO_TARGET_DIR=$(absolute "$CARGO_TARGET_DIR")
    export CARGO_TARGET_DIR
fi
use_own_libtorch
