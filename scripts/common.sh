# shellcheck shell=bash
# shellcheck disable=SC2034 # what is unused here is used by those who source this
# What the scripts share. Source it; it changes to the root of the checkout.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT" || exit 1

# The recorded streams, the scriptable upstream and the load tools live beside the checkout.
SLUICE_SHARED=${SLUICE_SHARED:-$ROOT/../shared}
export SLUICE_SHARED

VENV=${XDG_CACHE_HOME:-$HOME/.cache}/sluice/venv

# One set of flags for everything that runs a release, so that each finds the other's build. Exclusive access is checked while
# tests run, in debug builds; in a release the checks are a tenth of all instructions per request.
RELEASE=(-c release --product sluice --static-swift-stdlib -Xswiftc -enforce-exclusivity=unchecked)

say() { printf '%s\n' "$*" >&2; }
die() {
    say "error: $*"
    exit 1
}

# Builds the release and leaves the path of the executable in BINARY.
build_release() {
    swift build "${RELEASE[@]}" >&2
    BINARY=$(swift build "${RELEASE[@]}" --show-bin-path)/sluice
}

# Builds the release of what gives the tokenizers to scripts, and leaves its path in BINARY.
build_tokens_tool() {
    local release=("${RELEASE[@]/sluice/SluiceTokensTool}")
    swift build "${release[@]}" >&2
    BINARY=$(swift build "${release[@]}" --show-bin-path)/SluiceTokensTool
}
