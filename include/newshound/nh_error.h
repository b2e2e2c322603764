/* The error type of newshound's public interface.
 *
 * Every function that can fail returns NH_OK or one of the negative codes
 * below, and fills the caller's struct nh_error. There is no last error of a
 * thread or process. This header is plain C99 and includes only <stddef.h>. */
#ifndef NH_ERROR_H
#define NH_ERROR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum nh_code {
    NH_OK = 0,
    NH_ENOMEM = -1,    /* memory ran out */
    NH_EINVAL = -2,    /* an argument is out of its range */
    NH_EQUERY = -3,    /* the query is wrong; offset and length say where */
    NH_ENOTFOUND = -4, /* there is no such index, article or file */
    NH_ECORRUPT = -5,  /* stored data contradicts itself or its checksum */
    NH_EVERSION = -6,  /* another version wrote it; this one cannot read it */
    NH_ELOCKED = -7,   /* another process or handle writes to the index */
    NH_EIO = -8,       /* the operating system refused a file operation */
    NH_EDATA = -9,     /* an input record is unusable; offset says where */
    NH_EUNSUPPORTED = -10, /* the request is understood but not supported */
    NH_EINTERNAL = -11     /* a bug in newshound or in a library that it uses */
};

/* Value of `offset` where no place in an input is meant. */
#define NH_NO_OFFSET ((size_t)-1)

/* What went wrong. The caller owns it; a failing function fills every member.
 * After a success its contents are undefined. Frozen: it never grows. */
struct nh_error {
    int code;      /* an nh_code */
    size_t offset; /* byte offset into the query or input, or NH_NO_OFFSET */
    size_t length; /* bytes of the query from there on, may be 0 */
    char message[512]; /* one line of UTF-8 without newline, ends in NUL */
    char hint[256];    /* what to do about it, or "" */
};

#ifdef __cplusplus
}
#endif
#endif
