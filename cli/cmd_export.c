/* Owns `newshound export`. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/output.h"
#include "searcher/newshound.h"

static const struct option_def options[] = {
    OPTION_INDEX,
    {0, "entities", NULL, "write names that were found in texts too"},
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

static int run_export(const struct options *o)
{
    struct nh_error err;
    nh_index *index;
    nh_article *article;
    struct buf out = BUF_INIT;
    uint32_t after = 0;
    if (o->count > 0) {
        fprintf(stderr, "newshound export: it takes no arguments but -d\n");
        return EXIT_USAGE;
    }
    int rc = nh_open(&index, command_index_path(o), &err);
    if (rc != NH_OK)
        return command_fail(&err);
    nh_use_rules(index, 0); /* articles as they came in */
    while ((rc = nh_article_next(&article, index, after, &err)) == NH_OK) {
        const struct nh_article_view *view = nh_article_view(article);
        after = view->hit.number;
        buf_reset(&out);
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
    nh_close(index);
    if (rc != NH_OK && rc != NH_ENOTFOUND)
        return command_fail(&err);
    return command_finish(after ? EXIT_FOUND : EXIT_NOTHING);
}

const struct command command_export = {
    "export",
    "write all articles as JSON lines, which index again to the same",
    "[OPTIONS] > FILE",
    "  newshound export | gzip > archive.jsonl.gz\n"
    "  newshound export -d old.idx | newshound index -d new.idx -\n",
    options,
    run_export};
