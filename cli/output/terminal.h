/* What standard output is shown on: its width, colours, and a pager. */
#ifndef CLI_OUTPUT_TERMINAL_H
#define CLI_OUTPUT_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"
#include "newshound/newshound.h"

/* Values of --color, in the order of its choices. */
enum colour_when { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

/* Columns of the terminal that standard output is, 40 to 400; 0 if it is none.
 * $COLUMNS goes before what the terminal says. */
unsigned terminal_width(void);
/* True if output is to have colours: `when` says so, or standard output is a
 * terminal, $TERM is not "dumb", and $NO_COLOR is not set or empty. */
bool terminal_colour(enum colour_when when);

/* Sends standard output through a pager, as git does, and waits for it at exit:
 * only if it is a terminal, `wanted` is true, and the pager ($NEWSHOUND_PAGER,
 * $PAGER, less) is not "cat" or empty. Where it cannot be started nothing
 * changes. */
void pager_start(bool wanted);

/* Columns that a text takes; wide characters take two, combining ones none. */
size_t terminal_columns(struct nh_string text);

/* How a paragraph is laid out. */
struct layout {
    unsigned width;  /* columns; 0: everything on one line */
    unsigned indent; /* blanks before each line but the first */
    unsigned column; /* where the first line has got to */
    bool bold;       /* highlights are bold */
};
/* Appends a text, broken between words at the width, with its highlights. White
 * space becomes single blanks. A word longer than a line stands on one of its
 * own, uncut. Leaves the column that was reached in l->column. */
void layout_put(struct buf *out, struct layout *l, struct nh_string text,
                const struct nh_span *highlights, size_t count);
/* Appends as much of a text as fits into so many columns, with "..." where it
 * was cut; all of it if columns is 0. */
void layout_trim(struct buf *out, struct nh_string text, unsigned columns);

#endif
