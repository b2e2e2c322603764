/* Owns the running of queries and the pages of results.
 * Promises that only articles that satisfy the query are returned, in a fixed
 * order: score or date, then article number. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "searcher/index.h"
#include "searcher/match.h"
#include "searcher/snippet.h"

struct nh_results {
    nh_index *index;
    struct query query;
    struct highlighter highlighter;
    uint32_t lexicon_age;   /* of the words that the highlighter knows */
    struct arena arena;     /* of the page */
    struct arena hit_arena; /* of the hits that were made */
    struct match_page page;
    struct nh_hit **hits; /* made when asked for */
};

static int64_t today_of(const struct nh_search_options *o)
{
    int64_t now = o->now ? o->now : (int64_t)time(NULL);
    return date_day_of(now);
}

static int read_options(const struct nh_search_options *given,
                        struct nh_search_options *o, struct nh_error *err)
{
    const struct nh_search_options defaults = NH_SEARCH_OPTIONS_INIT;
    *o = defaults;
    if (!given)
        return NH_OK;
    if (given->size != sizeof *given)
        return error_set(err, NH_EINVAL,
                         "struct nh_search_options has an unknown size");
    *o = *given;
    return NH_OK;
}

static struct slice optional(const char *s)
{
    return s ? slice_of(s) : (struct slice){"", 0};
}

/* Fills the page with what the query finds. */
static int run(nh_results *r, const struct nh_search_options *o,
               struct nh_error *err)
{
    int rc = match_query(&r->page, r->index, &r->query, o, err);
    if (rc != NH_OK)
        return rc;
    struct buf *notice = &r->query.notice;
    if (r->page.notice.len) {
        buf_append_str(notice, notice->len ? "; " : "");
        buf_append(notice, r->page.notice.data, r->page.notice.len);
    }
    size_t bytes = (r->page.count + 1) * sizeof(struct nh_hit *);
    r->hits = arena_alloc(&r->arena, bytes);
    if (!r->hits)
        return error_nomem(err);
    memset(r->hits, 0, bytes);
    return NH_OK;
}

int nh_search(nh_index *index, const char *query, size_t len,
              const struct nh_search_options *options, nh_results **out,
              struct nh_error *err)
{
    struct nh_search_options o;
    *out = NULL;
    int rc = read_options(options, &o, err);
    if (rc != NH_OK)
        return rc;
    nh_results *r = calloc(1, sizeof *r);
    if (!r)
        return error_nomem(err);
    r->index = index;
    r->page.total.exact = 1;
    rc = query_parse(&r->query, (struct slice){query, len}, today_of(&o), err);
    if (rc == NH_OK)
        rc = query_restrict(&r->query, optional(o.since), optional(o.until),
                            today_of(&o), err);
    if (rc == NH_OK)
        rc = highlighter_init(&r->highlighter, r->query.root, index->stemmer,
                              err);
    if (rc == NH_OK && index->snapshot.count > 0)
        rc = run(r, &o, err);
    r->lexicon_age = index->lexicon.age;
    if (rc != NH_OK)
        nh_results_free(r);
    else
        *out = r;
    return rc;
}

void nh_results_free(nh_results *r)
{
    if (!r)
        return;
    query_release(&r->query);
    highlighter_release(&r->highlighter);
    arena_release(&r->arena);
    arena_release(&r->hit_arena);
    match_page_release(&r->page);
    free(r);
}

size_t nh_results_count(const nh_results *r)
{
    return r->page.count;
}

void nh_results_total(const nh_results *r, struct nh_total *total)
{
    *total = r->page.total;
}

struct nh_string nh_results_notice(const nh_results *r)
{
    const struct buf *b = &r->query.notice;
    return b->len ? (struct nh_string){b->data, b->len}
                  : (struct nh_string){"", 0};
}

struct nh_string nh_results_plan(const nh_results *r)
{
    return r->page.plan ? (struct nh_string){r->page.plan, strlen(r->page.plan)}
                        : (struct nh_string){"", 0};
}

int nh_results_can_loosen(const nh_results *r)
{
    return r->page.can_loosen;
}

static int make_snippet(nh_results *r, struct nh_hit *hit, struct nh_error *err)
{
    nh_index *index = r->index;
    lexicon_trim(&index->lexicon);
    if (r->lexicon_age != index->lexicon.age) {
        highlighter_forget(&r->highlighter);
        r->lexicon_age = index->lexicon.age;
    }
    index->words.count = 0;
    int rc = lexicon_analyse(&index->lexicon, index->article.body,
                             &index->words, err);
    if (rc == NH_OK &&
        !snippet_make(&hit->snippet, &r->highlighter, &index->lexicon,
                      index->article.body, &index->words, &r->hit_arena))
        rc = error_nomem(err);
    return rc;
}

static int check_place(const nh_results *r, size_t i, struct nh_error *err)
{
    return i < r->page.count ? NH_OK
                             : error_set(err, NH_EINVAL,
                                         "there is no hit %zu on this page", i);
}

int nh_results_hit(nh_results *r, size_t i, const struct nh_hit **hit,
                   struct nh_error *err)
{
    int rc = check_place(r, i, err);
    if (rc == NH_OK && !r->hits[i]) {
        nh_index *index = r->index;
        struct nh_hit *h = arena_alloc(&r->hit_arena, sizeof *h);
        rc = h ? snapshot_article(&index->snapshot, r->page.docids[i],
                                  &index->article, &index->decoded, err)
               : error_nomem(err);
        if (rc == NH_OK && !hit_fill(h, &index->article, &r->hit_arena))
            rc = error_nomem(err);
        if (rc == NH_OK)
            rc = make_snippet(r, h, err);
        if (rc == NH_OK) {
            h->rank = r->page.first_rank + (uint32_t)i;
            h->number = r->page.docids[i];
            h->score = r->page.scores[i];
            r->hits[i] = h;
        }
    }
    if (rc == NH_OK)
        *hit = r->hits[i];
    return rc;
}

int nh_results_number(nh_results *r, size_t i, uint32_t *number, double *score,
                      struct nh_error *err)
{
    int rc = check_place(r, i, err);
    if (rc != NH_OK)
        return rc;
    *number = r->page.docids[i];
    *score = r->page.scores[i];
    return NH_OK;
}

void nh_results_forget(nh_results *r)
{
    arena_reset(&r->hit_arena);
    for (size_t i = 0; i < r->page.count; i++)
        r->hits[i] = NULL;
}

int nh_results_id(nh_results *r, size_t i, struct nh_string *id, double *score,
                  struct nh_error *err)
{
    struct article_record record;
    struct snapshot_segment *seg;
    nh_index *index = r->index;
    int rc = check_place(r, i, err);
    if (rc != NH_OK)
        return rc;
    article_reset(&index->article);
    rc = snapshot_record(&index->snapshot, r->page.docids[i], &record, &seg,
                         err);
    if (rc == NH_OK)
        rc = articles_fields(&seg->articles, &record, &index->article, err);
    if (rc != NH_OK)
        return rc;
    *id = hit_string(&r->hit_arena, article_get(&index->article, FIELD_ID));
    *score = r->page.scores[i];
    return id->data ? NH_OK : error_nomem(err);
}
