/* The query parser: a tree within its limits, or an error at a place inside the
 * query. */
#include <stdlib.h>

#include "searcher/query.h"
#include "tests/fuzz/fuzz.h"

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct query q;
    struct nh_error err;
    struct slice text = {(const char *)data, size};
    if (query_parse(&q, text, 19860, &err) != NH_OK) {
        if (err.offset != NH_NO_OFFSET && err.offset > size)
            abort();
        return 0;
    }
    if (count(q.root, 0) > QUERY_NODES_MAX)
        abort();
    query_release(&q);
    return 0;
}
