/* Owns the reading of model files. Promises that a file that is not one is
 * refused, whatever it holds. */
#include "entities/model.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

#include "common/base/file.h"
#include "common/base/hash.h"

#define HEADER 16

uint32_t model_fingerprint(struct slice word)
{
    return (uint32_t)(hash64(word.data, word.len) >> 32);
}

static void table_free(struct model_table *t)
{
    free(t->slots);
}

void entity_model_free(struct entity_model *m)
{
    if (!m)
        return;
    table_free(&m->words);
    table_free(&m->phrases);
    free(m->rows.buckets);
    free(m->word_info);
    free(m->phrase_info);
    free(m->coarse);
    free(m);
}

/* ---- The body. */

struct cursor {
    const uint8_t *at, *end;
    bool broken;
    bool no_memory;
};

/* Memory for `count` things of a file; not NULL even for none. */
static void *take_memory(struct cursor *c, size_t count, size_t size)
{
    void *p = c->broken ? NULL : calloc(count + 1, size);
    if (!p && !c->broken)
        c->no_memory = c->broken = true;
    return p;
}

static const uint8_t *take(struct cursor *c, size_t bytes)
{
    if (c->broken || (size_t)(c->end - c->at) < bytes) {
        c->broken = true;
        return NULL;
    }
    const uint8_t *p = c->at;
    c->at += bytes;
    return p;
}

/* A count of entries of at least one byte each. */
static uint32_t take_count(struct cursor *c)
{
    uint64_t n;
    if (c->broken || !varint_read(&c->at, c->end, &n) ||
        n > (uint64_t)(c->end - c->at)) {
        c->broken = true;
        return 0;
    }
    return (uint32_t)n;
}

/* The next of ascending fingerprints; `last` is the one before, NULL before the
 * first. */
static uint32_t take_fingerprint(struct cursor *c, const uint32_t *last)
{
    uint64_t delta;
    if (c->broken || !varint_read(&c->at, c->end, &delta) ||
        delta > UINT32_MAX - (last ? *last : 0) || (last && delta == 0)) {
        c->broken = true;
        return 0;
    }
    return (last ? *last : 0) + (uint32_t)delta;
}

/* Reads fingerprints into a table that is at most half full. */
static void take_table(struct cursor *c, struct model_table *t)
{
    const uint32_t count = take_count(c);
    uint32_t slots = 16, last = 0;
    while (slots < count * 2u)
        slots *= 2;
    t->slots = take_memory(c, slots, sizeof *t->slots);
    t->mask = slots - 1;
    t->count = count;
    for (uint32_t i = 0; !c->broken && i < count; i++) {
        last = take_fingerprint(c, i ? &last : NULL);
        uint32_t at = last & t->mask;
        while (t->slots[at].number)
            at = (at + 1) & t->mask;
        t->slots[at] = (struct model_slot){last, i + 1};
    }
}

static void take_words(struct cursor *c, struct entity_model *m)
{
    take_table(c, &m->words);
    const uint32_t count = m->words.count;
    const uint8_t *fine = take(c, (size_t)count * 2);
    const uint8_t *use = take(c, count);
    const uint8_t *lists = take(c, (size_t)count * 2);
    m->word_info = take_memory(c, count, sizeof *m->word_info);
    for (uint32_t i = 0; !c->broken && i < count; i++) {
        struct model_word *w = &m->word_info[i];
        w->fine = (uint16_t)le_read16(fine + (size_t)i * 2);
        w->gazetteers = (uint16_t)le_read16(lists + (size_t)i * 2);
        w->cased = use[i] >> 4;
        w->common = use[i] & 15;
        if (w->fine > m->clusters)
            c->broken = true;
        else
            w->coarse = m->coarse[w->fine];
    }
}

static void take_clusters(struct cursor *c, struct entity_model *m)
{
    const uint32_t count = take_count(c);
    const uint8_t *coarse = take(c, count);
    m->coarse = take_memory(c, count, 1);
    if (c->broken)
        return;
    m->clusters = count;
    if (count)
        memcpy(m->coarse + 1, coarse, count);
}

