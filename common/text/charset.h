/* Text of any charset to UTF-8. */
#ifndef COMMON_TEXT_CHARSET_H
#define COMMON_TEXT_CHARSET_H

#include "common/base/buf.h"

/* Appends `text` to `out` as UTF-8, without byte order marks. Text that is
 * valid UTF-8 stays as it is. Else it is read as what `declared` means to a
 * browser (a label; NULL: nothing is declared), else as UTF-8 with some bad
 * bytes, else as Windows-1252. A byte that means nothing becomes U+FFFD. Fails
 * only if memory runs out. */
int charset_to_utf8(struct slice text, const char *declared, struct buf *out,
                    struct nh_error *err);
/* Appends the character that a byte is in Windows-1252. */
void charset_append_1252(unsigned char c, struct buf *out);
/* Returns whether there is a charset of that name. */
bool charset_known(const char *label);

#endif
