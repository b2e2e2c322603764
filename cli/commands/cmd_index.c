/* Owns `newshound index`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output/progress.h"
#include "cli/output/tally.h"
#include "cli/shell/follow.h"
#include "cli/shell/interrupt.h"
#include "cli/visible.h"
#include "common/base/strtab.h"
#include "common/store/manifest.h"
#include "indexer/ingest/run_options.h"

static const struct option_def options[] = {
    OPTION_INDEX,
    {'f', "format", "FORMAT", "auto (default), list, or one that list names"},
    {'m', "map", "FIELD=KEY,...", "take fields from other JSON keys"},
    {0, "charset", "NAME", "of texts that are not UTF-8; default windows-1252"},
    OPTION_DATE_ORDER,
    {'c', "collection", "NAME", "put NAME: before every id"},
    {'j', "jobs", "N", "work on N batches side by side; default: the cores"},
    {'M', "memory", "MB", "stay under about so much; default 600"},
    {'l', "language", "NAME", "stemmer of a new index; default english"},
    {'b', "builder", "NAME=auto|bulk|api",
     "auto (default), bulk or api: how tables are written"},
    {0, "xapian-lists", NULL,
     "in a new index, let Xapian's own tools find common words too"},
    {0, "names", "WHICH=found|given|none",
     "persons, organisations, places: found (default) in texts, given, none"},
    {0, "entities-only-given", NULL,
     "the same as --names given: those that articles come with"},
    {0, "no-entities", NULL, "the same as --names none"},
    {0, "change-options", NULL,
     "keep --map, --charset, --date-order, --names of this run in the index"},
    OPTION_MODEL,
    {'s', "strict", NULL, "stop at the first bad record"},
    {0, "again", NULL, "read files again that have not changed"},
    {0, "prune", NULL,
     "delete articles that are gone from the files and folders"},
    {0, "follow", NULL, "stay, and index what is new and what changes"},
    {0, "commit-every", "N",
     "from standard input: 5s or 64MB, so that it is found; default 10s"},
    {0, "follow-links", NULL, "follow symbolic links out of the folders, too"},
    OPTION_WAIT,
    {0, "no-merge", NULL, "leave merging segments to a later run"},
    {'q', "quiet", NULL, "print no summary"},
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

struct run {
    struct progress progress;
    bool follows;
    struct strtab said; /* messages, which --follow meets again and again */
    struct reasons reasons;
    struct kept_options given, kept; /* of the command line; of the run */
    struct index_settings settings;
};

static void report(void *ctx, const struct reader *reader, const char *path,
                   uint64_t offset, const struct nh_error *why)
{
    struct run *run = ctx;
    struct buf line = BUF_INIT;
    const uint32_t before = run->said.count;
    reasons_add(&run->reasons, reader, why->message);
    tally_say_skipped(&line, path, offset, why->message);
    if (line.failed || !run->follows ||
        strtab_add(&run->said, line.data, line.len) == STRTAB_NONE ||
        run->said.count > before) {
        progress_clear(&run->progress);
        fwrite(line.data ? line.data : "", 1, line.len, stderr);
    }
    buf_release(&line);
}

static void show_progress(void *ctx, const struct pipeline_counts *counts,
                          uint64_t total)
{
    struct run *run = ctx;
    progress_show(&run->progress,
                  counts->added + counts->replaced + counts->unchanged,
                  counts->read_bytes, total);
}

static void summarise(const struct run *run, const struct pipeline_counts *c,
                      uint64_t deleted, double seconds)
{
    printf("%llu added, %llu replaced, %llu unchanged, %llu skipped",
           (unsigned long long)c->added, (unsigned long long)c->replaced,
           (unsigned long long)c->unchanged, (unsigned long long)c->skipped);
    if (deleted)
        printf(", %llu deleted", (unsigned long long)deleted);
    printf("; %.1f MB of text in %.1f s\n", (double)c->text_bytes / 1e6,
           seconds);
    tally_print(stdout, c->readers, &run->reasons);
}

/* Reads the options; false with a message if one makes no sense. */
static bool read_options(const struct options *o, struct pipeline_options *p)
{
    long jobs = (long)pipeline_jobs(), memory = 600;
    if (!options_number(o, "jobs", 1, PIPELINE_JOBS_MAX, &jobs) ||
        !options_number(o, "memory", 64, 1 << 20, &memory))
        return false;
    p->jobs = (unsigned)jobs;
    p->memory = (size_t)memory << 20;
    p->collection = options_get(o, "collection");
    p->strict = options_get(o, "strict") != NULL;
    p->again = options_get(o, "again") != NULL;
    p->no_merge = options_get(o, "no-merge") != NULL;
    struct parse_context parse = {.map = NULL};
    if (!command_read_format(o, &p->reader, &parse))
        return false;
    return true;
}

