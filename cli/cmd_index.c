/* Owns `newshound index`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/progress.h"
#include "common/charset.h"
#include "indexer/pipeline.h"

static const struct option_def options[] = {
    OPTION_INDEX,
    {'f', "format", "FORMAT", "auto (default), list, or one that list names"},
    {'m', "map", "FIELD=KEY,...", "take fields from other JSON keys"},
    {0, "charset", "NAME", "of texts that are not UTF-8; default windows-1252"},
    {'c', "collection", "NAME", "put NAME: before every id"},
    {'j', "jobs", "N", "work on N batches side by side; default: the cores"},
    {'M', "memory", "MB", "stay under about so much; default 600"},
    {'l', "language", "NAME", "stemmer of a new index; default english"},
    {'b', "builder", "NAME",
     "auto (default), bulk or api: how tables are written"},
    {0, "xapian-lists", NULL,
     "in a new index, let Xapian's own tools find common words too"},
    {0, "entities-only-given", NULL,
     "tag no names: keep those that articles come with"},
    {0, "no-entities", NULL, "index no persons, organisations and places"},
    OPTION_MODEL,
    {'s', "strict", NULL, "stop at the first bad record"},
    {0, "no-merge", NULL, "leave merging segments to a later run"},
    {'q', "quiet", NULL, "print no summary"},
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

struct run {
    struct progress progress;
};

static void report(void *ctx, const char *path, uint64_t offset,
                   const struct nh_error *why)
{
    struct run *run = ctx;
    progress_clear(&run->progress);
    fprintf(stderr, "newshound: skipped %s at byte %llu: %s\n", path,
            (unsigned long long)offset, why->message);
}

static void show_progress(void *ctx, const struct pipeline_counts *counts,
                          uint64_t total)
{
    struct run *run = ctx;
    progress_show(&run->progress,
                  counts->added + counts->replaced + counts->unchanged,
                  counts->read_bytes, total);
}

static int list_formats(void)
{
    for (size_t i = 0; reader_table[i]; i++)
        printf("%-8s %s\n", reader_table[i]->name, reader_table[i]->help);
    printf("each also packed by gzip\n");
    return command_finish(EXIT_FOUND);
}

static void summarise(const struct pipeline_counts *c, double seconds)
{
    printf("%llu added, %llu replaced, %llu unchanged, %llu skipped; "
           "%.1f MB of text in %.1f s\n",
           (unsigned long long)c->added, (unsigned long long)c->replaced,
           (unsigned long long)c->unchanged, (unsigned long long)c->skipped,
           (double)c->text_bytes / 1e6, seconds);
}

static bool read_builder(const struct options *o, enum builder_kind *kind)
{
    static const char *const names[] = {"auto", "bulk", "api"};
    const char *text = options_get(o, "builder");
    *kind = BUILDER_AUTO;
    for (int i = 0; text && i < 3; i++)
        if (strcmp(names[i], text) == 0) {
            *kind = (enum builder_kind)i;
            return true;
        }
    if (text)
        fprintf(stderr, "newshound index: --builder is auto, bulk or api\n");
    return text == NULL;
}

/* Reads the options; false with a message if one makes no sense. */
static bool read_options(const struct options *o, struct pipeline_options *p,
                         struct nh_error *err)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    long jobs = cores < 1 ? 1 : cores > 16 ? 16 : cores, memory = 600;
    const char *format = options_get(o, "format");
    if (!options_number(o, "jobs", 1, PIPELINE_JOBS_MAX, &jobs) ||
        !options_number(o, "memory", 64, 1 << 20, &memory))
        return false;
    p->jobs = (unsigned)jobs;
    p->memory = (size_t)memory << 20;
    p->map = options_get(o, "map");
    p->charset = options_get(o, "charset");
    p->collection = options_get(o, "collection");
    p->no_entities = options_get(o, "no-entities") != NULL;
    p->strict = options_get(o, "strict") != NULL;
    p->no_merge = options_get(o, "no-merge") != NULL;
    if (format && strcmp(format, "auto") != 0) {
        p->reader = reader_named(format);
        if (!p->reader) {
            fprintf(stderr,
                    "newshound index: there is no format '%s'; see --format "
                    "list\n",
                    format);
            return false;
        }
    }
    if (p->charset && !charset_known(p->charset)) {
        fprintf(stderr, "newshound index: there is no charset '%s'\n",
                p->charset);
        return false;
    }
    if (p->map && reader_map_check(p->map, err) != NH_OK) {
        command_fail(err);
        return false;
    }
    return true;
}

static int run_index(const struct options *o)
{
    struct nh_error err;
    struct walk walk = {{NULL, 0, 0}, NULL, 0, 0};
    struct index_writer *writer = NULL;
    struct entity_model *model = NULL;
    struct pipeline_options p;
    struct pipeline_counts counts;
    struct run run;
    enum builder_kind kind;
    const char *format = options_get(o, "format");
    memset(&p, 0, sizeof p);
    memset(&counts, 0, sizeof counts);
    if (format && strcmp(format, "list") == 0)
        return list_formats();
    if (!read_options(o, &p, &err) || !read_builder(o, &kind))
        return EXIT_USAGE;
    if (o->count == 0) {
        fprintf(stderr, "newshound index: what is to be indexed? Name files, "
                        "folders, or - for standard input\n");
        return EXIT_USAGE;
    }
    int rc = NH_OK;
    for (int i = 0; rc == NH_OK && i < o->count; i++)
        rc = walk_add(&walk, o->args[i], &err);
    if (rc != NH_OK) { /* an input, not the index, is missing */
        command_fail(&err);
        walk_release(&walk);
        return EXIT_TROUBLE;
    }
    progress_start(&run.progress);
    p.report = report;
    p.progress = show_progress;
    p.ctx = &run;
    const struct index_settings settings = {
        options_get(o, "language"), options_get(o, "xapian-lists") != NULL};
    if (!p.no_entities && !options_get(o, "entities-only-given"))
        rc = command_model(&model, o, &err);
    if (rc != NH_OK) { /* not the index */
        command_fail(&err);
        walk_release(&walk);
        return EXIT_TROUBLE;
    }
    p.model = model;
    rc = writer_open(&writer, command_index_path(o), &settings, kind, &err);
    if (rc == NH_OK)
        rc = pipeline_run(writer, &walk, &p, &counts, &err);
    progress_clear(&run.progress);
    if (writer && segment_builder_fell_back(writer_builder(writer)))
        fprintf(stderr,
                "newshound: this libxapian's tables are not as expected; "
                "built through its API instead, which is slower\n");
    writer_close(writer);
    entity_model_free(model);
    walk_release(&walk);
    if (rc == NH_OK && !options_get(o, "quiet"))
        summarise(&counts, progress_seconds(&run.progress));
    return rc == NH_OK ? command_finish(EXIT_FOUND) : command_fail(&err);
}

const struct command command_index = {
    "index",
    "add articles to an index, making it if there is none",
    "[OPTIONS] PATH...",
    "  newshound index articles/            files and folders, any format\n"
    "  newshound index -d my.idx dump.jsonl.gz\n"
    "  newshound index --map title=headline,body=story feed.jsonl\n"
    "  zcat feed.gz | newshound index -\n",
    options,
    run_index};
