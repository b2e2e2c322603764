/* Owns sets of matches.
 * Promises exactly the live articles that the plan matches. */
#include "searcher/match/match_set.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/byte_masks.h"

int match_set_find(struct match_set *out, struct plan *plan,
                   struct nh_error *err)
{
    const struct snapshot *s = plan->state.snapshot;
    struct posting_source *source = &plan->source;
    memset(out, 0, sizeof *out);
    out->first = s->segments[0].info->first;
    out->words =
        (s->segments[s->count - 1].info->last - out->first) / 64 + (size_t)1;
    out->bits = calloc(out->words + 1, sizeof *out->bits);
    if (!out->bits)
        return error_nomem(err);
    source->scored = false;
    source->exactly = UINT64_MAX;
    source->found = out->bits;
    source->found_from = out->first;
    int rc = posting_source_count(source, err);
    if (rc == NH_OK && plan->state.failed != NH_OK) {
        rc = plan->state.failed;
        if (err)
            *err = plan->state.error;
    }
    out->count = source->counted;
    return rc;
}

void match_set_release(struct match_set *set)
{
    free(set->bits);
    memset(set, 0, sizeof *set);
}

bool match_set_has(const struct match_set *set, uint32_t docid)
{
    const uint32_t n = docid - set->first;
    return docid >= set->first && n / 64 < set->words &&
           (set->bits[n / 64] >> n % 64 & 1);
}

uint32_t match_set_next(const struct match_set *set, uint32_t docid)
{
    const uint32_t n = docid < set->first ? 0 : docid - set->first + 1;
    size_t word = n / 64;
    if (word >= set->words)
        return 0;
    uint64_t bits = set->bits[word] & ~UINT64_C(0) << n % 64;
    while (!bits) {
        if (++word >= set->words)
            return 0;
        bits = set->bits[word];
    }
    return set->first + (uint32_t)(word * 64) + bit_first(bits);
}

void match_set_and(struct match_set *set, const struct match_set *other)
{
    set->count = 0;
    for (size_t i = 0; i < set->words; i++)
        set->bits[i] &= other->bits[i];
    set->count = bits_count(set->bits, set->words);
}
