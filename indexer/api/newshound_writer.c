/* Owns the public writing side: articles one at a time, as bytes or as files,
 * on their way into a run of the pipeline.
 * Promises that what is wrong with an article is told to whoever added it. */
#include "newshound/newshound_writer.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/json_out.h"
#include "common/base/sized.h"
#include "common/store/manifest.h"
#include "entities/model.h"
#include "indexer/ingest/article_id.h"
#include "indexer/ingest/run_options.h"

/* Something that was skipped; its texts are behind each other in the notes. */
struct skipped {
    uint64_t offset;
    size_t name, message; /* where they start */
    int code;
};

/* What was skipped and not told of yet. Workers add to it. */
struct notes {
    pthread_mutex_t mutex;
    struct buf texts;
    struct skipped items[NH_SKIPPED_MAX];
    size_t count;
};

struct nh_writer {
    struct index_writer *writer;
    struct entity_model *model;
    struct arena strings; /* of the options */
    struct pipeline_options options;
    struct kept_options kept; /* that the pipeline's point into */
    nh_skipped_fn *skipped;
    void *ctx;
    bool follow_links;
    struct notes notes;
    struct pipeline *run;       /* that takes what is added; NULL: none yet */
    struct feed_batch *batch;   /* that is filled, or NULL */
    struct parse_context parse; /* to look at what is added with */
    struct article article;
    struct buf json, id;
    struct nh_counts counts; /* of the runs that are over */
    int failed;              /* for good */
    struct nh_error error;
};

/* ---- What is skipped. */

/* Called by workers, one at a time. */
static void note_skipped(void *ctx, const struct reader *reader,
                         const char *path, uint64_t offset,
                         const struct nh_error *why)
{
    nh_writer *w = ctx;
    struct notes *n = &w->notes;
    (void)reader;
    pthread_mutex_lock(&n->mutex);
    if (w->skipped && n->count < NH_SKIPPED_MAX) {
        struct skipped s = {offset, n->texts.len, 0, why->code};
        buf_append(&n->texts, path, strlen(path) + 1);
        s.message = n->texts.len;
        buf_append(&n->texts, why->message, strlen(why->message) + 1);
        if (!n->texts.failed)
            n->items[n->count++] = s;
    }
    pthread_mutex_unlock(&n->mutex);
}

static void tell_skipped(nh_writer *w)
{
    struct notes *n = &w->notes;
    struct buf texts = BUF_INIT;
    size_t count;
    struct nh_error why;
    if (!w->skipped)
        return;
    pthread_mutex_lock(&n->mutex);
    /* The callback may take its time: workers go on. */
    struct skipped *items = NULL;
    count = n->count;
    if (count)
        items = malloc(count * sizeof *items);
    if (items) {
        memcpy(items, n->items, count * sizeof *items);
        texts = n->texts;
        n->texts = (struct buf)BUF_INIT;
        n->count = 0;
    }
    pthread_mutex_unlock(&n->mutex);
    for (size_t i = 0; items && i < count; i++) {
        error_set(&why, items[i].code, "%s", texts.data + items[i].message);
        w->skipped(w->ctx, texts.data + items[i].name, items[i].offset, &why);
    }
    free(items);
    buf_release(&texts);
}

/* ---- Opening. */

static int copy_option(nh_writer *w, const char **to, const char *text,
                       struct nh_error *err)
{
    *to = text ? arena_copy(&w->strings, text, strlen(text)) : NULL;
    return text && !*to ? error_nomem(err) : NH_OK;
}

/* Bytes of struct nh_writer_options in version 1.0. */
#define WRITER_OPTIONS_LEAST                                                   \
    (offsetof(struct nh_writer_options, change_options) + sizeof(int))

/* Fills *given with the options that an index keeps. */
static int read_given(struct kept_options *given,
                      const struct nh_writer_options *o, struct nh_error *err)
{
    const char *const values[KEPT_COUNT] = {
        [KEPT_MAP] = o->map,
        [KEPT_CHARSET] = o->charset,
        [KEPT_DATE_ORDER] =
            kept_choice_name(KEPT_DATE_ORDER, (unsigned)o->date_order),
        [KEPT_NAMES] = kept_choice_name(KEPT_NAMES, (unsigned)o->names)};
    int rc = NH_OK;
    for (enum kept_option i = 0; rc == NH_OK && i < KEPT_COUNT; i++)
        if (values[i])
            rc = kept_set(given, i, values[i], err);
    return rc;
}

