/* Owns `newshound delete`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/output/output.h"
#include "cli/shell/query_batch.h"
#include "cli/visible.h"
#include "indexer/writer/index_writer.h"
#include "newshound/newshound.h"

static const struct option_def options[] = {
    OPTION_INDEX,
    {0, "id", NULL, "the arguments are ids of articles, not a query"},
    {'n', "dry-run", NULL, "print the ids of what would be deleted"},
    {'y', "yes", NULL, "do not ask before many articles are deleted"},
    OPTION_WAIT,
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

struct deletion {
    nh_index *index;
    struct index_writer *writer;
    bool dry, yes, refused;
    uint64_t count;
};

static void print_id(struct nh_string id)
{
    struct buf line = BUF_INIT;
    output_id(&line, id);
    buf_append_byte(&line, '\n');
    fwrite(line.data, 1, line.len, stdout); /* errors: command_finish */
    buf_release(&line);
}

static int delete_article(struct deletion *d, uint32_t number,
                          struct nh_string id, struct nh_error *err)
{
    bool deleted = true;
    int rc = NH_OK;
    if (d->dry)
        print_id(id);
    else
        rc = writer_delete(d->writer, number, &deleted, err);
    d->count += rc == NH_OK && deleted;
    return rc;
}

/* More articles than this are deleted only after a question, at a terminal. */
#define DELETE_ASKS 10

/* Asks whether so many articles are to be deleted. True if yes, or if nobody
 * can be asked. */
static bool agreed(const struct deletion *d, size_t count)
{
    char answer[16] = "";
    if (d->dry || d->yes || count <= DELETE_ASKS || !isatty(STDIN_FILENO) ||
        !isatty(STDERR_FILENO))
        return true;
    fprintf(stderr, "delete %zu articles? [y/N] ", count);
    return fgets(answer, sizeof answer, stdin) &&
           (answer[0] == 'y' || answer[0] == 'Y');
}

static int delete_query(struct deletion *d, const char *query,
                        struct nh_error *err)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    nh_results *found = NULL;
    o.limit = UINT32_MAX;
    o.sort = NH_SORT_OLDEST;
    int rc = nh_index_search(&found, d->index, query, strlen(query), &o, err);
    d->refused = rc == NH_OK && !agreed(d, nh_results_count(found));
    for (size_t i = 0;
         rc == NH_OK && !d->refused && i < nh_results_count(found); i++) {
        struct nh_string id = {"", 0};
        uint32_t number;
        double score;
        rc = nh_results_number(&number, &score, found, i, err);
        if (rc == NH_OK && d->dry)
            rc = nh_results_id(&id, &score, found, i, err);
        if (rc == NH_OK)
            rc = delete_article(d, number, id, err);
        nh_results_forget(found);
    }
    nh_results_free(found);
    return rc;
}

static int delete_ids(struct deletion *d, const struct options *o,
                      struct nh_error *err)
{
    int rc = NH_OK;
    for (int i = 0; rc == NH_OK && i < o->count; i++) {
        nh_article *a;
        rc = output_article_open(&a, d->index, o->args[i], err);
        if (rc == NH_ENOTFOUND) {
            say("newshound delete: there is no article '%s'\n", o->args[i]);
            rc = NH_OK;
            continue;
        }
        if (rc != NH_OK)
            break;
        const struct nh_hit *hit = nh_article_read(a)->hit;
        rc = delete_article(d, hit->number, hit->id, err);
        nh_article_free(a);
    }
    return rc;
}

static int run_delete(const struct options *o)
{
    struct nh_error err;
    struct deletion d = {.dry = options_get(o, "dry-run") != NULL,
                         .yes = options_get(o, "yes") != NULL};
    struct buf query = BUF_INIT;
    const char *path = command_index_path(o);
    int rc = NH_OK;
    const char *text = options_join(o, &query);
    if (!text || o->count == 0 || text[strspn(text, " \t\n\v\f\r")] == '\0') {
        say("newshound delete: what is to be deleted? Give a query, "
            "or --id and ids\n");
        buf_release(&query);
        return EXIT_USAGE;
    }
    if (!d.dry) /* first, so that nothing changes below the search */
        do
            rc =
                writer_open_existing(&d.writer, path, NULL, BUILDER_AUTO, &err);
        while (command_wait(o, rc, &err));
    if (rc == NH_OK)
        rc = nh_index_open(&d.index, path, &err);
    if (rc == NH_OK)
        rc = options_get(o, "id") ? delete_ids(&d, o, &err)
                                  : delete_query(&d, text, &err);
    if (rc == NH_OK && !d.dry)
        rc = writer_commit(d.writer, &err);
    nh_index_close(d.index);
    writer_close(d.writer);
    if (rc != NH_OK) {
        struct buf log = BUF_INIT;
        const int status =
            query_error_report(&log, &err, NULL, text, query.len);
        fwrite(log.data, 1, log.len, stderr);
        buf_release(&log);
        buf_release(&query);
        return status;
    }
    buf_release(&query);
    if (d.refused)
        printf("nothing was deleted\n");
    else if (!d.dry)
        printf("%llu deleted\n", (unsigned long long)d.count);
    return command_finish(d.count ? EXIT_FOUND : EXIT_NOTHING);
}

const struct command command_delete = {
    "delete",
    "delete the articles that a query finds",
    "[OPTIONS] QUERY... | --id ID...",
    "  newshound delete -n 'source:testwire'    what would that be?\n"
    "  newshound delete 'source:testwire date:2024-05'\n"
    "  newshound delete --id leike-resigns\n"
    "\n"
    "An article whose file changes comes back when that is indexed again.\n",
    options,
    run_delete};
