/* Text of any charset to UTF-8. */
#ifndef COMMON_TEXT_CHARSET_H
#define COMMON_TEXT_CHARSET_H

#include "common/base/buf.h"

/* Appends `text` to `out` as UTF-8: as it is if it is valid UTF-8 (without a
 * byte order mark), else from `declared` (an iconv name, or NULL), else from
 * Windows-1252 as WHATWG maps it. Always succeeds but for memory. */
int charset_to_utf8(struct slice text, const char *declared, struct buf *out,
                    struct nh_error *err);
/* Whether there is a charset of that name. */
bool charset_known(const char *name);

#endif