/* Opens the index with the options, whose names are looked for where they say
 * so. */
static int open_index(nh_writer *w, const char *path,
                      const struct nh_writer_options *o, struct nh_error *err)
{
    struct kept_options given = {.known = {false}};
    struct index_settings settings = {.language = o->language,
                                      .options = &given,
                                      .change = o->change_options != 0};
    bool tags = false;
    int rc = read_given(&given, o, err);
    if (rc == NH_OK)
        rc = run_options_resolve(&w->options, &w->kept, path, &settings, &tags,
                                 err);
    if (rc == NH_OK && tags) {
        rc = entity_model_open(&w->model, o->model, err);
        if (rc == NH_ENOTFOUND)
            error_hint(err, rc,
                       "name it in the options, or have no names looked for "
                       "(NH_NAMES_GIVEN)");
    }
    w->options.model = w->model;
    settings.options = &w->kept;
    if (rc == NH_OK)
        rc = o->existing
                 ? writer_open_existing(&w->writer, path, &settings,
                                        BUILDER_AUTO, err)
                 : writer_open(&w->writer, path, &settings, BUILDER_AUTO, err);
    return rc;
}

static int read_options(nh_writer *w, const struct nh_writer_options *o,
                        struct nh_error *err)
{
    struct pipeline_options *p = &w->options;
    if (o->jobs > NH_JOBS_MAX || (unsigned)o->names > NH_NAMES_KEPT ||
        (unsigned)o->date_order > NH_DATE_ORDER_KEPT)
        return error_set(err, NH_EINVAL,
                         "an option of the writer is out of its range");
    p->jobs = o->jobs ? o->jobs : pipeline_jobs();
    p->memory = o->memory ? o->memory : NH_MEMORY_DEFAULT;
    p->report = note_skipped;
    p->ctx = w;
    w->skipped = o->skipped;
    w->ctx = o->ctx;
    w->follow_links = o->follow_links != 0;
    return copy_option(w, &p->collection, o->collection, err);
}

int nh_writer_open(nh_writer **out, const char *path,
                   const struct nh_writer_options *options,
                   struct nh_error *err)
{
    struct nh_writer_options o = NH_WRITER_OPTIONS_INIT;
    nh_writer *w = calloc(1, sizeof *w);
    *out = NULL;
    if (!w)
        return error_nomem(err);
    pthread_mutex_init(&w->notes.mutex, NULL);
    int rc = sized_copy(&o, sizeof o, WRITER_OPTIONS_LEAST, options,
                        "struct nh_writer_options", err);
    if (rc == NH_OK)
        rc = read_options(w, &o, err);
    if (rc == NH_OK)
        rc = open_index(w, path, &o, err);
    if (rc != NH_OK)
        nh_writer_close(w);
    else
        *out = w;
    return rc;
}

void nh_writer_close(nh_writer *w)
{
    if (!w)
        return;
    pipeline_finish(w->run, NULL, NULL);
    writer_close(w->writer);
    feed_batch_free(w->batch);
    entity_model_free(w->model);
    parse_context_release(&w->parse);
    article_release(&w->article);
    arena_release(&w->strings);
    buf_release(&w->json);
    buf_release(&w->id);
    buf_release(&w->notes.texts);
    pthread_mutex_destroy(&w->notes.mutex);
    free(w);
}

/* ---- Runs. */

/* NH_OK as long as the writer has not failed. */
static int enter(const nh_writer *w, struct nh_error *err)
{
    if (w->failed != NH_OK && err)
        *err = w->error;
    return w->failed;
}

/* Passes an error on. */
static int leave(nh_writer *w, int rc, const struct nh_error *why,
                 struct nh_error *err)
{
    if (rc != NH_OK && err)
        *err = *why;
    tell_skipped(w);
    return rc;
}

