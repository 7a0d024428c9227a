/* SPDX-License-Identifier: Apache-2.0
 *
 * cli: the command line. One table of commands (commands.def), one parser of options, one way of
 * saying what went wrong.
 *
 * Contract of the room: a command that writes takes the lock on its data folder, so nothing runs
 * beside a server. Exit codes: 0 done, 1 the answer is no (tampered, failed, refused), 2 it could
 * not be done (usage, files, database), 3 done with an estimate (calendar).
 */
#ifndef YJ_CLI_H
#define YJ_CLI_H

/* Runs `yunjian COMMAND ...`; returns the exit code. */
int cli_main(int argc, char **argv);

#endif