/* Reads --names and the two switches that mean the same; *names is NULL if none
 * is given. False with a message if they contradict each other. */
static bool read_names(const struct options *o, const char **names)
{
    static const struct {
        const char *option, *means;
    } switches[] = {{"entities-only-given", "given"}, {"no-entities", "none"}};
    *names = options_get(o, "names");
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        if (!options_get(o, switches[i].option))
            continue;
        if (*names && strcmp(*names, switches[i].means) != 0) {
            say("newshound index: --%s means --names %s, and --names %s is "
                "given too\n",
                switches[i].option, switches[i].means, *names);
            return false;
        }
        *names = switches[i].means;
    }
    return true;
}

/* Reads the options that the index keeps; false with a message. */
static bool read_kept(const struct options *o, struct run *run)
{
    struct nh_error err;
    const char *values[KEPT_COUNT] = {
        [KEPT_MAP] = options_get(o, "map"),
        [KEPT_CHARSET] = options_get(o, "charset"),
        [KEPT_DATE_ORDER] = options_get(o, "date-order")};
    if (!read_names(o, &values[KEPT_NAMES]))
        return false;
    for (enum kept_option i = 0; i < KEPT_COUNT; i++)
        if (values[i] && kept_set(&run->given, i, values[i], &err) != NH_OK) {
            say("newshound index: --%s\n", err.message);
            return false;
        }
    run->settings = (struct index_settings){
        .language = options_get(o, "language"),
        .keep_lists = options_get(o, "xapian-lists") != NULL,
        .options = &run->given,
        .change = options_get(o, "change-options") != NULL};
    return true;
}

/* Takes 5s or 64MB; false with a message for anything else. */
static bool read_commit_every(const struct options *o,
                              struct pipeline_options *p)
{
    const char *text = options_get(o, "commit-every");
    char *end;
    if (!text) /* so that what comes through a pipe is found soon */
        text = "10s";
    const unsigned long n = strtoul(text, &end, 10);
    const bool time = strcmp(end, "s") == 0, size = strcmp(end, "MB") == 0;
    if (end == text || n == 0 || n > 1000000 || !(time || size)) {
        say("newshound index: --commit-every is a time or a size: "
            "5s, 64MB\n");
        return false;
    }
    p->commit_time = time ? n * UINT64_C(1000000000) : 0;
    p->commit_bytes = size ? (uint64_t)n << 20 : 0;
    return true;
}

/* Returns whether a file was met, or stands below a folder that could not be
 * read, so that nobody knows. */
static bool is_walked(void *ctx, const char *path)
{
    const struct strtab *sources = ctx;
    for (size_t len = strlen(path); len > 0; len--)
        if ((path[len] == '\0' || path[len] == '/') &&
            strtab_find(sources, path, len) != STRTAB_NONE)
            return true;
    return false;
}

/* Deletes what is gone from the files and folders that were named. */
static int prune(struct index_writer *writer, struct walk *walk,
                 const struct options *o, uint64_t *deleted,
                 struct nh_error *err)
{
    struct strtab sources;
    int rc = NH_OK;
    memset(&sources, 0, sizeof sources);
    for (size_t i = 0; rc == NH_OK && i < walk->count; i++) {
        const char *path = walk->files[i].source;
        if (path && strtab_add(&sources, path, strlen(path)) == STRTAB_NONE)
            rc = error_nomem(err);
    }
    for (int i = 0; rc == NH_OK && i < o->count; i++) {
        uint64_t count = 0;
        const char *root = walk_absolute(walk, o->args[i]);
        if (root && strcmp(o->args[i], "-") != 0)
            rc = writer_prune(writer, root, is_walked, &sources, &count, err);
        *deleted += count;
    }
    strtab_release(&sources);
    return rc == NH_OK ? writer_commit(writer, err) : rc;
}

/* Lists the files; with --prune, one that is named may be gone. */
static int list_files(struct walk *walk, const struct options *o,
                      struct nh_error *err)
{
    int rc = NH_OK;
    for (int i = 0; rc == NH_OK && i < o->count; i++) {
        rc = walk_add(walk, o->args[i], err);
        if (rc == NH_ENOTFOUND && options_get(o, "prune"))
            rc = NH_OK;
    }
    return rc;
}