/* The same for one that is not about what was given: it is for good. */
static int spoil(nh_writer *w, int rc, const struct nh_error *why)
{
    if (rc != NH_OK && w->failed == NH_OK) {
        w->failed = rc;
        w->error = *why;
    }
    return rc;
}

/* Hands the batch over if it is full, or in any case. Here and below, `err` is
 * not NULL. */
static int put_batch(nh_writer *w, bool full, struct nh_error *err)
{
    struct feed_batch *batch = w->batch;
    int rc = NH_OK;
    if (!batch ||
        (full && !feed_batch_full(batch, segment_builder_batch_articles(
                                             writer_builder(w->writer)))))
        return NH_OK;
    if (!w->run)
        rc = pipeline_new(&w->run, w->writer, &w->options, err);
    if (rc == NH_OK) {
        w->batch = NULL;
        rc = pipeline_put(w->run, batch, err);
    }
    return spoil(w, rc, err);
}

/* All that was added is in the writer, and no worker is left. */
static int finish_run(nh_writer *w, struct nh_error *err)
{
    struct pipeline_counts c;
    memset(&c, 0, sizeof c);
    int rc = put_batch(w, false, err);
    int finished = pipeline_finish(w->run, &c, rc == NH_OK ? err : NULL);
    spoil(w, finished, err);
    w->run = NULL;
    w->counts.added += c.added;
    w->counts.replaced += c.replaced;
    w->counts.unchanged += c.unchanged;
    w->counts.skipped += c.skipped;
    for (size_t i = 0; i <= READERS_MAX; i++)
        w->counts.unread_dates += c.readers[i].unread_dates;
    return rc != NH_OK ? rc : finished;
}

/* Adds a record to the batch; its path and id may be the batch's. */
static int add_to_batch(nh_writer *w, const struct feed_record *record,
                        struct slice bytes, struct nh_error *err)
{
    int rc = feed_batch_add(w->batch, *record, bytes, err);
    spoil(w, rc, err); /* the batch is no longer whole */
    return rc == NH_OK ? put_batch(w, true, err) : rc;
}

static int start_batch(nh_writer *w, struct nh_error *err)
{
    if (!w->batch)
        w->batch = calloc(1, sizeof *w->batch);
    return w->batch ? NH_OK : error_nomem(err);
}

/* ---- Articles from values. */

static const struct field_def *find_field(const char *name)
{
    for (int f = 0; name && f < FIELD_COUNT; f++)
        if (schema_fields[f].keys[0] &&
            strcmp(schema_fields[f].name, name) == 0)
            return &schema_fields[f];
    return NULL;
}

/* Whether the values make sense, as far as they can be told one by one. */
static int check_values(const struct nh_value *values, size_t count,
                        enum date_order order, struct nh_error *err)
{
    size_t bytes = 0, seen[FIELD_COUNT] = {0};
    for (size_t i = 0; i < count; i++) {
        const struct nh_value *v = &values[i];
        const struct field_def *def = find_field(v->field);
        struct nh_date date;
        if (!def)
            return error_set(err, NH_EINVAL, "articles have no field '%s'",
                             v->field ? v->field : "(null)");
        if (seen[def - schema_fields]++ && !def->many)
            return error_set(err, NH_EINVAL, "an article has one %s, not two",
                             def->name);
        if (def->kind == FIELD_KIND_DATE && v->len &&
            !date_parse_as((struct slice){v->text, v->len}, order, &date))
            return error_set(err, NH_EDATA, "'%.*s' is not a date",
                             (int)(v->len < 60 ? v->len : 60), v->text);
        bytes = v->len > INPUT_RECORD_MAX ? v->len : bytes + v->len;
        if (bytes > INPUT_RECORD_MAX)
            return error_set(err, NH_EDATA,
                             "the article is larger than %zu MB, which is the "
                             "most an article can have",
                             INPUT_RECORD_MAX >> 20);
    }
    return NH_OK;
}

/* Values are records of JSON lines, under the names of their fields, whatever
 * keys the user's own records have, and are taken as they are. */
