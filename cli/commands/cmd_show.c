/* Owns `newshound show`. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output/output.h"
#include "cli/output/terminal.h"
#include "cli/visible.h"
#include "newshound/newshound.h"

static const struct option_def options[] = {
    OPTION_INDEX,
    OPTION_TEXT_OR_JSON,
    {'m', "mark", "QUERY", "show in bold what a query looks for"},
    OPTION_COLOUR,
    OPTION_NO_PAGER,
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

static int show_one(nh_index *index, const char *id, bool json,
                    nh_results *marks, struct nh_error *err)
{
    nh_article *article;
    struct buf out = BUF_INIT;
    int rc = output_article_open(&article, index, id, err);
    if (rc != NH_OK)
        return rc;
    const struct nh_article_view *view = nh_article_read(article);
    if (json)
        output_article_json(&out, view, false, true);
    else
        rc = output_article_text(&out, article, terminal_width(), marks, err);
    if (rc == NH_OK && out.failed)
        rc = error_nomem(err);
    else if (rc == NH_OK)
        fwrite(out.data, 1, out.len, stdout);
    buf_release(&out);
    nh_article_free(article);
    return rc;
}

/* Asks the query of --mark for what is to be bold; *marks is NULL where nothing
 * is. A wrong query is an error in any case. */
static int open_marks(nh_results **marks, nh_index *index,
                      const struct options *o, struct nh_error *err)
{
    struct nh_search_options search = NH_SEARCH_OPTIONS_INIT;
    const char *query = options_get(o, "mark");
    const enum colour_when when = (enum colour_when)options_choice(o, "color");
    *marks = NULL;
    if (!query)
        return NH_OK;
    search.limit = 0;
    const int rc =
        nh_index_search(marks, index, query, strlen(query), &search, err);
    if (rc == NH_OK && !terminal_colour(when)) {
        nh_results_free(*marks);
        *marks = NULL;
    }
    return rc;
}

static int run_show(const struct options *o)
{
    struct nh_error err;
    nh_index *index;
    const bool json = options_choice(o, "format") == 1;
    if (o->count == 0) {
        say("newshound show: which article? Give its id\n");
        return EXIT_USAGE;
    }
    int rc = nh_index_open(&index, command_index_path(o), &err);
    if (rc != NH_OK)
        return command_fail(&err);
    int status = EXIT_FOUND;
    nh_results *marks;
    if (open_marks(&marks, index, o, &err) != NH_OK) {
        nh_index_close(index);
        return command_fail(&err);
    }
    pager_start(!json && !options_get(o, "no-pager"));
    for (int i = 0; i < o->count; i++) {
        if (i > 0 && !json)
            printf("\n");
        rc = show_one(index, o->args[i], json, marks, &err);
        if (rc == NH_OK)
            continue;
        int failed = command_fail(&err);
        status = rc == NH_ENOTFOUND && status == EXIT_FOUND ? EXIT_NOTHING
                 : rc == NH_ENOTFOUND                       ? status
                                                            : failed;
    }
    nh_results_free(marks);
    nh_index_close(index);
    return command_finish(status);
}

const struct command command_show = {
    "show",
    "print whole articles",
    "[OPTIONS] ID...",
    "  newshound show reuters-1\n"
    "  newshound show --format json leike-resigns.txt\n",
    options,
    run_show};
