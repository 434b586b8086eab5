#!/usr/bin/env bash
# Makes a Python client from the document, checks its types, and lets it talk to the desk at an address with a token.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
here=tests/clients/python work=target/clients/python
PATH="$PWD/$work/bin:$PATH"

mkdir -p "$work/trip"
cp "$here/round_trip.py" "$here/mypy.ini" "$work/trip/"
openapi-python-client generate --path openapi/uurwerk.json --meta none --output-path "$work/trip/uurwerk_client" --overwrite --fail-on-warning
cd "$work/trip"
mypy --config-file mypy.ini round_trip.py uurwerk_client
python round_trip.py "$@"