static int parse_values(struct parse_context *ctx, struct slice record,
                        struct article *out, struct nh_error *err)
{
    const char *map = ctx->map;
    ctx->map = NULL;
    ctx->plain = true;
    int rc = reader_jsonl.parse(ctx, record, out, err);
    ctx->map = map;
    ctx->plain = false;
    return rc;
}

static const struct reader values_reader = {.name = "values",
                                            .parse = parse_values};

static void write_json(struct buf *out, const struct nh_value *values,
                       size_t count)
{
    buf_reset(out);
    buf_append_byte(out, '{');
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct field_def *def = &schema_fields[f];
        bool any = false;
        for (size_t i = 0; i < count; i++) {
            if (find_field(values[i].field) != def)
                continue;
            if (any)
                json_comma(out);
            else
                json_key(out, def->name);
            if (!any && def->many)
                buf_append_byte(out, '[');
            json_string(out, (struct slice){values[i].len ? values[i].text : "",
                                            values[i].len});
            any = true;
        }
        if (any && def->many)
            buf_append_byte(out, ']');
    }
    buf_append_byte(out, '}');
}

/* Parses the record as a worker will, for what is wrong with it and its id. */
static int look_at_json(nh_writer *w, struct nh_error *err)
{
    article_reset(&w->article);
    int rc = parse_values(&w->parse, buf_slice(&w->json), &w->article, err);
    if (rc == NH_OK)
        rc = article_id_assign(&w->article, "", w->options.collection, &w->id,
                               err);
    if (rc == NH_OK && !buf_cstr(&w->id))
        rc = error_nomem(err);
    return rc;
}

int nh_writer_add(nh_writer *w, const struct nh_value *values, size_t count,
                  const char **id, struct nh_error *err)
{
    struct nh_error why;
    const struct feed_record record = {
        .path = "", .id = "", .reader = &values_reader};
    int rc = enter(w, err);
    if (rc != NH_OK)
        return rc;
    rc = check_values(values, count, w->options.date_order, &why);
    if (rc == NH_OK) {
        write_json(&w->json, values, count);
        rc = w->json.failed ? error_nomem(&why) : look_at_json(w, &why);
    }
    if (rc == NH_OK)
        rc = start_batch(w, &why);
    if (rc == NH_OK)
        rc = add_to_batch(w, &record, buf_slice(&w->json), &why);
    if (rc == NH_OK && id)
        *id = w->id.data;
    return leave(w, rc, &why, err);
}

/* ---- Bytes and files. */

/* *reader is NULL for formats that are told by content. */
static int find_format(const char *format, const struct reader **reader,
                       struct nh_error *err)
{
    *reader = NULL;
    if (!format || strcmp(format, "auto") == 0)
        return NH_OK;
    *reader = reader_named(format);
    return *reader
               ? NH_OK
               : error_set(err, NH_EINVAL, "there is no format '%s'", format);
}

/* Name of a record's file, with the member that it is in, in w->id; NULL if
 * memory ran out. */
static const char *record_name(nh_writer *w, const char *name,
                               const char *member)
{
    buf_reset(&w->id);
    buf_printf(&w->id, "%s%s%s", name, *name && *member ? "/" : "", member);
    return buf_cstr(&w->id);
}

static int add_record(nh_writer *w, const struct records *records,
                      const char *name, struct slice bytes, uint64_t offset,
                      struct nh_error *err)
{
    struct feed_record r = {.reader = records->reader, .offset = offset};
    int rc = start_batch(w, err);
    if (rc != NH_OK)
        return rc;
    const struct feed_record *last =
        w->batch->count ? &w->batch->records[w->batch->count - 1] : NULL;
    const char *member = records_member(records);
    if (last && !*member && strcmp(last->path, name) == 0)
        r.path = last->path;
    else if (record_name(w, name, member))
        r.path = arena_copy(&w->batch->names, w->id.data, w->id.len);
    r.id = r.path;
    return r.path ? add_to_batch(w, &r, bytes, err) : error_nomem(err);
}

