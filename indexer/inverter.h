/* Postings in memory: for each term a growing run, already in the encoding of
 * Xapian's tables. Inverters of consecutive ranges of articles are joined. */
#ifndef INDEXER_INVERTER_H
#define INDEXER_INVERTER_H

#include "common/strtab.h"
#include "indexer/glass_writer.h"

struct run_slab;

/* The run of a term. The last posting is kept apart until the next one comes:
 * a term may be added to an article several times. */
struct run {
    struct run_slab *head, *tail;
    uint32_t first, previous; /* docids in the slabs; 0: none */
    uint32_t docid, wdf;      /* the posting kept apart; docid 0: none */
    uint32_t count;           /* postings, with that one */
    uint64_t collection;
};

struct inverter {
    struct strtab terms;
    struct run *runs; /* one for each term */
    uint32_t runs_cap;
    struct arena slabs;
    struct buf lengths;     /* u32 docid, u32 length of each article */
    struct buf values;      /* u32 docid, 8 bytes */
    uint32_t docid, length; /* of the article being added */
    uint32_t wdf_max;
    uint32_t *keys; /* number of a key's term + 1, or 0 */
    uint32_t keys_cap, age;
};

/* Zero-initialise before first use. */
void inverter_release(struct inverter *v);
/* Forgets everything, keeps some memory. */
void inverter_reset(struct inverter *v);
size_t inverter_memory(const struct inverter *v);
/* Articles come in ascending order of docid; false if memory ran out or they
 * do not. */
bool inverter_begin(struct inverter *v, uint32_t docid);
bool inverter_term(struct inverter *v, struct slice term, uint32_t wdf);
/* Adds the term that `key` stands for; false if it is not known. Keys of
 * another age are forgotten. */
bool inverter_known(struct inverter *v, uint32_t key, uint32_t age,
                    uint32_t wdf);
/* inverter_term, and remembers the key; behind inverter_known, whose age it
 * takes. */
bool inverter_word(struct inverter *v, uint32_t key, struct slice term,
                   uint32_t wdf);
/* Bytes of every value of the one slot. */
#define INVERTER_VALUE 8
bool inverter_value(struct inverter *v, const char value[INVERTER_VALUE]);
bool inverter_end(struct inverter *v);
/* Appends the articles of `next`, which all have larger docids. */
bool inverter_join(struct inverter *v, const struct inverter *next);
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
