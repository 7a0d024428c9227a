/* SPDX-License-Identifier: Apache-2.0
 *
 * What the fuzz targets share. A target is one file: it hands hostile bytes to one parser as an
 * edge of the program does, in an arena of the production cap under one overflow frame, and states
 * with must() what holds of every input. It is linked twice: with libFuzzer, and with replay.c as
 * an ordinary test. Nothing may depend on an earlier input but what is made once. */
#ifndef YJ_FUZZ_H
#define YJ_FUZZ_H

#include "base/base.h"
#include "terms/terms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Runs the parser on the input; an arena that is full ends it as it ends a request. */
static inline int fuzz_run(size_t cap, void (*run)(struct arena *arena, str input),
                           const uint8_t *data, size_t size)
{
    jmp_buf frame;
    struct arena *arena = arena_new(cap);
    arena_on_overflow(arena, &frame);
    if (setjmp(frame) == 0)
        run(arena, (str){(const char *)data, size});
    arena_free(arena);
    return 0;
}

/* A refusal says something, and what it says of a text is a text. */
static inline void fuzz_refused(str input, const struct err *e)
{
    must(e->code != ERR_NONE && e->msg[0]);
    must(!utf8_valid(input) || (utf8_valid(str_of(e->msg)) && utf8_valid(str_of(e->where))));
}

/* The next byte of the input as a number; 0 at its end. */
static inline unsigned fuzz_byte(str *input)
{
    if (input->len == 0)
        return 0;
    unsigned byte = (unsigned char)input->ptr[0];
    *input = (str){input->ptr + 1, input->len - 1};
    return byte;
}

#endif
