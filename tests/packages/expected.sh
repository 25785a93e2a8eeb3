#!/usr/bin/env bash
# Asks node for the expected answers anew, with the servers of the tests, and compares Skep's with them.
# expected.sh NAME asks for those of one package.
set -euo pipefail
cd "$(dirname "$0")/../.."
UPDATE_EXPECT=1 exec cargo test --test it "packages::${1:-}" -- --test-threads=1
