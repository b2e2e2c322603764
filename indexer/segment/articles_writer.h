/* Writes the articles file of a segment (common/store/articles.h). */
#ifndef INDEXER_SEGMENT_ARTICLES_WRITER_H
#define INDEXER_SEGMENT_ARTICLES_WRITER_H

#include "common/base/strtab.h"
#include "common/store/articles.h"

struct articles_writer {
    struct file_writer file;
    struct strtab names;
    struct buf slots, record;
    uint32_t first, next; /* docids */
    uint64_t dict_hash, text_bytes;
};

/* Creates the file. `first` is the first docid of the segment. */
int articles_writer_open(struct articles_writer *w, const char *path,
                         uint32_t first, uint64_t dict_hash,
                         struct nh_error *err);
/* Adds an article with its stream; `docid` must be larger than any before. */
int articles_writer_add(struct articles_writer *w, uint32_t docid,
                        const struct article *a, uint64_t hash,
                        struct slice stream, struct nh_error *err);
/* Completes and syncs the file. `last` is the last docid of the segment. */
int articles_writer_close(struct articles_writer *w, uint32_t last,
                          struct nh_error *err);
void articles_writer_abort(struct articles_writer *w);
/* Returns the bytes of memory in use. */
size_t articles_writer_memory(const struct articles_writer *w);

#endif
