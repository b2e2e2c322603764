/* The error type of newshound's public API and of every module inside it.
 * Part of the public headers: plain C, no dependencies. */
#ifndef NH_ERROR_H
#define NH_ERROR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Error codes. Functions return 0 or one of these. */
enum nh_code {
    NH_OK = 0,
    NH_ENOMEM = -1,        /* memory ran out */
    NH_EINVAL = -2,        /* an argument is out of its range */
    NH_EQUERY = -3,        /* the query cannot be understood; offset is set */
    NH_ENOTFOUND = -4,     /* no such index, article or file */
    NH_ECORRUPT = -5,      /* stored data contradicts itself or its checksum */
    NH_EVERSION = -6,      /* made by a version that this one cannot read */
    NH_ELOCKED = -7,       /* another process writes to the index */
    NH_EIO = -8,           /* the operating system refused a file operation */
    NH_EDATA = -9,         /* an input record is unusable; offset is set */
    NH_EUNSUPPORTED = -10, /* understood, but not supported yet */
    NH_EINTERNAL = -11     /* a bug in newshound or its libraries */
};

/* `offset` value when no place in an input is meant. */
#define NH_NO_OFFSET ((size_t)-1)

/* Filled by a failing function; the caller owns it. Contents are undefined
 * after a success. */
struct nh_error {
    int code;          /* an nh_code */
    size_t offset;     /* byte offset into the query or input, or NO_OFFSET */
    size_t length;     /* bytes of the query that are meant, may be 0 */
    char message[512]; /* one line of UTF-8, no newline, NUL-terminated */
    char hint[256];    /* what to do about it, or "" */
};

#ifdef __cplusplus
}
#endif
#endif
