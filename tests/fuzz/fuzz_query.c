/* The query parser and the planner: a tree within its limits and a plan for it,
 * or an error at a place inside the query; and the mending of queries, which
 * ends. */
#include <string.h>

#include "searcher/match/plan.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/fuzz_index.h"

static size_t count(const struct query_node *n, int depth)
{
    size_t nodes = 1;
    if (depth > 4 * QUERY_DEPTH_MAX)
        abort();
    if ((n->kind == QUERY_WORD && n->word_count != 1) ||
        (n->kind == QUERY_PHRASE && n->word_count == 0))
        abort();
    for (size_t i = 0; i < n->count; i++)
        nodes += count(n->children[i], depth + 1);
    return nodes;
}

static void make_plan(const struct query *q, size_t size)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    struct nh_error err;
    struct plan plan;
    o.expand = 50;
    o.effort = NH_EFFORT_DEFAULT;
    o.flags = size % 2 ? NH_SEARCH_ANY : 0;
    if (plan_make(&plan, q, fuzz_index(), &o, &err) == NH_OK)
        plan_release(&plan);
    else
        check(err.code == NH_EQUERY);
}

static void mend(struct slice text)
{
    struct query q;
    struct nh_error err;
    struct buf mended = BUF_INIT;
    int rc = query_parse_lenient(&q, text, 19860, &mended, &err);
    check(rc == NH_OK || rc == NH_EQUERY || rc == NH_EUNSUPPORTED);
    if (rc == NH_OK)
        query_release(&q);
    buf_release(&mended);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct query q;
    struct nh_error err;
    struct slice text = {(const char *)data, size};
    if (query_parse(&q, text, 19860, &err) != NH_OK) {
        check(err.offset == NH_NO_OFFSET || err.offset <= size);
        if (size % 8 == 0) /* it parses up to 64 times */
            mend(text);
        return 0;
    }
    check(count(q.root, 0) <= QUERY_NODES_MAX);
    make_plan(&q, size);
    query_release(&q);
    return 0;
}
