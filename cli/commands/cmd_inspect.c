/* Owns `newshound inspect`. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output/output.h"
#include "cli/output/tally.h"
#include "cli/visible.h"
#include "common/store/manifest.h"
#include "common/text/charset.h"
#include "indexer/ingest/article_id.h"
#include "indexer/ingest/feed.h"
#include "searcher/index/index.h"

static const struct option_def options[] = {
    {'f', "format", "FORMAT", "auto (default), list, or one that list names"},
    {'m', "map", "FIELD=KEY,...", "take fields from other JSON keys"},
    OPTION_DATE_ORDER,
    {0, "charset", "NAME", "of texts that are not UTF-8; default windows-1252"},
    {'c', "collection", "NAME", "put NAME: before every id"},
    {0, "follow-links", NULL, "follow symbolic links out of the folders, too"},
    {'q', "quiet", NULL, "print only the summary"},
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

struct inspector {
    struct parse_context parse;
    const char *collection;
    enum date_order date_order;
    bool quiet;
    struct feed *feed;
    struct reader_tally tallies[READERS_MAX + 1]; /* the last: of no reader */
    struct reasons reasons;
    struct article article;
    struct buf id, out;
};

static void skip(struct inspector *x, const struct reader *reader,
                 const char *path, uint64_t offset, const struct nh_error *why)
{
    struct buf line = BUF_INIT;
    x->tallies[reader_number(reader)].skipped++;
    reasons_add(&x->reasons, reader, why->message);
    tally_say_skipped(&line, path, offset, why->message);
    fwrite(line.data ? line.data : "", 1, line.len, stderr);
    buf_release(&line);
}

static bool report(void *ctx, const char *path, uint64_t offset,
                   const struct nh_error *why)
{
    struct inspector *x = ctx;
    skip(x, feed_reader(x->feed), path, offset, why);
    return true;
}

static bool never_same(void *ctx, const struct walk_file *file,
                       struct source_state *state)
{
    (void)ctx;
    (void)file;
    memset(state, 0, sizeof *state);
    return false;
}

static int print_article(struct inspector *x, struct nh_error *err)
{
    struct nh_article_view view;
    struct nh_hit hit;
    struct arena arena;
    memset(&view, 0, sizeof view);
    memset(&hit, 0, sizeof hit);
    view.hit = &hit;
    memset(&arena, 0, sizeof arena);
    bool good = hit_fill(&hit, &x->article, &arena);
    view.body = hit_string(&arena, x->article.body);
    good = good && view.body.data;
    buf_reset(&x->out);
    if (good)
        output_article_json(&x->out, &view, false, true);
    arena_release(&arena);
    if (!good || x->out.failed)
        return error_nomem(err);
    fwrite(x->out.data, 1, x->out.len, stdout); /* errors: command_finish */
    return NH_OK;
}

static int inspect_record(struct inspector *x, const struct feed_batch *batch,
                          const struct feed_record *r, struct nh_error *err)
{
    struct article *a = &x->article;
    article_reset(a);
    a->date_order = x->date_order;
    int rc = r->reader->parse(
        &x->parse, (struct slice){batch->bytes.data + r->start, r->len}, a,
        err);
    if (rc == NH_OK)
        rc = article_id_assign(a, r->reader->whole_file ? r->id : "",
                               x->collection, &x->id, err);
    if (rc == NH_EDATA) {
        const size_t at = err->offset == NH_NO_OFFSET ? 0 : err->offset;
        skip(x, r->reader, r->path, r->offset + at, err);
        return NH_OK;
    }
    if (rc != NH_OK)
        return rc;
    if (a->date.precision == DATE_NONE && a->unread_date[0] && !x->quiet)
        say("newshound: %s at byte %llu: the date '%s' is not understood\n",
            r->path, (unsigned long long)r->offset, a->unread_date);
    if (a->damage[0]) {
        error_set(err, NH_EDATA, "the end of the article: %s", a->damage);
        skip(x, r->reader, r->path, r->offset, err);
    }
    reader_tally_add(&x->tallies[reader_number(r->reader)], a);
    return x->quiet ? NH_OK : print_article(x, err);
}

static int inspect(struct inspector *x, struct nh_error *err)
{
    struct feed_batch *batch;
    int rc;
    while ((rc = feed_next(x->feed, &batch, err)) == 1) {
        for (size_t i = 0; rc == 1 && i < batch->count; i++)
            if (inspect_record(x, batch, &batch->records[i], err) != NH_OK)
                rc = err->code;
        feed_batch_free(batch);
        if (rc != 1)
            break;
    }
    return rc;
}

static int run_inspect(const struct options *o)
{
    static struct inspector x;
    struct nh_error err;
    /* An index that lies among its sources is no source. */
    struct walk walk = {.skip_with = MANIFEST_NAME,
                        .follow_links = options_get(o, "follow-links") != NULL};
    struct feed feed;
    const char *format = options_get(o, "format");
    memset(&feed, 0, sizeof feed);
    if (format && strcmp(format, "list") == 0)
        return command_list_formats();
    x.date_order = (enum date_order)options_choice(o, "date-order");
    if (!command_read_format(o, &feed.forced, &x.parse))
        return EXIT_USAGE;
    if (o->count == 0) {
        say("newshound inspect: what is to be read? Name files, "
            "folders, or - for standard input\n");
        return EXIT_USAGE;
    }
    x.collection = options_get(o, "collection");
    x.quiet = options_get(o, "quiet") != NULL;
    x.feed = &feed;
    feed.walk = &walk;
    feed.batch_records = 1000;
    feed.same = never_same;
    feed.report = report;
    feed.ctx = &x;
    int rc = NH_OK;
    for (int i = 0; rc == NH_OK && i < o->count; i++)
        rc = walk_add(&walk, o->args[i], &err);
    if (rc == NH_OK)
        rc = inspect(&x, &err);
    uint64_t articles = 0;
    for (size_t i = 0; i < READERS_MAX; i++)
        articles += x.tallies[i].articles;
    if (rc != NH_OK)
        command_fail(&err);
    else
        tally_print(stderr, x.tallies, &x.reasons);
    feed_release(&feed);
    walk_release(&walk);
    parse_context_release(&x.parse);
    article_release(&x.article);
    buf_release(&x.id);
    buf_release(&x.out);
    reasons_release(&x.reasons);
    return rc != NH_OK ? EXIT_TROUBLE
                       : command_finish(articles ? EXIT_FOUND : EXIT_NOTHING);
}

const struct command command_inspect = {
    "inspect",
    "print the articles of files as JSON, as index would take them",
    "[OPTIONS] PATH...",
    "  newshound inspect feed.xml | head -1\n"
    "  newshound inspect --quiet archive/     formats, articles, what is "
    "skipped\n",
    options,
    run_inspect};
