/* Foreign text on a terminal: what would steer it is made visible. */
#ifndef CLI_VISIBLE_H
#define CLI_VISIBLE_H

#include <stdbool.h>
#include <stdio.h>

#include "common/base/buf.h"

/* Appends text that came from files, the index or arguments. Characters that
 * can steer a terminal or turn the order of what is shown (ESC, DEL, U+0080 to
 * U+009F, U+202A to U+202E, U+2066 to U+2069) become <U+XXXX>, bytes that are
 * no UTF-8 <XX>, and other control characters a space, but for line ends and
 * tabs if `lines`. */
void visible_put(struct buf *out, const char *text, size_t len, bool lines);

/* Prints a message to standard error, as fprintf does, made visible. All
 * messages with foreign text go through here. */
#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
void say(const char *format, ...);

#endif
