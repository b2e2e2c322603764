/* Inverts articles in memory. Several threads fill batches of articles; the
 * batches are joined, in the order of their articles, into one inverter, which
 * has a growing run of postings for each term, in the encoding of Xapian's
 * tables. */
#ifndef INDEXER_SEGMENT_INVERTER_H
#define INDEXER_SEGMENT_INVERTER_H

#include "common/base/strtab.h"
#include "indexer/segment/glass_writer.h"
#include "indexer/segment/segment_builder.h"

/* Bytes of a value. There is one slot. */
#define INVERTER_VALUE 8

/* ---- A batch: postings by article, then, once finished, by term. */

struct batch_posting {
    uint32_t term, wdf;
};

/* The postings of a term in a finished batch. */
struct batch_run {
    size_t start, len;    /* bytes of `coded`: all but the first docid */
    uint32_t first, last; /* docids */
    uint32_t count;
    uint64_t collection;
};

struct inverter_batch {
    struct strtab_entry *terms; /* in order of arrival */
    uint32_t term_count, term_cap;
    struct arena words;       /* bytes of the terms that have keys */
    struct strtab others;     /* the terms without keys */
    struct buf other_numbers; /* for each of them, u32: its number in `terms` */
    struct batch_posting *postings; /* article after article */
    size_t count, cap;
    struct buf articles; /* struct batch_article of each */
    struct buf values;   /* u32 docid, 8 bytes */
    uint32_t *keys;      /* for each key: number of its term + 1, or 0 */
    uint32_t keys_cap, age;
    /* Of a finished batch, which has no postings any more: */
    struct batch_run *runs; /* one for each term */
    struct buf coded;
    struct buf lengths; /* u32 docid, u32 length of each article */
    uint32_t wdf_max;
};

/* Zero-initialise before first use. */
void inverter_batch_release(struct inverter_batch *b);
/* Starts an article. Returns false if memory ran out or docids do not ascend.
 */
bool inverter_begin(struct inverter_batch *b, uint32_t docid);
/* Adds a term to the article. If a term is added several times, its wdfs are
 * summed. */
bool inverter_term(struct inverter_batch *b, struct slice term, uint32_t wdf);
/* Does what posting_batch_keys says. Returns false if memory ran out. Keys of
 * another age are forgotten. */
bool inverter_keys(struct inverter_batch *b, uint32_t age,
                   struct posting_key *keys, size_t *count);
/* Adds a term as inverter_term does and remembers its key. Call inverter_keys
 * before, which sets the age. */
bool inverter_word(struct inverter_batch *b, uint32_t key, struct slice term,
                   uint32_t wdf);
bool inverter_value(struct inverter_batch *b, const char value[INVERTER_VALUE]);
/* Ends the batch: sorts the postings by term and codes them. */
bool inverter_finish(struct inverter_batch *b);

/* ---- Everything. */

struct run_slab;

/* The run of a term, in slabs of which all but the last are full. */
struct run {
    uint8_t *head, *at; /* first slab; where the next byte goes in the last */
    uint32_t left;      /* bytes that fit there */
    uint32_t size;      /* of the last slab; 0: none */
    uint32_t last;      /* docid */
    uint32_t count;     /* postings */
    uint64_t collection;
};

struct inverter {
    struct strtab terms;
    struct run *runs; /* one for each term */
    uint32_t runs_cap;
    struct arena slabs;
    struct buf lengths; /* u32 docid, u32 length of each article */
    struct buf values;  /* u32 docid, 8 bytes */
    uint32_t wdf_max;
};

/* Zero-initialise before first use. */
void inverter_release(struct inverter *v);
/* Removes all articles; keeps some memory for reuse. */
void inverter_reset(struct inverter *v);
size_t inverter_memory(const struct inverter *v);
/* Appends the articles of a finished batch. All of them have larger docids than
 * those before. */
bool inverter_join(struct inverter *v, const struct inverter_batch *next);
/* Sets *run to the whole run of a term, in the form of glass_term, with its
 * bytes in `scratch`. */
bool inverter_run(const struct inverter *v, uint32_t term, struct buf *scratch,
                  struct glass_run *run);
/* Sets *run to the article lengths as a run. */
bool inverter_lengths(const struct inverter *v, struct buf *scratch,
                      struct glass_run *run);
void inverter_stats(const struct inverter *v, struct glass_stats *stats);
size_t inverter_articles(const struct inverter *v);
/* Returns the docid of article `i` and sets *length. */
uint32_t inverter_article(const struct inverter *v, size_t i, uint32_t *length);

#endif
