/* Owns the writing of struct nh_error.
 * Promises a terminated one-line message whatever the arguments are. */
#include "common/base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int error_fill(struct nh_error *err, int code, size_t offset,
                      const char *format, va_list args)
{
    if (err) {
        err->code = code;
        err->offset = offset;
        err->length = 0;
        err->hint[0] = '\0';
        vsnprintf(err->message, sizeof err->message, format, args);
        for (char *p = err->message; *p; p++)
            if (*p == '\n' || *p == '\r')
                *p = ' ';
    }
    return code;
}

int error_set(struct nh_error *err, int code, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_fill(err, code, NH_NO_OFFSET, format, args);
    va_end(args);
    return code;
}

int error_set_at(struct nh_error *err, int code, size_t offset,
                 const char *format, ...)
{
    va_list args;
    va_start(args, format);
    error_fill(err, code, offset, format, args);
    va_end(args);
    return code;
}

int error_hint(struct nh_error *err, int code, const char *format, ...)
{
    va_list args;
    if (!err)
        return code;
    va_start(args, format);
    vsnprintf(err->hint, sizeof err->hint, format, args);
    va_end(args);
    return code;
}

int error_nomem(struct nh_error *err)
{
    return error_set(err, NH_ENOMEM, "out of memory");
}

/* Bytes of a path that a message shows, so that the reason has room. */
#define PATH_SHOWN 300

int error_errno(struct nh_error *err, int errnum, const char *verb,
                const char *path)
{
    char reason[128] = "unknown error";
    if (strerror_r(errnum, reason, sizeof reason) != 0)
        snprintf(reason, sizeof reason, "error %d", errnum);
    int code = errnum == ENOENT || errnum == ENOTDIR ? NH_ENOTFOUND
               : errnum == ENOMEM                    ? NH_ENOMEM
                                                     : NH_EIO;
    const size_t len = strlen(path);
    const bool cut = len > PATH_SHOWN;
    const char *shown = cut ? path + len - PATH_SHOWN : path;
    while ((*shown & 0xC0) == 0x80) /* within a character */
        shown++;
    return error_set(err, code, "cannot %s '%s%s': %s", verb, cut ? "..." : "",
                     shown, reason);
}
