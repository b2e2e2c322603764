/* The articles that were added or deleted since the last commit, by id. */
#ifndef INDEXER_SEGMENT_RUN_TABLE_H
#define INDEXER_SEGMENT_RUN_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct run_entry {
    uint64_t id[2];   /* hash128 of the article's id */
    uint64_t content; /* article_hash */
    uint32_t docid;   /* never 0 */
    bool deleted;
};

struct run_table {
    struct run_entry *slots; /* open addressing; docid 0 is free */
    size_t count, cap;       /* cap is a power of two or 0 */
};

struct run_entry *run_table_find(const struct run_table *t,
                                 const uint64_t id[2]);
/* Adds an entry whose id is not in the table. Returns false if memory ran out.
 */
bool run_table_add(struct run_table *t, const struct run_entry *entry);
/* Removes the entries with docids up to `docid`, which a commit now covers.
 * Returns false if memory ran out. */
bool run_table_forget(struct run_table *t, uint32_t docid);
void run_table_release(struct run_table *t);

#endif
