/* Postings in memory. Batches of articles are filled side by side and joined,
 * in the order of their articles, into one inverter: for each term a growing
 * run, already in the encoding of Xapian's tables. */
#ifndef INDEXER_SEGMENT_INVERTER_H
#define INDEXER_SEGMENT_INVERTER_H

#include "common/base/strtab.h"
#include "indexer/segment/glass_writer.h"
#include "indexer/segment/segment_builder.h"

/* Bytes of every value of the one slot. */
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
    struct arena words;             /* bytes of the terms that have keys */
    struct strtab others;           /* the terms that have none */
    struct buf other_numbers;       /* u32 number in `terms` of each of them */
    struct batch_posting *postings; /* article after article */
    size_t count, cap;
    struct buf articles; /* struct batch_article of each */
    struct buf values;   /* u32 docid, 8 bytes */
    uint32_t *keys;      /* number of a key's term + 1, or 0 */
    uint32_t keys_cap, age;
    /* Of a finished batch, whose postings are gone: */
    struct batch_run *runs; /* one for each term */
    struct buf coded;
    struct buf lengths; /* u32 docid, u32 length of each article */
    uint32_t wdf_max;
};

/* Zero-initialise before first use. */
void inverter_batch_release(struct inverter_batch *b);
/* Articles come in ascending order of docid; false if memory ran out or they
 * do not. */
bool inverter_begin(struct inverter_batch *b, uint32_t docid);
/* Adds a term to the article; several times, and the wdfs add up. */
bool inverter_term(struct inverter_batch *b, struct slice term, uint32_t wdf);
/* posting_batch_keys: false if memory ran out. Keys of another age are
 * forgotten. */
bool inverter_keys(struct inverter_batch *b, uint32_t age,
                   struct posting_key *keys, size_t *count);
/* inverter_term, and remembers the key; behind inverter_keys, whose age it
 * takes. */
bool inverter_word(struct inverter_batch *b, uint32_t key, struct slice term,
                   uint32_t wdf);
bool inverter_value(struct inverter_batch *b, const char value[INVERTER_VALUE]);
/* Sorts the postings by term and codes them; no more articles come. */
bool inverter_finish(struct inverter_batch *b);

/* ---- Everything. */

struct run_slab;

/* The run of a term, in slabs that are full but for the last. */
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
/* Forgets everything, keeps some memory. */
void inverter_reset(struct inverter *v);
size_t inverter_memory(const struct inverter *v);
/* Appends the articles of a finished batch, which all have larger docids. */
bool inverter_join(struct inverter *v, const struct inverter_batch *next);
/* The whole run of a term as glass_term wants it, in `scratch`. */
bool inverter_run(const struct inverter *v, uint32_t term, struct buf *scratch,
                  struct glass_run *run);
/* The document lengths as a run. */
bool inverter_lengths(const struct inverter *v, struct buf *scratch,
                      struct glass_run *run);
void inverter_stats(const struct inverter *v, struct glass_stats *stats);
size_t inverter_articles(const struct inverter *v);
/* Docid and length of article i. */
uint32_t inverter_article(const struct inverter *v, size_t i, uint32_t *length);

#endif
