/* Owns the checking of candidates against their streams and names.
 * Promises that an article with a damaged record never passes silently. */
#include "searcher/places/candidate_check.h"

#include <stdlib.h>

#include "common/text/analysis.h"

bool text_check_match(struct text_check *c, uint32_t docid)
{
    struct article_record record;
    struct snapshot_segment *segment;
    struct nh_error err;
    c->state->texts++;
    int rc =
        snapshot_record(c->state->snapshot, docid, &record, &segment, &err);
    if (rc == NH_OK)
        return c->holds(c, segment, &record);
    if (rc != NH_ENOTFOUND) /* a number without an article */
        match_fail(c->state, rc, &err);
    return false;
}

void text_check_free(struct text_check *c)
{
    while (c) {
        struct text_check *next = c->next;
        c->free(c);
        c = next;
    }
}

/* ---- Phrases. */

struct phrase_check {
    struct text_check check;
    enum stream_scope scope;
    struct stream_phrase *compiled; /* one for each dictionary */
    size_t dicts;
};

static void phrase_free(struct text_check *check)
{
    struct phrase_check *c = (struct phrase_check *)check;
    for (size_t i = 0; i < c->dicts; i++)
        stream_phrase_release(&c->compiled[i]);
    free(c->compiled);
    free(c);
}

static bool phrase_holds(struct text_check *check,
                         const struct snapshot_segment *segment,
                         const struct article_record *record)
{
    struct phrase_check *c = (struct phrase_check *)check;
    if (!match_work(check->state,
                    WORK_CHECK + record->stream.len / WORK_PHRASE))
        return false;
    size_t i = 0;
    while (i < c->dicts && check->state->snapshot->dicts[i] != segment->dict)
        i++;
    if (i == c->dicts)
        return false;
    struct stream_phrase *p = &c->compiled[i];
    const bool found =
        stream_phrase_match(p, segment->dict, record->stream, c->scope);
    if (p->failed) {
        struct nh_error err;
        match_fail(check->state, error_nomem(&err), &err);
    }
    return found;
}

int phrase_check_new(struct text_check **out, struct match_state *state,
                     const struct slice *words, size_t count,
                     enum stream_scope scope, struct nh_error *err)
{
    const struct snapshot *s = state->snapshot;
    *out = NULL;
    struct phrase_check *c = calloc(1, sizeof *c);
    if (!c)
        return error_nomem(err);
    c->check =
        (struct text_check){NULL, state, false, phrase_holds, phrase_free};
    c->scope = scope;
    c->compiled = calloc(s->dict_count + 1, sizeof *c->compiled);
    int rc = c->compiled ? NH_OK : error_nomem(err);
    for (size_t i = 0; rc == NH_OK && i < s->dict_count; i++) {
        rc =
            stream_phrase_init(&c->compiled[i], s->dicts[i], words, count, err);
        c->dicts = i + 1;
    }
    if (rc != NH_OK)
        phrase_free(&c->check);
    else
        *out = &c->check;
    return rc;
}

/* ---- Names. */

struct names_check {
    struct text_check check;
    struct name_meaning meaning;
    struct article article; /* its fields */
    struct buf folded;
};

static void names_free(struct text_check *check)
{
    struct names_check *c = (struct names_check *)check;
    name_meaning_release(&c->meaning);
    article_release(&c->article);
    buf_release(&c->folded);
    free(c);
}

/* Whether a name of the field has the words. */
static bool one_has(struct names_check *c)
{
    for (size_t i = 0; i < c->article.count; i++) {
        const struct article_value *v = &c->article.values[i];
        if (v->field != c->meaning.filter->field)
            continue;
        buf_reset(&c->folded);
        analysis_fold_name(v->text, &c->folded);
        if (name_meaning_has(&c->meaning,
                             (struct slice){c->folded.data, c->folded.len}))
            return true;
    }
    return false;
}

static bool names_hold(struct text_check *check,
                       const struct snapshot_segment *segment,
                       const struct article_record *record)
{
    struct names_check *c = (struct names_check *)check;
    struct nh_error err;
    if (!match_work(check->state, WORK_CHECK + record->fields.len))
        return false;
    article_reset(&c->article);
    int rc = articles_fields(&segment->articles, record, &c->article, &err);
    if (rc == NH_OK && !name_rules_apply(c->meaning.rules, &c->article))
        rc = error_nomem(&err);
    const bool all = rc == NH_OK && one_has(c);
    if (rc == NH_OK && c->folded.failed)
        rc = error_nomem(&err);
    if (rc != NH_OK)
        match_fail(check->state, rc, &err);
    return all && rc == NH_OK;
}

int names_check_new(struct text_check **out, struct match_state *state,
                    const struct name_rules *rules,
                    const struct query_node *filter, struct nh_error *err)
{
    struct names_check *c = calloc(1, sizeof *c);
    *out = c ? &c->check : NULL;
    if (!c)
        return error_nomem(err);
    c->check = (struct text_check){NULL, state, false, names_hold, names_free};
    if (name_meaning_init(&c->meaning, rules, filter, filter->value))
        return NH_OK;
    names_free(&c->check);
    *out = NULL;
    return error_nomem(err);
}
