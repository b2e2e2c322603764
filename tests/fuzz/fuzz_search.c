/* Searching: every text is a page of results or an error at a place inside of
 * it, and what the library says about a page is consistent. The first byte
 * chooses the options. */
#include <math.h>

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_index.h"

#define QUERY_MAX 4096

static void look_at_hits(nh_results *r, unsigned choice)
{
    struct nh_error err;
    struct nh_string text;
    const size_t count = nh_results_count(r);
    for (size_t i = 0; i < count; i++) {
        const struct nh_hit *hit;
        const struct nh_term_score *terms;
        size_t n;
        double recency, sum = 0;
        check(nh_results_hit(&hit, r, i, &err) == NH_OK);
        check(nh_results_scores(&terms, &n, &recency, r, i, &err) == NH_OK);
        for (size_t k = 0; k < n; k++)
            sum += terms[k].score;
        check(fabs(sum * recency - hit->score) < 1e-9);
    }
    if (choice & 8)
        check(nh_results_suggestion(&text, r, &err) == NH_OK);
}

static void look_for_reasons(nh_index *index, const char *query, size_t len,
                             const struct nh_search_options *o, nh_results *all)
{
    struct nh_error err;
    nh_reasons *reasons;
    struct nh_string id;
    double score;
    if (nh_results_count(all) == 0)
        return;
    check(nh_results_id(&id, &score, all, 0, &err) == NH_OK);
    check(nh_index_why_not(&reasons, index, query, len, o, id.data, id.len,
                           &err) == NH_OK);
    check(nh_reasons_count(reasons) == 0);
    nh_reasons_free(reasons);
    int rc = nh_index_why_not(&reasons, index, query, len, o, "n7", 2, &err);
    check(rc == NH_OK);
    nh_reasons_free(reasons);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    struct nh_error err;
    nh_results *r;
    nh_index *index = fuzz_index();
    if (size == 0)
        return 0;
    const unsigned choice = *data;
    const char *query = (const char *)data + 1;
    const size_t len = size - 1 < QUERY_MAX ? size - 1 : QUERY_MAX;
    o.limit = 3;
    o.now = 1716000000;
    o.expand = 50;
    o.flags = (choice & 1 ? NH_SEARCH_ANY : 0u) |
              (choice & 2 ? NH_SEARCH_LENIENT : 0u) |
              (choice & 4 ? NH_SEARCH_PLAN : 0u);
    o.facets = choice & 16 ? "person,month" : NULL;
    o.group = choice & 32 ? "topic" : NULL;
    o.recency = choice & 64 ? 30 : 0;
    o.sort = choice & 128 ? NH_SORT_NEWEST : NH_SORT_RELEVANCE;
    int rc = nh_index_search(&r, index, query, len, &o, &err);
    if (rc != NH_OK) {
        check(rc == NH_EQUERY || rc == NH_EUNSUPPORTED);
        check((o.flags & NH_SEARCH_LENIENT) || err.offset == NH_NO_OFFSET ||
              err.offset <= len);
        return 0;
    }
    look_at_hits(r, choice);
    if (choice & 8)
        look_for_reasons(index, query, len, &o, r);
    nh_results_free(r);
    return 0;
}
