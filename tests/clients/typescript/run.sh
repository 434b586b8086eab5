#!/usr/bin/env bash
# Makes two TypeScript clients from the document, checks their types, and lets each talk to the desk at an address with a token.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
here=tests/clients/typescript work=target/clients/typescript
PATH="$PWD/$work/node_modules/.bin:$PATH"

cp "$here"/*.ts "$here/tsconfig.json" "$work/"
log="$work/generated.log"
openapi-ts -i ./openapi/uurwerk.json -o "$work/sdk" -p @hey-api/client-fetch @hey-api/typescript @hey-api/sdk 2>&1 | tee "$log"
openapi-typescript openapi/uurwerk.json -o "$work/types.d.ts" 2>&1 | tee -a "$log"
if grep -i 'warn' "$log"; then
    echo "a generator had something to say of the document" >&2
    exit 1
fi
cd "$work"
tsc
tsx with_sdk.ts "$@"
tsx with_types.ts "$@"