static void take_phrases(struct cursor *c, struct entity_model *m)
{
    take_table(c, &m->phrases);
    const uint32_t count = m->phrases.count;
    const uint8_t *lists = take(c, (size_t)count * 2);
    m->phrase_info = take_memory(c, count, sizeof *m->phrase_info);
    for (uint32_t i = 0; !c->broken && i < count; i++)
        m->phrase_info[i] = (uint16_t)le_read16(lists + (size_t)i * 2);
}

static void take_transitions(struct cursor *c, struct entity_model *m)
{
    if (take_count(c) != 1)
        c->broken = true;
    const uint8_t *p = take(c, sizeof m->transitions);
    for (unsigned a = 0; p && a < LABEL_COUNT; a++)
        for (unsigned b = 0; b < LABEL_COUNT; b++, p += 2)
            m->transitions[a][b] = (int16_t)le_read16(p);
}

/* Buckets for `count` features, two thirds of their places at most taken. */
static void make_buckets(struct cursor *c, struct model_rows *r, uint32_t count)
{
    uint32_t buckets = 16;
    while (buckets < count / 2u + 1)
        buckets *= 2;
    r->mask = buckets - 1;
    if (c->broken)
        return;
    r->buckets =
        aligned_alloc(sizeof *r->buckets, (size_t)buckets * sizeof *r->buckets);
    if (r->buckets)
        memset(r->buckets, 0, (size_t)buckets * sizeof *r->buckets);
    else
        c->no_memory = c->broken = true;
}

/* A place for the weights of a feature that is not there yet; `used` counts
 * those that are taken, by bucket. */
static weight_row *add_row(struct model_rows *r, uint8_t *used,
                           uint32_t fingerprint)
{
    uint32_t at = fingerprint & r->mask;
    while (used[at] == MODEL_BUCKET) {
        r->buckets[at].keys[MODEL_MORE] = 1;
        at = (at + 1) & r->mask;
    }
    r->buckets[at].keys[used[at]] = fingerprint;
    return &r->buckets[at].weights[used[at]++];
}

static void take_rows(struct cursor *c, struct entity_model *m)
{
    const uint32_t count = take_count(c);
    const uint8_t *start = c->at;
    uint32_t last = 0;
    for (uint32_t i = 0; !c->broken && i < count; i++)
        last = take_fingerprint(c, i ? &last : NULL);
    const uint8_t *planes = take(c, (size_t)count * LABEL_ROW);
    struct cursor again = {start, c->end, c->broken, false};
    make_buckets(c, &m->rows, count);
    uint8_t *used = take_memory(c, (size_t)m->rows.mask + 1, 1);
    for (uint32_t i = 0; !c->broken && i < count; i++) {
        last = take_fingerprint(&again, i ? &last : NULL);
        weight_row *weights = add_row(&m->rows, used, last);
        for (unsigned k = 0; k < LABEL_ROW; k++)
            (*weights)[k] = (int8_t)planes[(size_t)k * count + i];
    }
    free(used);
}

static int read_body(struct entity_model *m, struct slice body,
                     const char *name, struct nh_error *err)
{
    struct cursor c = {(const uint8_t *)body.data,
                       (const uint8_t *)body.data + body.len, false, false};
    take_clusters(&c, m);
    take_words(&c, m);
    take_phrases(&c, m);
    take_transitions(&c, m);
    take_rows(&c, m);
    if (c.no_memory)
        return error_nomem(err);
    if (c.broken || c.at != c.end)
        return error_set(err, NH_ECORRUPT,
                         "the entity model '%s' is damaged: its contents do "
                         "not hang together",
                         name);
    return NH_OK;
}

/* ---- The file. */

