/* Chooses the best of many matches by a key. */
#ifndef SEARCHER_MATCH_SELECTION_H
#define SEARCHER_MATCH_SELECTION_H

#include "common/store/snapshot.h"

struct choice {
    int64_t key; /* the greater the better; of equal ones, the lower docid */
    uint32_t docid;
};

/* The best of the matches, in `best`, which has room for `room` of them and is
 * the caller's. It is a heap with the worst on top once it is full. */
struct selection {
    struct choice *best;
    size_t count, room;
    bool oldest; /* keys of dates: the older the better */
};

/* The matches of a segment: bits of 64 articles a word, from article `from` on.
 */
struct segment_matches {
    struct snapshot_segment *segment;
    const uint64_t *bits;
    uint32_t from;
};

/* Adds a match, if it is among the best. `room` must be above 0. */
void selection_add(struct selection *s, struct choice d);
/* Adds the matches of a segment, with their dates as keys. Reads no block of
 * dates that cannot hold one of the best. */
int selection_add_segment(struct selection *s, const struct segment_matches *m,
                          struct nh_error *err);
/* Sorts the best, best first. Nothing may be added afterwards. */
void selection_sort(struct selection *s);

#endif
