/* Owns the search for copies. */
#include "searcher/match/copy_finder.h"

#include <stdlib.h>
#include <string.h>

void copy_finder_release(struct copy_finder *f)
{
    shingles_release(&f->mine);
    shingles_release(&f->other);
    stream_decoded_release(&f->decoded);
    free(f->docids);
    memset(f, 0, sizeof *f);
}

static bool add(struct copy_finder *f, uint32_t docid)
{
    if (f->count == f->cap) {
        uint32_t *docids = array_grow(f->docids, &f->cap, sizeof *docids);
        if (!docids)
            return false;
        f->docids = docids;
    }
    f->docids[f->count++] = docid;
    return true;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Reads an article's shingles. */
static int read(struct copy_finder *f, struct match_state *state,
                uint32_t docid, struct shingles *out, struct nh_error *err)
{
    struct article_record record;
    struct snapshot_segment *segment;
    state->texts++;
    int rc = snapshot_record(state->snapshot, docid, &record, &segment, err);
    if (rc == NH_OK)
        rc = shingles_of_stream(out, segment->dict, record.stream, &f->decoded,
                                err);
    if (rc == NH_OK &&
        !match_work(state, WORK_CHECK + f->decoded.count * WORK_DECODE)) {
        rc = state->failed;
        if (err)
            *err = state->error;
    }
    return rc;
}

/* Adds the articles of a segment that share bands, once for each band. */
static int add_sharers(struct copy_finder *f, const struct snapshot *s,
                       const struct copies *copies,
                       const struct copies_signature *signature,
                       struct nh_error *err)
{
    struct copies_cursor cursor;
    struct copies_entry e;
    int more = 1;
    for (size_t b = 0; more >= 0 && b < COPIES_BANDS; b++) {
        more = copies_seek(&cursor, copies, signature->bands[b], err);
        more = more == NH_OK ? 1 : more;
        while (more == 1 && (more = copies_next(&cursor, &e, err)) == 1 &&
               e.band == signature->bands[b])
            if (snapshot_live(s, e.article) && !add(f, e.article))
                return error_nomem(err);
    }
    return more < 0 ? more : NH_OK;
}

/* Leaves the copies, of those that share bands: each as often as it shares. */
static int decide(struct copy_finder *f, struct match_state *state,
                  uint32_t docid, bool quick, struct nh_error *err)
{
    size_t kept = 0;
    bool sorted = false;
    int rc = NH_OK;
    for (size_t i = 0, end; rc == NH_OK && i < f->count; i = end) {
        const uint32_t other = f->docids[i];
        for (end = i + 1; end < f->count && f->docids[end] == other;)
            end++;
        bool copy = other == docid || (quick && end - i == COPIES_BANDS);
        if (!copy) {
            rc = read(f, state, other, &f->other, err);
            if (!sorted) /* most articles are nowhere near another */
                shingles_sort(&f->mine);
            sorted = true;
            shingles_sort(&f->other);
            copy = rc == NH_OK && shingles_alike(&f->mine, &f->other);
        }
        if (copy)
            f->docids[kept++] = other;
    }
    f->count = kept;
    return rc;
}

int copy_finder_run(struct copy_finder *f, struct match_state *state,
                    uint32_t docid, bool quick, struct nh_error *err)
{
    struct copies_signature signature;
    const struct snapshot *s = state->snapshot;
    f->count = 0;
    int rc = read(f, state, docid, &f->mine, err);
    if (rc != NH_OK)
        return rc;
    shingles_sign(&f->mine, &signature);
    for (size_t i = 0; rc == NH_OK && signature.any && i < s->count; i++)
        rc = add_sharers(f, s, &s->segments[i].copies, &signature, err);
    if (rc == NH_OK && !signature.any && !add(f, docid))
        rc = error_nomem(err);
    if (rc == NH_OK && f->count)
        qsort(f->docids, f->count, sizeof *f->docids, by_number);
    if (rc == NH_OK &&
        (f->count == 0 ||
         !bsearch(&docid, f->docids, f->count, sizeof *f->docids, by_number)))
        rc = error_set(err, NH_ECORRUPT,
                       "the signature of article number %u does not fit its "
                       "text",
                       (unsigned)docid);
    return rc == NH_OK ? decide(f, state, docid, quick, err) : rc;
}
