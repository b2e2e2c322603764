/* Owns the checking of candidates against their streams.
 * Promises that an article with a damaged record never passes silently. */
#include "searcher/verify.h"

#include <stdlib.h>

int phrase_check_new(struct phrase_check **out, struct match_state *state,
                     const struct slice *words, size_t count,
                     enum stream_scope scope, struct nh_error *err)
{
    const struct snapshot *s = state->snapshot;
    *out = NULL;
    struct phrase_check *c = calloc(1, sizeof *c);
    if (!c)
        return error_nomem(err);
    c->state = state;
    c->scope = scope;
    c->compiled = calloc(s->dict_count + 1, sizeof *c->compiled);
    int rc = c->compiled ? NH_OK : error_nomem(err);
    for (size_t i = 0; rc == NH_OK && i < s->dict_count; i++) {
        rc =
            stream_phrase_init(&c->compiled[i], s->dicts[i], words, count, err);
        c->dicts = i + 1;
    }
    if (rc != NH_OK)
        phrase_check_free(c);
    else
        *out = c;
    return rc;
}

void phrase_check_free(struct phrase_check *c)
{
    while (c) {
        struct phrase_check *next = c->next;
        for (size_t i = 0; i < c->dicts; i++)
            stream_phrase_release(&c->compiled[i]);
        free(c->compiled);
        free(c);
        c = next;
    }
}

bool phrase_check_match(struct phrase_check *c, uint32_t docid)
{
    const struct snapshot *s = c->state->snapshot;
    struct article_record record;
    struct snapshot_segment *seg;
    struct nh_error err;
    int rc = snapshot_record(s, docid, &record, &seg, &err);
    if (rc == NH_ENOTFOUND)
        return false; /* a number without an article */
    if (rc != NH_OK) {
        match_fail(c->state, rc, &err);
        return false;
    }
    for (size_t i = 0; i < c->dicts; i++)
        if (s->dicts[i] == seg->dict)
            return stream_phrase_match(&c->compiled[i], seg->dict,
                                       record.stream, c->scope);
    return false;
}
