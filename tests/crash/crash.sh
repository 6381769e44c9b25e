#!/bin/sh
# Crash tests; see crash.py.
command -v python3 >/dev/null || { echo "1..0 # SKIP no python3"; exit 0; }
exec python3 "${WISMO_TEST_SRC:-.}/tests/crash/crash.py" "${WISMO_TEST_BUILD:-.}/tests/crash/wismo-faults"
