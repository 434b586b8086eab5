#!/usr/bin/env bash
# Makes clients for Java, C#, Go, PHP and Rust from the document, and compiles each whose compiler is on the machine: Java's and Rust's
# must be.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
here=tests/clients/proof work=target/clients/proof made=target/clients/proof/made
jar="$(echo "$work"/lib/python3*/site-packages/openapi_generator_cli/openapi-generator.jar)"
[ -f "$jar" ] || {
    echo "the generators of the long tests are not installed: run \`bash tests/setup.sh proof\`" >&2
    exit 1
}
rm -rf "$made"
mkdir -p "$made"

# Runs a generator; what it says is kept in a log, and shown when it fails.
made_by() {
    local language="$1"
    shift
    "$@" >"$made/$language.log" 2>&1 || {
        cat "$made/$language.log" >&2
        exit 1
    }
    echo "$language: made"
}

# Makes a client by openapi-generator, with what it needs to be told.
generate() {
    local generator="$1"
    shift
    made_by "$generator" java -jar "$jar" generate --input-spec openapi/uurwerk.json --generator-name "$generator" --output "$made/$generator" "$@"
}

# Runs a compiler in a client's folder, if it is on the machine.
compiled_by() {
    local folder="$1" compiler="$2"
    shift 2
    if command -v "$compiler" >/dev/null; then
        (cd "$made/$folder" && "$@")
        echo "$folder: compiled"
    else
        echo "$folder: not compiled, there is no $compiler"
    fi
}

php_files_parse() {
    find lib -name '*.php' -print0 | xargs -0 -n 1 php -l >/dev/null
}

generate java --library native --additional-properties=openApiNullable=false,hideGenerationTimestamp=true
generate csharp
generate go --additional-properties=enumClassPrefix=true
generate php

# The generator's own jar has the libraries that its Java client needs.
find "$made/java/src/main" "$here/java" -name '*.java' >"$made/java.files"
javac -d "$made/java/classes" -classpath "$jar" "@$made/java.files"
echo "java: compiled"
compiled_by go go go vet .
compiled_by csharp dotnet dotnet build src/Org.OpenAPITools
compiled_by php php php_files_parse

made_by rust "$work-rust/bin/cargo-progenitor" progenitor --input openapi/uurwerk.json --output "$made/rust" --name uurwerk-client --version 0.1.0 --interface builder
# A package of its own, not one of the desk's workspace in whose folder it lies.
printf '\n[workspace]\n' >>"$made/rust/Cargo.toml"
CARGO_TARGET_DIR="$work-rust/target" cargo check --quiet --manifest-path "$made/rust/Cargo.toml"
echo "rust: compiled"
