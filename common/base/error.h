/* Fills struct nh_error. All functions accept a NULL error. */
#ifndef COMMON_BASE_ERROR_H
#define COMMON_BASE_ERROR_H

#include "newshound/nh_error.h"

#if defined(__GNUC__)
#define ERROR_PRINTF(a, b) __attribute__((format(printf, a, b)))
#else
#define ERROR_PRINTF(a, b)
#endif

/* Stores `code` and the formatted message (cut to fit), clears offset and
 * hint, returns `code`. */
int error_set(struct nh_error *err, int code, const char *format, ...)
    ERROR_PRINTF(3, 4);

/* The same with a place in the input. */
int error_set_at(struct nh_error *err, int code, size_t offset,
                 const char *format, ...) ERROR_PRINTF(4, 5);

/* Adds advice to an error that was just set; returns `code`, which is its. */
int error_hint(struct nh_error *err, int code, const char *format, ...)
    ERROR_PRINTF(3, 4);

/* NH_ENOMEM with the standard message. */
int error_nomem(struct nh_error *err);

/* Turns `errnum` (an errno value) into NH_ENOTFOUND, NH_ENOMEM or NH_EIO with
 * the message "cannot VERB 'PATH': REASON". */
int error_errno(struct nh_error *err, int errnum, const char *verb,
                const char *path);

#endif
