/* One source for both: with --enable-fuzzing libFuzzer calls LLVMFuzzerTestOneInput; else this file's main
 * replays the folders or files named on the command line (default: the target's corpus) and speaks TAP. */
#ifndef TESTS_LIB_FUZZ_H
#define TESTS_LIB_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Folder below tests/fuzz/corpus. */
extern const char fuzz_corpus[];

#endif
