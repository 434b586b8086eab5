#!/usr/bin/env bash
# Installs the pinned client generators into target/clients; does nothing where they are there already. With `proof`, also
# those of the long tests.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=tests/clients work=target/clients

# Node.js cannot be had new enough from every Debian, so it is asked for and not installed.
node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)' 2>/dev/null || {
    echo "setup: the clients' tests need Node.js 20.19 or newer, with npm" >&2
    exit 1
}

# Installs a folder's packages of Python in a virtual environment of its own, which knows where it is: moved, it is made anew.
python_tools() {
    local digest
    digest="$(sha256sum "$here/$1/requirements.txt") in $PWD"
    [ "$(cat "$work/$1/installed" 2>/dev/null)" != "$digest" ] || return 0
    echo "setup: installing the tools of $here/$1"
    rm -rf "${work:?}/$1"
    python3 -m venv "$work/$1" || {
        echo "setup: Python's venv is missing (Debian's package python3-venv)" >&2
        exit 1
    }
    "$work/$1/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement "$here/$1/requirements.txt"
    echo "$digest" >"$work/$1/installed"
}

# Installs the packages of Node.js; none runs a script of its own.
node_tools() {
    local digest
    digest="$(sha256sum "$here/typescript/package-lock.json")"
    [ "$(cat "$work/typescript/installed" 2>/dev/null)" != "$digest" ] || return 0
    echo "setup: installing the tools of $here/typescript"
    rm -rf "$work/typescript"
    mkdir -p "$work/typescript"
    cp "$here"/typescript/{package.json,package-lock.json,.npmrc} "$work/typescript/"
    (cd "$work/typescript" && npm ci --ignore-scripts --silent)
    echo "$digest" >"$work/typescript/installed"
}

# Installs the generator of Rust clients.
rust_tools() {
    local version=0.15.1
    "$work/proof-rust/bin/cargo-progenitor" progenitor --version 2>/dev/null | grep -qF "$version" ||
        cargo install --quiet --locked --root "$work/proof-rust" --version "$version" cargo-progenitor
}

mkdir -p "$work"
rm -f "$work/ready"
python_tools python
python_tools schemathesis
node_tools
if [ "${1:-}" = proof ]; then
    python_tools proof
    rust_tools
fi
touch "$work/ready"
echo "setup: the client generators are there"
