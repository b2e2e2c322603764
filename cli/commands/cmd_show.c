/* Owns `newshound show`. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output/output.h"
#include "cli/output/terminal.h"
#include "cli/visible.h"
#include "newshound/newshound.h"

static const struct option_def options[] = {OPTION_INDEX,
                                            OPTION_TEXT_OR_JSON,
                                            OPTION_NO_PAGER,
                                            OPTION_HELP,
                                            {0, NULL, NULL, NULL}};

static int show_one(nh_index *index, const char *id, bool json,
                    struct nh_error *err)
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
        output_article_text(&out, view, terminal_width());
    if (out.failed)
        rc = error_nomem(err);
    else
        fwrite(out.data, 1, out.len, stdout);
    buf_release(&out);
    nh_article_free(article);
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
    pager_start(!json && !options_get(o, "no-pager"));
    for (int i = 0; i < o->count; i++) {
        if (i > 0 && !json)
            printf("\n");
        rc = show_one(index, o->args[i], json, &err);
        if (rc == NH_OK)
            continue;
        int failed = command_fail(&err);
        status = rc == NH_ENOTFOUND && status == EXIT_FOUND ? EXIT_NOTHING
                 : rc == NH_ENOTFOUND                       ? status
                                                            : failed;
    }
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