/* Indexes what is new in the files; an exit status. */
static int index_files(const struct options *o, struct pipeline_options *p,
                       enum builder_kind kind, bool quiet)
{
    const bool follows = options_get(o, "follow") && !options_get(o, "quiet");
    struct nh_error err;
    /* An index that lies among its sources is no source. */
    struct walk walk = {.skip_with = MANIFEST_NAME,
                        .follow_links = options_get(o, "follow-links") != NULL};
    struct index_writer *writer = NULL;
    struct pipeline_counts counts;
    struct run *run = p->ctx;
    uint64_t deleted = 0;
    memset(&counts, 0, sizeof counts);
    int rc = list_files(&walk, o, &err);
    if (rc != NH_OK) { /* an input, not the index, is missing */
        command_fail(&err);
        walk_release(&walk);
        return EXIT_TROUBLE;
    }
    progress_start(&run->progress);
    reasons_reset(&run->reasons);
    do
        rc = writer_open(&writer, command_index_path(o), &run->settings, kind,
                         &err);
    while (command_wait(o, rc, &err));
    if (rc == NH_OK)
        rc = pipeline_run(writer, &walk, p, &counts, &err);
    if (rc == NH_OK && options_get(o, "prune") && !interrupted)
        rc = prune(writer, &walk, o, &deleted, &err);
    progress_clear(&run->progress);
    if (writer && segment_builder_fell_back(writer_builder(writer)))
        say("newshound: this libxapian's tables are not as expected; "
            "built through its API instead, which is slower\n");
    writer_close(writer);
    walk_release(&walk);
    if (rc != NH_OK)
        return command_fail(&err);
    if (!quiet || (follows && counts.added + counts.replaced + deleted > 0))
        summarise(run, &counts, deleted, progress_seconds(&run->progress));
    if (interrupted)
        fprintf(stderr,
                "newshound: interrupted; what was read is in the index, "
                "the next run goes on\n");
    return command_finish(interrupted ? EXIT_INTERRUPTED : EXIT_FOUND);
}

/* Indexes, and goes on to as long as nobody interrupts it. */
static int follow(const struct options *o, struct pipeline_options *p,
                  enum builder_kind kind)
{
    struct follow f;
    int status;
    bool first = true;
    follow_start(&f);
    if (options_get(o, "follow-links")) /* what they lead to is not watched */
        follow_end(&f);
    do {
        follow_watch(&f, o->args, o->count);
        status = index_files(o, p, kind, !first);
        fflush(stdout);
        first = false;
    } while (status == EXIT_FOUND && follow_wait(&f));
    follow_end(&f);
    return interrupted && status == EXIT_INTERRUPTED ? EXIT_FOUND : status;
}

static bool check_arguments(const struct options *o)
{
    if (o->count == 0)
        say("newshound index: what is to be indexed? Name files, "
            "folders, or - for standard input\n");
    for (int i = 0; i < o->count; i++)
        if (options_get(o, "follow") && strcmp(o->args[i], "-") == 0) {
            say("newshound index: --follow is for files and "
                "folders; standard input is read to its end, with "
                "a commit every few seconds (--commit-every)\n");
            return false;
        }
    return o->count > 0;
}

static int run_index(const struct options *o)
{
    struct nh_error err;
    struct entity_model *model = NULL;
    struct pipeline_options p;
    struct run run;
    const enum builder_kind kind =
        (enum builder_kind)options_choice(o, "builder");
    const char *format = options_get(o, "format");
    memset(&p, 0, sizeof p);
    memset(&run, 0, sizeof run);
    run.follows = options_get(o, "follow") != NULL;
    if (format && strcmp(format, "list") == 0)
        return command_list_formats();
    if (!read_options(o, &p) || !read_commit_every(o, &p) ||
        !read_kept(o, &run) || !check_arguments(o))
        return EXIT_USAGE;
    bool tags;
    if (run_options_resolve(&p, &run.kept, command_index_path(o), &run.settings,
                            &tags, &err) != NH_OK)
        return command_fail(&err);
    interrupt_catch();
    if (tags && command_model(&model, o, &err) != NH_OK) { /* not the index */
        command_fail(&err);
        return EXIT_TROUBLE;
    }
    run.settings.options = &run.kept;
    p.stop = &interrupted;
    p.report = report;
    p.progress = show_progress;
    p.ctx = &run;
    p.model = model;
    const int status =
        options_get(o, "follow")
            ? follow(o, &p, kind)
            : index_files(o, &p, kind, options_get(o, "quiet") != NULL);
    entity_model_free(model);
    strtab_release(&run.said);
    reasons_release(&run.reasons);
    return status;
}

const struct command command_index = {
    "index",
    "add articles to an index, making it if there is none",
    "[OPTIONS] PATH...",
    "  newshound index articles/            files and folders, any format\n"
    "  newshound index -d my.idx dump.jsonl.gz\n"
    "  newshound index --map title=headline,body=story feed.jsonl\n"
    "  zcat feed.gz | newshound index -\n"
    "  newshound index --prune archive/     again: what is new, changed or "
    "gone\n"
    "  newshound index --follow incoming/   for ever, until ^C\n",
    options,
    run_index};
