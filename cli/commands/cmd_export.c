/* Owns `newshound export`. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output/output.h"
#include "cli/shell/query_batch.h"
#include "cli/visible.h"
#include "common/base/json_out.h"
#include "common/text/schema.h"
#include "newshound/newshound.h"

static const struct option_def options[] = {
    OPTION_INDEX,
    {0, "entities", NULL, "write names that were found in texts too"},
    {'f', "format", "FORMAT=jsonl|opensearch|mapping",
     "jsonl (default); opensearch: lines for its _bulk; mapping: its fields"},
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

enum format { FORMAT_JSONL, FORMAT_OPENSEARCH, FORMAT_MAPPING };

/* The fields of an index that the lines of FORMAT_OPENSEARCH go into: what is
 * filtered by as keywords, names as text too. */
static int print_mapping(void)
{
    static const char *const types[] = {
        [FIELD_KIND_TEXT] = "{\"type\": \"text\"}",
        [FIELD_KIND_NAME] = "{\"type\": \"keyword\", \"fields\": {\"text\": "
                            "{\"type\": \"text\"}}}",
        [FIELD_KIND_LABEL] = "{\"type\": \"keyword\"}",
        [FIELD_KIND_EXACT] = "{\"type\": \"keyword\"}",
        [FIELD_KIND_DATE] = "{\"type\": \"date\"}"};
    printf("{\"mappings\": {\"dynamic\": false, \"properties\": {");
    for (int f = 0; f < FIELD_COUNT; f++)
        if (*schema_fields[f].keys) /* articles have it */
            printf("%s\n  \"%s\": %s", f ? "," : "", schema_fields[f].name,
                   types[schema_fields[f].kind]);
    printf("\n}}}\n");
    return command_finish(EXIT_FOUND);
}

static void put_action(struct buf *out, struct nh_string id)
{
    buf_append_str(out, "{\"index\":{");
    json_member(out, "_id", (struct slice){id.data, id.len});
    buf_append_str(out, "}}\n");
}

/* What export writes articles with. */
struct exporter {
    nh_index *index;
    struct buf line;
    enum format format;
    bool given; /* only the names that articles came with */
    uint64_t count;
};

/* Writes an article. False if standard output failed. */
static bool write_article(struct exporter *x, const nh_article *article)
{
    const struct nh_article_view *view = nh_article_read(article);
    buf_reset(&x->line);
    if (x->format == FORMAT_OPENSEARCH)
        put_action(&x->line, view->hit->id);
    output_article_json(&x->line, view, x->given, x->format == FORMAT_JSONL);
    x->count++;
    return !x->line.failed &&
           fwrite(x->line.data, 1, x->line.len, stdout) == x->line.len;
}

static int export_all(struct exporter *x, struct nh_error *err)
{
    nh_article *article;
    uint32_t after = 0;
    int rc;
    bool good = true;
    while (good &&
           (rc = nh_article_next(&article, x->index, after, err)) == NH_OK) {
        after = nh_article_read(article)->hit->number;
        good = write_article(x, article);
        nh_article_free(article);
    }
    return x->line.failed                ? error_nomem(err)
           : !good || rc == NH_ENOTFOUND ? NH_OK
                                         : rc;
}

/* Writes the articles that a query finds, the oldest first. */
static int export_query(struct exporter *x, const char *query,
                        struct nh_error *err)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    nh_results *found = NULL;
    o.limit = UINT32_MAX;
    o.sort = NH_SORT_OLDEST;
    bool good = true;
    int rc = nh_index_search(&found, x->index, query, strlen(query), &o, err);
    for (size_t i = 0; rc == NH_OK && good && i < nh_results_count(found);
         i++) {
        nh_article *article;
        struct nh_string id;
        double score;
        rc = nh_results_id(&id, &score, found, i, err);
        if (rc == NH_OK)
            rc = nh_article_open(&article, x->index, id.data, id.len, err);
        if (rc == NH_OK) {
            good = write_article(x, article);
            nh_article_free(article);
        }
        nh_results_forget(found);
    }
    nh_results_free(found);
    return rc == NH_OK && x->line.failed ? error_nomem(err) : rc;
}

static int run_export(const struct options *o)
{
    struct nh_error err;
    struct buf query = BUF_INIT;
    struct exporter x = {.format = (enum format)options_choice(o, "format"),
                         .given = !options_get(o, "entities")};
    if (x.format == FORMAT_MAPPING)
        return print_mapping();
    const char *text = options_join(o, &query);
    int rc = text ? nh_index_open(&x.index, command_index_path(o), &err)
                  : error_nomem(&err);
    if (rc == NH_OK)
        nh_index_set_rules(x.index, 0); /* articles as they came in */
    if (rc == NH_OK)
        rc = o->count ? export_query(&x, text, &err) : export_all(&x, &err);
    buf_release(&x.line);
    nh_index_close(x.index);
    int status = x.count ? EXIT_FOUND : EXIT_NOTHING;
    if (rc != NH_OK) {
        struct buf log = BUF_INIT;
        status =
            query_error_report(&log, &err, NULL, text ? text : "", query.len);
        fwrite(log.data, 1, log.len, stderr);
        buf_release(&log);
    }
    buf_release(&query);
    return command_finish(status);
}

const struct command command_export = {
    "export",
    "write articles as JSON lines, which index again to the same",
    "[OPTIONS] [QUERY...] > FILE",
    "  newshound export | gzip > archive.jsonl.gz\n"
    "  newshound export -d old.idx | newshound index -d new.idx -\n"
    "  newshound export 'org:OpenAI date:2024' > openai.jsonl\n"
    "  newshound export --format mapping > mapping.json       for PUT /news\n"
    "  newshound export --format opensearch > articles.ndjson for "
    "/news/_bulk\n",
    options,
    run_export};
