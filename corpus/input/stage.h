/* Bytes on their way from a file: stages on top of each other, each of which
 * makes something of what the one below it gives. */
#ifndef CORPUS_INPUT_STAGE_H
#define CORPUS_INPUT_STAGE_H

#include "common/base/buf.h"

/* What reading returns, and readers pass on, when bytes did not come in time:
 * asked again, it goes on where it was. */
#define INPUT_IDLE (-1000)

struct stage {
    /* Up to `room` bytes; *got is 0 at the end. INPUT_IDLE, or an error, which
     * is final. */
    int (*read)(struct stage *s, char *to, size_t room, size_t *got,
                struct nh_error *err);
    void (*free)(struct stage *s); /* itself alone */
    struct stage *below;           /* or NULL */
};

/* Frees a stage and all below it; NULL is fine. */
void stage_free(struct stage *top);

/* What was read of a file. */
struct stage_extent {
    uint64_t bytes;
    uint64_t hash; /* hash64 of the file, if it is `whole` */
    bool whole;    /* it was read from its first byte to its last */
    bool sought;   /* set by who moves about in it: it is not read in order */
};

/* A descriptor, which becomes the stage's; waits so many milliseconds for
 * bytes, with -1 as long as it takes. Notes in *extent what it reads. NULL if
 * memory ran out, then the descriptor is closed. `name` is borrowed. */
struct stage *stage_file(int fd, const char *name, const int *patience,
                         struct stage_extent *extent);
/* These bytes (a copy), then those below, where there is something. */
struct stage *stage_ahead(struct stage *below, struct slice bytes);
/* Unpacks what gzip packed (RFC 1952), any number of members. */
struct stage *stage_gzip(struct stage *below, const char *name);
/* Unpacks what is deflated (RFC 1951), as zlib packs it (RFC 1950) and alone.
 */
struct stage *stage_zlib(struct stage *below, const char *name);
struct stage *stage_deflate(struct stage *below, const char *name);
/* Unpacks brotli (RFC 7932; brotli.c). */
struct stage *stage_brotli(struct stage *below, const char *name);
/* Unpacks xz, zstd, bzip2 (archive.c). */
struct stage *stage_unpack(struct stage *below, const char *name);
/* UTF-16 to UTF-8, without a byte order mark; what is no text becomes U+FFFD.
 */
struct stage *stage_utf16(struct stage *below, bool big_endian);

#endif
