/* Lines that a person types, with editing, history and completion (libedit);
 * or those of a file or pipe, as they are. */
#ifndef CLI_SHELL_LINE_EDITOR_H
#define CLI_SHELL_LINE_EDITOR_H

#include <stdbool.h>

#include "common/base/arena.h"
#include "common/base/buf.h"

struct line_editor;

/* How a line could go on: its last bytes, from *start on, are to be replaced by
 * one of the texts, which are put into `arena`. Their number is returned. */
typedef size_t line_complete_fn(void *ctx, struct slice line, size_t *start,
                                struct arena *arena, const char ***texts);

/* NULL if memory ran out. */
struct line_editor *line_editor_new(const char *prompt,
                                    line_complete_fn *complete, void *ctx);
/* Saves the history; accepts NULL. */
void line_editor_free(struct line_editor *e);
/* Whether a person types. */
bool line_editor_interactive(const struct line_editor *e);
/* The next line, trimmed, until the next call; NULL at the end. One that is
 * interrupted by ^C is empty. */
const char *line_editor_read(struct line_editor *e);

#endif
