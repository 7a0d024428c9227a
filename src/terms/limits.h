/* SPDX-License-Identifier: Apache-2.0
 * Every limit of the program, with its unit and reason. Arena caps follow from these. */
#ifndef YJ_TERMS_LIMITS_H
#define YJ_TERMS_LIMITS_H

enum {
    /* HTTP: what a well-behaved browser or client needs, with room. */
    LIMIT_URL_BYTES = 8 * 1024,
    LIMIT_HEADERS = 64,
    LIMIT_JSON_BYTES = 1024 * 1024,
    LIMIT_JSON_DEPTH = 32,
    LIMIT_JSON_MEMBERS = 10000,
    LIMIT_PAGE_ROWS = 500,            /* rows of one page of a list */
    LIMIT_PAGE_ROWS_DEFAULT = 50,
    LIMIT_CONNECTIONS = 1024,
    LIMIT_CONNECTION_IDLE_S = 30,

    /* The clerk: commands waiting, then 503 with Retry-After; commands in one commit. */
    LIMIT_QUEUE = 1024,
    LIMIT_BATCH = 64,
    LIMIT_RETRY_AFTER_S = 2,
    LIMIT_CHECKPOINT_MS = 1000,       /* at most one checkpoint in this time */

    /* Commands and texts, in bytes of UTF-8 (a Chinese character takes three). */
    LIMIT_NAME_BYTES = 300,
    LIMIT_TEXT_BYTES = 6000,          /* an opinion, a text field: 2,000 characters */
    LIMIT_KEY_BYTES = 128,            /* Idempotency-Key */
    LIMIT_LOGIN_BYTES = 64,
    LIMIT_PASSWORD_BYTES = 200,
    LIMIT_PASSWORD_CHARACTERS_MIN = 10,
    LIMIT_REASONS = 50,               /* of one refusal */
    LIMIT_MATERIALS = 32,             /* files cited by one command */

    /* Attachments: streamed in chunks, so memory does not follow their size. */
    LIMIT_CHUNK_BYTES = 256 * 1024,
    LIMIT_ATTACHMENT_BYTES = 50 * 1024 * 1024,
    LIMIT_CASE_BYTES = 1024 * 1024 * 1024,
    LIMIT_UPLOAD_HOURS = 24,          /* an upload that nobody cites goes after this */

    /* One case: more rounds than any regulation foresees, small enough to load whole. */
    LIMIT_TASKS = 1000,
    LIMIT_SEATS = 64,                 /* organisations that a field names, and that sign each */
    LIMIT_SUSPENSIONS = 200,

    /* Registers: lines of one command (a month of a city's systems), lines that facts hold. */
    LIMIT_LINES = 2000,
    LIMIT_RECORDS = 2000,        /* more than LIMIT_YEARS_BACK of a dozen monthly registers */
    LIMIT_YEARS_BACK = 10,

    /* Policy files. */
    LIMIT_YAML_BYTES = 256 * 1024,
    LIMIT_YAML_DEPTH = 16,
    LIMIT_PACK_FILES = 64,
    LIMIT_STEPS = 64,
    LIMIT_FIELDS = 64,                /* of one form */
    LIMIT_EXPRESSION_BYTES = 1000,
    LIMIT_EXPRESSION_DEPTH = 32,
    LIMIT_EXPRESSION_STEPS = 10000,

    /* The legal clock: no limit of a regulation is longer than a hundred years. */
    LIMIT_CLOCK_UNITS = 36600,
    LIMIT_YEAR_MIN = 1900,
    LIMIT_YEAR_MAX = 2199,

    /* Arenas, in bytes. */
    LIMIT_ARENA_REQUEST = 16 * 1024 * 1024,
    LIMIT_ARENA_BATCH = 256 * 1024 * 1024,
    LIMIT_ARENA_POLICY = 64 * 1024 * 1024,

    /* Sessions, in seconds: idle, absolute; failures before a pause, the pause. */
    LIMIT_SESSION_IDLE_S = 30 * 60,
    LIMIT_SESSION_S = 8 * 3600,
    LIMIT_LOGIN_FAILURES = 5,
    LIMIT_LOGIN_WINDOW_S = 15 * 60,
    LIMIT_PASSWORD_QUEUE = 32,        /* password checks waiting for the one worker */
};

/* Integers in JSON are exact in every reader (IEEE 754 double). */
#define LIMIT_JSON_INTEGER INT64_C(9007199254740991)
/* Quantities are millionths of their unit: 8 vCPU is 8000000. */
#define QUANTITY_ONE INT64_C(1000000)
/* Money is fen. */
#define FEN_PER_YUAN INT64_C(100)
#define LIMIT_QUANTITY (INT64_C(1000000000) * QUANTITY_ONE)

#endif