int nh_writer_add_bytes(nh_writer *w, const void *bytes, size_t len,
                        const char *format, const char *name,
                        struct nh_error *err)
{
    struct nh_error why;
    struct records records;
    const struct reader *reader;
    struct slice record;
    uint64_t offset;
    int rc = enter(w, err), more = 0;
    if (rc != NH_OK)
        return rc;
    name = name ? name : "";
    rc = find_format(format, &reader, &why);
    if (rc == NH_OK)
        rc = records_open_bytes(&records, name,
                                (struct slice){len ? bytes : "", len}, reader,
                                &why);
    if (rc != NH_OK)
        return leave(w, rc, &why, err);
    while (rc == NH_OK &&
           (more = records_next(&records, &record, &offset, &why)) != 0) {
        if (more == 1) {
            rc = add_record(w, &records, name, record, offset, &why);
            continue;
        }
        if (more == NH_ENOMEM) {
            rc = more;
            break;
        }
        w->counts.skipped++;
        const char *whole = record_name(w, name, records_member(&records));
        note_skipped(w, NULL, whole ? whole : name, offset, &why);
        if (more != NH_EDATA) /* the rest cannot be read */
            break;
    }
    records_close(&records);
    return leave(w, rc, &why, err);
}

int nh_writer_add_path(nh_writer *w, const char *path, const char *format,
                       struct nh_error *err)
{
    struct nh_error why;
    struct walk walk;
    int rc = enter(w, err);
    if (rc != NH_OK)
        return rc;
    memset(&walk, 0, sizeof walk);
    walk.skip_with = MANIFEST_NAME;
    walk.follow_links = w->follow_links;
    rc = strcmp(path, "-") == 0
             ? error_set(&why, NH_EINVAL,
                         "'-' is no path: what comes through standard input is "
                         "added as bytes")
             : find_format(format, &w->options.reader, &why);
    if (rc == NH_OK)
        rc = walk_add(&walk, path, &why);
    if (rc == NH_OK)
        rc = finish_run(w, &why);
    if (rc == NH_OK)
        rc = pipeline_new(&w->run, w->writer, &w->options, &why);
    if (rc == NH_OK) {
        pipeline_read(w->run, &walk, NULL);
        rc = finish_run(w, &why); /* of the reading too */
    }
    w->options.reader = NULL;
    walk_release(&walk);
    return leave(w, rc, &why, err);
}

/* ---- Deleting and committing. */

int nh_writer_delete(nh_writer *w, const char *id, size_t len,
                     struct nh_error *err)
{
    struct nh_error why;
    bool deleted = false;
    int rc = enter(w, err);
    if (rc != NH_OK)
        return rc;
    rc = finish_run(w, &why);
    if (rc == NH_OK)
        rc = writer_delete_id(w->writer, (struct slice){id, len}, &deleted,
                              &why);
    spoil(w, rc, &why);
    w->counts.deleted += deleted;
    if (rc == NH_OK && !deleted)
        rc = error_set(&why, NH_ENOTFOUND, "there is no article '%.*s'",
                       (int)(len < 200 ? len : 200), id);
    return leave(w, rc, &why, err);
}

/* All that was added and deleted is in the last commit, for good if not. */
static int commit(nh_writer *w, struct nh_error *err)
{
    int rc = finish_run(w, err);
    if (rc == NH_OK)
        rc = writer_commit(w->writer, err);
    return spoil(w, rc, err);
}

int nh_writer_commit(nh_writer *w, struct nh_error *err)
{
    struct nh_error why;
    int rc = enter(w, err);
    if (rc != NH_OK)
        return rc;
    rc = commit(w, &why);
    if (rc == NH_OK)
        rc = spoil(w, writer_merge_due(w->writer, &why), &why);
    return leave(w, rc, &why, err);
}

int nh_writer_merge(nh_writer *w, struct nh_error *err)
{
    struct nh_error why;
    int rc = enter(w, err);
    if (rc != NH_OK)
        return rc;
    rc = commit(w, &why);
    const size_t segments = writer_manifest(w->writer)->segment_count;
    if (rc == NH_OK && (segments > 1 || writer_tombstones(w->writer))) {
        rc = writer_merge(w->writer, segments, &why);
        if (rc != NH_EUNSUPPORTED)
            spoil(w, rc, &why);
    }
    return leave(w, rc, &why, err);
}

const struct nh_counts *nh_writer_counts(const nh_writer *w)
{
    return &w->counts;
}