int entity_model_read(struct entity_model **out, struct slice bytes,
                      const char *name, struct nh_error *err)
{
    *out = NULL;
    const uint8_t *head = (const uint8_t *)bytes.data;
    if (bytes.len < HEADER || memcmp(head, MODEL_MAGIC, 7) != 0)
        return error_set(err, NH_ECORRUPT, "'%s' is not an entity model", name);
    if (head[7] != (uint8_t)MODEL_MAGIC[7])
        return error_set(err, NH_EVERSION,
                         "the entity model '%s' is of another version (%c, not "
                         "%c)",
                         name, head[7] >= ' ' && head[7] < 127 ? head[7] : '?',
                         MODEL_MAGIC[7]);
    const size_t size = le_read32(head + 8);
    char *body = size <= MODEL_BODY_MAX ? malloc(size + 1) : NULL;
    struct entity_model *m = calloc(1, sizeof *m);
    uLongf got = (uLongf)size;
    int rc = NH_OK;
    if (size > MODEL_BODY_MAX)
        rc = error_set(err, NH_ECORRUPT, "the entity model '%s' is damaged",
                       name);
    else if (!body || !m)
        rc = error_nomem(err);
    else if (uncompress((Bytef *)body, &got, head + HEADER,
                        (uLong)(bytes.len - HEADER)) != Z_OK ||
             got != size ||
             (uint32_t)hash64(body, size) != le_read32(head + 12))
        rc = error_set(err, NH_ECORRUPT,
                       "the entity model '%s' is damaged: its checksum does "
                       "not match",
                       name);
    if (rc == NH_OK)
        rc = read_body(m, (struct slice){body, size}, name, err);
    free(body);
    if (rc == NH_OK)
        *out = m;
    else
        entity_model_free(m);
    return rc;
}

/* ---- Files. */

#define MODEL_NAME "english.model"

/* The file that this code was loaded from, a program or a library; empty if
 * that cannot be told. */
static void find_self(struct buf *out)
{
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    const uintptr_t here = (uintptr_t)&find_self;
    const int fd =
        file_descriptor(open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
    FILE *maps = fd < 0 ? NULL : fdopen(fd, "r");
    buf_reset(out);
    while (maps && out->len == 0 && (len = getline(&line, &cap, maps)) > 0) {
        uintmax_t start, end;
        const char *path = strchr(line, '/');
        line[len - 1] = '\0';
        if (path && sscanf(line, "%jx-%jx", &start, &end) == 2 &&
            here >= start && here < end)
            buf_append_str(out, path);
    }
    free(line);
    if (maps)
        fclose(maps);
    else if (fd >= 0)
        close(fd);
}

/* Folders beside that of the file: where it was built, where a program is
 * installed, where a library is on systems with one folder a processor. */
static const char *const beside[] = {"share/newshound", "../share/newshound",
                                     "../../share/newshound"};

/* The installed model; NULL if memory ran out. */
static const char *find_model(struct buf *path)
{
    struct buf self = BUF_INIT;
    size_t folder;
    bool found = false;
    find_self(&self);
    for (folder = self.len; folder > 0 && self.data[folder - 1] != '/';)
        folder--;
    for (size_t i = 0; !found && i < sizeof beside / sizeof *beside; i++) {
        buf_reset(path);
        if (folder)
            buf_append(path, self.data, folder);
        buf_printf(path, "%s/" MODEL_NAME, beside[i]);
        const char *text = buf_cstr(path);
        found = folder && text && file_exists(text);
    }
    buf_release(&self);
    if (!found) {
        buf_reset(path);
        buf_append_str(path, NEWSHOUND_DATADIR "/" MODEL_NAME);
    }
    return buf_cstr(path);
}

int entity_model_open(struct entity_model **out, const char *path,
                      struct nh_error *err)
{
    struct buf bytes = BUF_INIT, found = BUF_INIT;
    *out = NULL;
    if (!path)
        path = find_model(&found);
    int rc = path ? file_read_linked(path, &bytes, err) : error_nomem(err);
    if (rc == NH_OK)
        rc = entity_model_read(out, (struct slice){bytes.data, bytes.len}, path,
                               err);
    buf_release(&bytes);
    buf_release(&found);
    return rc;
}
