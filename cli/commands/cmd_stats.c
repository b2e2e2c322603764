/* Owns `newshound stats`. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output/output.h"
#include "cli/visible.h"
#include "common/base/json_out.h"
#include "common/store/snapshot.h"
#include "common/text/date.h"
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

/* Appends the day of an instant: 2024-05-17. */
static void put_day(int64_t seconds, struct buf *out)
{
    date_format((struct nh_date){seconds, DATE_DAY}, out);
}

static void print_size(const char *what, uint64_t bytes, uint64_t text)
{
    printf("%-22s %12" PRIu64 " bytes", what, bytes);
    if (text)
        printf("  %.3f of the text", (double)bytes / (double)text);
    printf("\n");
}

/* Prints the span of the dates, and how many articles have one. */
static void print_dates(const struct snapshot_dates *d)
{
    struct buf span = BUF_INIT;
    if (d->dated) {
        put_day(d->oldest, &span);
        buf_append_str(&span, " to ");
        put_day(d->newest, &span);
    }
    const char *text = buf_cstr(&span);
    printf("%-22s %12" PRIu64 "%s%s\n", "with a date", d->dated,
           d->dated ? ", from " : "", text ? text : "");
    buf_release(&span);
}

/* Prints the options that the index keeps. */
static void print_options(const struct kept_options *o)
{
    for (enum kept_option i = 0; i < KEPT_COUNT; i++) {
        struct buf value = BUF_INIT;
        output_clean(&value,
                     (struct nh_string){o->values[i], strlen(o->values[i])},
                     false);
        const char *text = buf_cstr(&value);
        printf("keeps --%-14s %s\n", kept_name(i),
               !o->known[i]      ? "(nothing yet)"
               : !text || !*text ? "(the default)"
                                 : text);
        buf_release(&value);
    }
}

static void print_stats(const struct snapshot *s,
                        const struct snapshot_dates *dates)
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
    print_dates(dates);
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
    print_options(&s->manifest.options);
}

static void put_json_options(struct buf *out, const struct kept_options *o)
{
    static const char *const keys[KEPT_COUNT] = {[KEPT_MAP] = "map",
                                                 [KEPT_CHARSET] = "charset",
                                                 [KEPT_DATE_ORDER] =
                                                     "date_order",
                                                 [KEPT_NAMES] = "names"};
    json_key(out, "options");
    buf_append_byte(out, '{');
    for (enum kept_option i = 0; i < KEPT_COUNT; i++)
        if (o->known[i])
            json_member(out, keys[i], slice_of(o->values[i]));
    buf_append_byte(out, '}');
}

static void put_json_dates(struct buf *out, const struct snapshot_dates *d)
{
    const int64_t ends[] = {d->oldest, d->newest};
    static const char *const keys[] = {"oldest", "newest"};
    json_key(out, "dated");
    buf_printf(out, "%" PRIu64, d->dated);
    for (size_t i = 0; d->dated && i < 2; i++) {
        struct buf day = BUF_INIT;
        put_day(ends[i], &day);
        json_member(out, keys[i], buf_slice(&day));
        out->failed = out->failed || day.failed;
        buf_release(&day);
    }
}

/* The same, without what is of newshound's inside. */
static int print_json(const struct snapshot *s,
                      const struct snapshot_dates *dates, struct nh_error *err)
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
    put_json_dates(&out, dates);
    put_json_options(&out, &s->manifest.options);
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
    struct snapshot_dates dates;
    int rc = snapshot_dates(&s, &dates, &err);
    if (rc == NH_OK && options_choice(o, "format") == 1)
        rc = print_json(&s, &dates, &err);
    else if (rc == NH_OK)
        print_stats(&s, &dates);
    snapshot_close(&s);
    return rc == NH_OK ? command_finish(EXIT_FOUND) : command_fail(&err);
}

const struct command command_stats = {
    "stats",     "print counts, sizes and versions of an index",
    "[OPTIONS]", "  newshound stats -d my.idx\n",
    options,     run_stats};
