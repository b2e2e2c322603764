/* compare_ranking QUERIES INDEX...: fails unless the best 10, 100 and 1,000
 * hits of each line of QUERIES are those that a search for all hits, which
 * leaves nothing out, finds first: ids and scores to the bit; and unless all
 * the indexes, which hold the same articles under the same numbers, give the
 * same. A line "?QUERY" is searched with any of its words. Of two lines that
 * follow each other one is searched with one thread, one with three; the lists
 * of all hits of the indexes are compared for two in 32 lines. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "newshound/newshound.h"

#define INDEXES_MAX 8
#define LINE_MAX_BYTES 65536

struct hits {
    uint32_t *numbers;
    double *scores;
    size_t count;
    struct nh_total total;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(3);
}

static void hits_free(struct hits *h)
{
    free(h->numbers);
    free(h->scores);
}

static struct hits search(nh_index *index, const char *line, uint32_t offset,
                          uint32_t limit, unsigned threads)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    struct nh_error err;
    nh_results *r;
    bool any = *line == '?';
    o.offset = offset;
    o.limit = limit;
    o.threads = threads;
    o.expand = o.effort = UINT32_MAX; /* no query is too much */
    o.flags = any ? NH_SEARCH_ANY : 0;
    if (limit == UINT32_MAX)
        o.flags |= NH_SEARCH_EXACT_TOTAL;
    if (nh_index_search(&r, index, line + any, strlen(line + any), &o, &err) !=
        NH_OK)
        die(line, err.message);
    struct hits h = {NULL, NULL, nh_results_count(r), {0, 0, 0, 0}};
    h.numbers = calloc(h.count + 1, sizeof *h.numbers);
    h.scores = calloc(h.count + 1, sizeof *h.scores);
    if (!h.numbers || !h.scores)
        die(line, "no memory");
    for (size_t i = 0; i < h.count; i++)
        if (nh_results_number(&h.numbers[i], &h.scores[i], r, i, &err) != NH_OK)
            die(line, err.message);
    h.total = *nh_results_total(r);
    nh_results_free(r);
    return h;
}

static void same(const char *line, const char *what, const struct hits *all,
                 size_t from, const struct hits *some, size_t limit)
{
    size_t rest = all->count > from ? all->count - from : 0;
    if (some->count != (rest < limit ? rest : limit))
        die(line, what);
    for (size_t i = 0; i < some->count; i++)
        if (all->numbers[from + i] != some->numbers[i] ||
            all->scores[from + i] != some->scores[i]) {
            fprintf(stderr, "hit %zu: %u %.12f, and %u %.12f\n", from + i,
                    all->numbers[from + i], all->scores[from + i],
                    some->numbers[i], some->scores[i]);
            die(line, what);
        }
    if (all->count < some->total.lower || all->count > some->total.upper ||
        (some->total.exact && some->total.value != all->count))
        die(line, "a wrong total");
    if (all->count < from + limit && !some->total.exact)
        die(line, "a total that is not exact");
}

static size_t check(nh_index **indexes, size_t count, const char *line,
                    size_t number)
{
    static const uint32_t limits[] = {10, 100, 1000};
    struct hits all = search(indexes[0], line, 0, UINT32_MAX, 1);
    size_t found = all.count;
    unsigned threads = number % 2 ? 3 : 1;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < 3; k++) {
            struct hits some = search(indexes[i], line, 0, limits[k], threads);
            same(line, "the best hits", &all, 0, &some, limits[k]);
            hits_free(&some);
        }
        struct hits page = search(indexes[i], line, 35, 7, threads);
        same(line, "a page", &all, 35, &page, 7);
        hits_free(&page);
        if (i > 0 && number / 2 % 16 == 0) {
            struct hits other = search(indexes[i], line, 0, UINT32_MAX, 1);
            same(line, "all hits of another index", &all, 0, &other, all.count);
            hits_free(&other);
        }
    }
    hits_free(&all);
    return found;
}

int main(int argc, char **argv)
{
    static char line[LINE_MAX_BYTES];
    nh_index *indexes[INDEXES_MAX];
    struct nh_error err;
    size_t count = (size_t)argc - 2, queries = 0, hits = 0;
    if (argc < 3 || count > INDEXES_MAX)
        return 2;
    FILE *file = fopen(argv[1], "r");
    if (!file)
        die(argv[1], "cannot be opened");
    for (size_t i = 0; i < count; i++)
        if (nh_index_open(&indexes[i], argv[i + 2], &err) != NH_OK)
            die(argv[i + 2], err.message);
    for (; fgets(line, sizeof line, file); queries++) {
        line[strcspn(line, "\n")] = '\0';
        hits += check(indexes, count, line, queries);
    }
    for (size_t i = 0; i < count; i++)
        nh_index_close(indexes[i]);
    fclose(file);
    printf("%zu queries with %zu hits are ranked alike\n", queries, hits);
    return queries && hits ? 0 : 3;
}
