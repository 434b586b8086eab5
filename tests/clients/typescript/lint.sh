#!/usr/bin/env bash
# Holds the document against the API design rules: no error and no warning.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
for rules in openapi/rulesets/*.yaml; do
    target/clients/typescript/node_modules/.bin/spectral lint --ruleset "$rules" --fail-severity=warn openapi/uurwerk.json
done
