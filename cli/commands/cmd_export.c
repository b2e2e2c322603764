/* Owns `newshound export`. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output/output.h"
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

static int run_export(const struct options *o)
{
    struct nh_error err;
    nh_index *index;
    nh_article *article;
    struct buf out = BUF_INIT;
    uint32_t after = 0;
    const enum format format = (enum format)options_choice(o, "format");
    if (o->count > 0) {
        say("newshound export: it takes no arguments but -d\n");
        return EXIT_USAGE;
    }
    if (format == FORMAT_MAPPING)
        return print_mapping();
    int rc = nh_index_open(&index, command_index_path(o), &err);
    if (rc != NH_OK)
        return command_fail(&err);
    nh_index_set_rules(index, 0); /* articles as they came in */
    while ((rc = nh_article_next(&article, index, after, &err)) == NH_OK) {
        const struct nh_article_view *view = nh_article_read(article);
        after = view->hit->number;
        buf_reset(&out);
        if (format == FORMAT_OPENSEARCH)
            put_action(&out, view->hit->id);
        output_article_json(&out, view, !options_get(o, "entities"));
        nh_article_free(article);
        if (out.failed) {
            rc = error_nomem(&err);
            break;
        }
        if (fwrite(out.data, 1, out.len, stdout) != out.len)
            break;
    }
    buf_release(&out);
    nh_index_close(index);
    if (rc != NH_OK && rc != NH_ENOTFOUND)
        return command_fail(&err);
    return command_finish(after ? EXIT_FOUND : EXIT_NOTHING);
}

const struct command command_export = {
    "export",
    "write all articles as JSON lines, which index again to the same",
    "[OPTIONS] > FILE",
    "  newshound export | gzip > archive.jsonl.gz\n"
    "  newshound export -d old.idx | newshound index -d new.idx -\n"
    "  newshound export --format mapping > mapping.json       for PUT /news\n"
    "  newshound export --format opensearch > articles.ndjson for "
    "/news/_bulk\n",
    options,
    run_export};
