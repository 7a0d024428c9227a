/* SPDX-License-Identifier: Apache-2.0
 * Runs a fuzz target over the files that are named, without a fuzzing engine. The name is printed
 * before its file is run: the last one is where it ended. */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

enum { INPUT_BYTES = 4 * 1024 * 1024 };

static bool replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(INPUT_BYTES);
    size_t len = file && bytes ? fread(bytes, 1, INPUT_BYTES, file) : 0;
    bool whole = file && bytes && !ferror(file) && len < INPUT_BYTES;
    if (file)
        fclose(file);
    /* As long as the input and not longer: a read past its end is found. */
    uint8_t *input = whole ? malloc(len ? len : 1) : NULL;
    for (size_t i = 0; input && i < len; i++)
        input[i] = (uint8_t)bytes[i];
    free(bytes);
    if (input)
        LLVMFuzzerTestOneInput(input, len);
    free(input);
    return input != NULL;
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0;
    for (int i = 1; i < argc; i++) {
        printf("%s\n", argv[i]);
        fflush(stdout);
        if (replay(argv[i])) {
            passed++;
        } else {
            printf("FAILED %s: it cannot be read\n", argv[i]);
            failed++;
        }
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed || !passed;
}
