/* Searching: every text is a page of results or an error at a place inside of
 * it, and what the library says about a page is consistent. The first byte
 * chooses the options. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "indexer/index_writer.h"
#include "indexer/pipeline.h"
#include "searcher/newshound.h"
#include "tests/fuzz/fuzz.h"

#define ARTICLES 240
#define QUERY_MAX 4096

static void check(int holds)
{
    if (!holds)
        abort();
}

/* Articles of few words, so that queries of the same words find some. */
static void write_articles(const char *path, unsigned from, unsigned seed)
{
    static const char *const words[] = {"the",
                                        "of",
                                        "safety",
                                        "culture",
                                        "U.S.",
                                        "Leike",
                                        "resigned",
                                        "a",
                                        "to",
                                        "bank",
                                        "AT&T",
                                        "don't",
                                        "Jan",
                                        "resigns",
                                        "rate",
                                        "chess",
                                        "\\u539f\\u5b50\\u529b",
                                        "3.5",
                                        "in",
                                        "caf\\u00e9"};
    static const char *const names[] = {"Jan Leike", "Bank of Chess", "Jan"};
    FILE *f = fopen(path, "w");
    check(f != NULL);
    for (unsigned n = from; n < ARTICLES; n++) {
        fprintf(f, "{\"id\":\"n%u\",\"title\":\"", n);
        unsigned length = 5 + n % 60;
        for (unsigned i = 0; i < length; i++) {
            seed = seed * 1103515245 + 12345;
            const unsigned roll = seed >> 16;
            fprintf(f, "%s%s%s", i == 4 ? "\",\"body\":\"" : " ",
                    words[roll % (n % 2 ? 20 : 9)],
                    roll % 7 == 0    ? "."
                    : roll % 31 == 0 ? "\\n\\n"
                                     : "");
        }
        fprintf(f, "\",\"person\":[\"%s\"],\"topic\":[\"t%u\"]", names[n % 3],
                n % 5);
        if (n % 4)
            fprintf(f, ",\"date\":\"20%02u-%02u-%02u\"", n % 30, n % 12 + 1,
                    n % 28 + 1);
        fprintf(f, "}\n");
    }
    check(fclose(f) == 0);
}

static void add(const char *index, const char *path)
{
    struct walk walk = {{NULL, 0, 0}, NULL, 0, 0};
    struct index_writer *writer;
    struct pipeline_options options;
    struct pipeline_counts counts;
    struct nh_error err;
    memset(&options, 0, sizeof options);
    memset(&counts, 0, sizeof counts);
    options.jobs = 1;
    options.no_merge = true;
    check(walk_add(&walk, path, &err) == NH_OK);
    check(writer_open(&writer, index, NULL, BUILDER_AUTO, &err) == NH_OK);
    check(pipeline_run(writer, &walk, &options, &counts, &err) == NH_OK);
    writer_close(writer);
    walk_release(&walk);
}

/* An index of two segments with replaced articles; it stays for the run. */
static nh_index *open_index(void)
{
    static nh_index *index;
    char dir[64] = "/tmp/newshound-fuzz-XXXXXX", name[2][96], command[128];
    if (index)
        return index;
    check(mkdtemp(dir) != NULL);
    snprintf(name[0], sizeof name[0], "%s/articles.jsonl", dir);
    snprintf(name[1], sizeof name[1], "%s/idx", dir);
    write_articles(name[0], 0, 1);
    add(name[1], name[0]);
    write_articles(name[0], ARTICLES / 2, 2);
    add(name[1], name[0]);
    check(nh_open(&index, name[1], NULL) == NH_OK);
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    check(system(command) == 0);
    return index;
}

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
        check(nh_results_hit(r, i, &hit, &err) == NH_OK);
        check(nh_results_scores(r, i, &terms, &n, &recency, &err) == NH_OK);
        for (size_t k = 0; k < n; k++)
            sum += terms[k].score;
        check(fabs(sum * recency - hit->score) < 1e-9);
    }
    if (choice & 8)
        check(nh_results_suggestion(r, &text, &err) == NH_OK);
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
    check(nh_results_id(all, 0, &id, &score, &err) == NH_OK);
    check(nh_why_not(index, query, len, o, id.data, id.len, &reasons, &err) ==
          NH_OK);
    check(nh_reasons_count(reasons) == 0);
    nh_reasons_free(reasons);
    int rc = nh_why_not(index, query, len, o, "n7", 2, &reasons, &err);
    check(rc == NH_OK);
    nh_reasons_free(reasons);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    struct nh_error err;
    nh_results *r;
    nh_index *index = open_index();
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
    int rc = nh_search(index, query, len, &o, &r, &err);
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
