#!/usr/bin/env bash
# Sends a desk, at an address with a token, a number of cases made from its document; every check is on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
url="$1" token="$2" cases="$3"
operations="$(grep -c '"operationId"' openapi/uurwerk.json)"
root="$PWD"

# What it remembers of a run stays with it, outside git, and is forgotten before the next: every run sends the same.
cd target/clients/schemathesis
rm -rf .hypothesis .schemathesis
bin/schemathesis --config-file "$root/tests/clients/schemathesis/schemathesis.toml" run "$root/openapi/uurwerk.json" \
    --url "$url" --header "Authorization: Bearer $token" --checks all --seed 1 --continue-on-failure --request-timeout 60 \
    --max-examples "$((cases / operations + 1))"
