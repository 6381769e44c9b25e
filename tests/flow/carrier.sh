#!/bin/sh
# The asking engine against a local HTTPS server; see carrier.py.
command -v python3 >/dev/null && command -v openssl >/dev/null || { echo "1..0 # SKIP no python3 or openssl"; exit 0; }
exec python3 "${WISMO_TEST_SRC:-.}/tests/flow/carrier.py" "${WISMO_TEST_BUILD:-.}"
