/* Owns `newshound stats`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/visible.h"
#include "common/base/json_out.h"
#include "common/store/snapshot.h"
#include "common/xapian/xw.h"

static const struct option_def options[] = {
    OPTION_INDEX, OPTION_TEXT_OR_JSON, OPTION_HELP, {0, NULL, NULL, NULL}};

static uint64_t text_bytes(const struct snapshot *s)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < s->count; i++)
        sum += s->segments[i].articles.text_bytes;
    return sum;
}

static uint64_t files_named(const struct snapshot *s, const char *name)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < s->manifest.file_count; i++) {
        const struct manifest_file *f = &s->manifest.files[i];
        const char *base = strrchr(f->path, '/');
        base = base ? base + 1 : f->path;
        if (strncmp(base, name, strlen(name)) == 0)
            sum += f->size;
    }
    return sum;
}

static void print_size(const char *what, uint64_t bytes, uint64_t text)
{
    printf("%-22s %12" PRIu64 " bytes", what, bytes);
    if (text)
        printf("  %.3f of the text", (double)bytes / (double)text);
    printf("\n");
}

static void print_stats(const struct snapshot *s)
{
    static const struct {
        const char *name, *what;
    } tables[] = {
        {"blocks", "long lists"},         {"postlist", "postings"},
        {"articles", "texts and fields"}, {"words", "vocabulary"},
        {"dict-", "dictionaries"},        {"del-", "tombstones"},
        {"iamglass", "versions"},         {"docdata", "document data"},
        {"termlist", "term lists"},       {"copies", "signatures"}};
    uint64_t text = text_bytes(s), total = 0;
    for (size_t i = 0; i < s->manifest.file_count; i++)
        total += s->manifest.files[i].size;
    printf("%-22s %12" PRIu64 "\n", "articles", s->live);
    printf("%-22s %12" PRIu64 "\n", "tombstoned", s->tombstones);
    printf("%-22s %12zu\n", "segments", s->count);
    printf("%-22s %12" PRIu64 "\n", "commit", s->manifest.commit);
    printf("%-22s %12" PRIu64 " bytes\n", "text", text);
    print_size("index", total, text);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        uint64_t bytes = files_named(s, tables[i].name);
        if (bytes)
            print_size(tables[i].what, bytes, text);
    }
    for (size_t i = 0; i < s->dict_count; i++)
        printf("%-22s %016" PRIx64 ", %" PRIu32 " words\n", "dictionary",
               s->dicts[i]->hash, s->dicts[i]->words.count);
    printf("%-22s format %d, analyser %u (%s), Xapian %s, newshound %s\n",
           "versions", MANIFEST_FORMAT, s->manifest.analysis,
           s->manifest.language, xw_version(), NEWSHOUND_VERSION);
}

/* The same, without what is of newshound's inside. */
static int print_json(const struct snapshot *s, struct nh_error *err)
{
    uint64_t bytes = 0;
    struct buf out = BUF_INIT;
    for (size_t i = 0; i < s->manifest.file_count; i++)
        bytes += s->manifest.files[i].size;
    const struct {
        const char *name;
        uint64_t value;
    } numbers[] = {{"version", 1},
                   {"articles", s->live},
                   {"tombstones", s->tombstones},
                   {"segments", s->count},
                   {"commit", s->manifest.commit},
                   {"text_bytes", text_bytes(s)},
                   {"index_bytes", bytes}};
    buf_append_byte(&out, '{');
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        json_key(&out, numbers[i].name);
        buf_printf(&out, "%" PRIu64, numbers[i].value);
    }
    json_member(&out, "language", slice_of(s->manifest.language));
    buf_append_str(&out, "}\n");
    const int rc = out.failed ? error_nomem(err) : NH_OK;
    if (rc == NH_OK)
        fwrite(out.data, 1, out.len, stdout);
    buf_release(&out);
    return rc;
}

static int run_stats(const struct options *o)
{
    struct nh_error err;
    struct snapshot s;
    if (o->count > 0) {
        say("newshound stats: it takes no arguments but -d\n");
        return EXIT_USAGE;
    }
    if (snapshot_open(&s, command_index_path(o), &err) != NH_OK)
        return command_fail(&err);
    int rc = NH_OK;
    if (options_choice(o, "format") == 1)
        rc = print_json(&s, &err);
    else
        print_stats(&s);
    snapshot_close(&s);
    return rc == NH_OK ? command_finish(EXIT_FOUND) : command_fail(&err);
}

const struct command command_stats = {
    "stats",     "print counts, sizes and versions of an index",
    "[OPTIONS]", "  newshound stats -d my.idx\n",
    options,     run_stats};
