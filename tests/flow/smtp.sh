#!/bin/sh
# The mailer against a scripted server; see smtp.py.
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
exec python3 "${WISMO_TEST_SRC:-.}/tests/flow/smtp.py" "${WISMO_TEST_BUILD:-.}/wismo"
