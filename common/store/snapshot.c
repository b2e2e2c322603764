/* Owns the opening of a commit.
 * Promises a consistent one, or an error that says what is wrong with it. */
#include "common/store/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/hash.h"
#include "common/store/tombstones.h"
#include "common/stream/stream.h"
#include "common/text/analysis.h"

void snapshot_close(struct snapshot *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->count; i++) {
        articles_close(&s->segments[i].articles);
        blocks_close(&s->segments[i].blocks);
        vocabulary_close(&s->segments[i].vocabulary);
        copies_close(&s->segments[i].copies);
        file_map_close(&s->segments[i].table);
        date_column_release(&s->segments[i].dates);
        for (int f = 0; f < FIELD_COUNT; f++)
            name_column_release(&s->segments[i].names[f]);
        free(s->segments[i].tombstones);
    }
    for (size_t i = 0; i < s->dict_count; i++)
        dict_free(s->dicts[i]);
    free(s->segments);
    free(s->dicts);
    free(s->dir);
    manifest_release(&s->manifest);
    memset(s, 0, sizeof *s);
}

static int open_dict(struct snapshot *s, uint64_t hash, const struct dict **out,
                     struct nh_error *err)
{
    struct buf name = BUF_INIT, file = BUF_INIT;
    char base[MANIFEST_PATH];
    for (size_t i = 0; i < s->dict_count; i++)
        if (s->dicts[i]->hash == hash) {
            *out = s->dicts[i];
            return NH_OK;
        }
    manifest_dict_name(hash, base);
    struct dict *d = NULL;
    const char *path = file_join(&name, s->dir, base);
    int rc = path ? file_read(path, &file, err) : error_nomem(err);
    if (rc == NH_OK)
        rc = dict_open(&d, (struct slice){file.data, file.len}, path, err);
    if (rc == NH_OK && d->hash != hash)
        rc = error_set(err, NH_ECORRUPT, "'%s' is another dictionary", path);
    if (rc == NH_OK) {
        s->dicts[s->dict_count++] = d;
        *out = d;
        d = NULL;
    }
    dict_free(d);
    buf_release(&name);
    buf_release(&file);
    return rc;
}

static int open_tombstones(struct snapshot *s, struct snapshot_segment *seg,
                           struct nh_error *err)
{
    char base[MANIFEST_PATH];
    struct buf name = BUF_INIT;
    uint32_t *docids = NULL;
    size_t count = 0;
    if (seg->info->tomb_commit == 0)
        return NH_OK;
    manifest_tomb_name(seg->info, base);
    const char *path = file_join(&name, s->dir, base);
    int rc = path ? tombstones_read(path, seg->info->first, seg->info->last,
                                    &docids, &count, err)
                  : error_nomem(err);
    if (rc == NH_OK && count != seg->info->tombstones)
        rc = error_set(err, NH_ECORRUPT, "'%s' is not the manifest's", path);
    if (rc == NH_OK) {
        size_t span = (size_t)(seg->info->last - seg->info->first) + 1;
        seg->tombstones = calloc(span / 8 + 1, 1);
        if (!seg->tombstones)
            rc = error_nomem(err);
    }
    for (size_t i = 0; rc == NH_OK && i < count; i++) {
        uint32_t bit = docids[i] - seg->info->first;
        seg->tombstones[bit / 8] |= (uint8_t)(1u << (bit % 8));
    }
    free(docids);
    buf_release(&name);
    return rc;
}

/* The common words' lists of the segment in `folder`. */
static int open_blocks(struct snapshot_segment *seg, const char *folder,
                       struct nh_error *err)
{
    struct buf name = BUF_INIT;
    const char *path = file_join(&name, folder, BLOCKS_NAME);
    int rc = path ? blocks_open(&seg->blocks, path, err) : error_nomem(err);
    const struct blocks *b = &seg->blocks;
    if (rc == NH_OK && (b->first < seg->info->first ||
                        b->first + (b->slots - 1) > seg->info->last ||
                        b->articles != seg->info->articles))
        rc = error_set(err, NH_ECORRUPT, "'%s' belongs to another segment",
                       path);
    buf_release(&name);
    return rc;
}

/* The signatures of the segment in `folder`. */
static int open_copies(struct snapshot_segment *seg, const char *folder,
                       struct nh_error *err)
{
    struct buf name = BUF_INIT;
    const char *path = file_join(&name, folder, COPIES_NAME);
    int rc = path ? copies_open(&seg->copies, path, err) : error_nomem(err);
    const struct copies *c = &seg->copies;
    if (rc == NH_OK &&
        (c->first != seg->info->first || c->last != seg->info->last))
        rc = error_set(err, NH_ECORRUPT, "'%s' belongs to another segment",
                       path);
    buf_release(&name);
    return rc;
}

/* A file of the segment, as the manifest has it; NULL if it has none. */
static const struct manifest_file *
segment_file(const struct snapshot *s, const struct snapshot_segment *seg,
             const char *name)
{
    char path[MANIFEST_PATH];
    snprintf(path, sizeof path, "%s/%s", seg->info->name, name);
    return manifest_find_file(&s->manifest, path);
}

static int table_damaged(const struct snapshot *s,
                         const struct snapshot_segment *seg, const char *name,
                         struct nh_error *err)
{
    return error_set(err, NH_ECORRUPT,
                     "'%s/%s/%s' is damaged: its checksum does not fit", s->dir,
                     seg->info->name, name);
}

/* Xapian's table, and the small file that tells its shape. */
static int open_table(const struct snapshot *s, struct snapshot_segment *seg,
                      const char *dir, struct nh_error *err)
{
    const struct manifest_file *f = segment_file(s, seg, VERSION_NAME);
    struct buf name = BUF_INIT, version = BUF_INIT;
    int rc = file_join(&name, dir, TABLE_NAME)
                 ? file_map_open(&seg->table, name.data, err)
                 : error_nomem(err);
    if (rc == NH_OK)
        rc = file_join(&name, dir, VERSION_NAME)
                 ? file_read(name.data, &version, err)
                 : error_nomem(err);
    if (rc == NH_OK && (!f || f->size != version.len ||
                        f->hash != hash64(version.data, version.len)))
        rc = table_damaged(s, seg, VERSION_NAME, err);
    if (rc == NH_OK)
        rc = glass_reader_open(
            &seg->glass, seg->info->name, seg->info->first, seg->info->last,
            buf_slice(&version),
            (struct slice){(const char *)seg->table.data, seg->table.size},
            err);
    if (rc == NH_OK && seg->glass.documents != seg->info->articles)
        rc = error_set(err, NH_ECORRUPT, "'%s' belongs to another segment",
                       name.data);
    buf_release(&name);
    buf_release(&version);
    return rc;
}

bool snapshot_wants_columns(struct snapshot *s, uint64_t articles)
{
    s->counted += articles;
    return s->counted >= s->live + s->tombstones;
}

int snapshot_column(struct snapshot *s, enum field field, struct nh_error *err)
{
    int rc = field == FIELD_DATE ? snapshot_tables(s, err) : NH_OK;
    for (size_t i = 0; rc == NH_OK && i < s->count; i++) {
        struct snapshot_segment *seg = &s->segments[i];
        rc = field == FIELD_DATE
                 ? date_column_read(&seg->dates, &seg->glass, seg->info->first,
                                    seg->info->last, err)
                 : name_column_read(&seg->names[field], &seg->articles, field,
                                    err);
    }
    return rc;
}

int snapshot_dates(struct snapshot *s, struct snapshot_dates *dates,
                   struct nh_error *err)
{
    *dates = (struct snapshot_dates){DATE_COLUMN_NONE, DATE_COLUMN_NONE, 0};
    const int rc = snapshot_column(s, FIELD_DATE, err);
    for (size_t i = 0; rc == NH_OK && i < s->count; i++) {
        const struct snapshot_segment *seg = &s->segments[i];
        for (uint64_t d = seg->info->first; d <= seg->info->last; d++) {
            const int64_t date = seg->dates.all[d - seg->info->first];
            if (date == DATE_COLUMN_NONE || !snapshot_has(s, (uint32_t)d))
                continue;
            if (dates->dated++ == 0 || date < dates->oldest)
                dates->oldest = date;
            if (dates->dated == 1 || date > dates->newest)
                dates->newest = date;
        }
    }
    return rc;
}

int snapshot_tables(const struct snapshot *s, struct nh_error *err)
{
    for (size_t i = 0; i < s->count; i++) {
        struct snapshot_segment *seg = &s->segments[i];
        const struct manifest_file *f;
        if (seg->table_checked)
            continue;
        f = segment_file(s, seg, TABLE_NAME);
        if (!f || (seg->table.size <= SNAPSHOT_TABLE_MAX &&
                   hash64(seg->table.data, seg->table.size) != f->hash))
            return table_damaged(s, seg, TABLE_NAME, err);
        seg->table_checked = true;
    }
    return NH_OK;
}

static int open_segment(struct snapshot *s, struct snapshot_segment *seg,
                        struct nh_error *err)
{
    struct buf folder = BUF_INIT, name = BUF_INIT;
    const char *dir = file_join(&folder, s->dir, seg->info->name);
    const char *path = dir ? file_join(&name, dir, ARTICLES_NAME) : NULL;
    int rc = path ? articles_open(&seg->articles, path, err) : error_nomem(err);
    if (rc == NH_OK &&
        (seg->articles.first != seg->info->first ||
         seg->articles.slots != seg->info->last - seg->info->first + 1 ||
         seg->articles.dict_hash != seg->info->dict))
        rc = error_set(err, NH_ECORRUPT, "'%s' belongs to another segment",
                       path);
    if (rc == NH_OK)
        rc = open_dict(s, seg->info->dict, &seg->dict, err);
    if (rc == NH_OK)
        rc = open_tombstones(s, seg, err);
    if (rc == NH_OK)
        rc = open_blocks(seg, dir, err);
    if (rc == NH_OK)
        rc = file_join(&name, dir, VOCABULARY_NAME)
                 ? vocabulary_open(&seg->vocabulary, name.data, err)
                 : error_nomem(err);
    if (rc == NH_OK)
        rc = open_copies(seg, dir, err);
    if (rc == NH_OK)
        rc = open_table(s, seg, dir, err);
    s->live += seg->info->articles - seg->info->tombstones;
    s->tombstones += seg->info->tombstones;
    buf_release(&folder);
    buf_release(&name);
    return rc;
}

/* A file that is missing or has another size was damaged from outside. */
static int check_sizes(const struct snapshot *s, struct nh_error *err)
{
    struct buf name = BUF_INIT;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < s->manifest.file_count; i++) {
        const struct manifest_file *f = &s->manifest.files[i];
        uint64_t size;
        const char *path = file_join(&name, s->dir, f->path);
        rc = path ? file_size(path, &size, err) : error_nomem(err);
        if (rc == NH_ENOTFOUND)
            error_set(err, rc, "'%s' is missing", path);
        if (rc == NH_OK && size != f->size)
            rc = error_set(err, NH_ECORRUPT,
                           "'%s' is damaged: it has %llu bytes instead of %llu",
                           path, (unsigned long long)size,
                           (unsigned long long)f->size);
    }
    buf_release(&name);
    return rc;
}

/* Says that the index was made by other rules of what a word is. */
static int refuse_analyser(const struct snapshot *s, const char *dir,
                           struct nh_error *err)
{
    error_set(err, NH_EVERSION,
              "the index '%s' was made with analyser %u; this program has "
              "analyser %d, which splits and compares words in another way",
              dir, s->manifest.analysis, ANALYSIS_VERSION);
    return s->manifest.analysis > ANALYSIS_VERSION
               ? error_hint(err, NH_EVERSION, "use a newer newshound")
               : error_hint(err, NH_EVERSION,
                            "make it anew: newshound export -d OLD | "
                            "newshound index -d NEW -");
}

int snapshot_current(const struct snapshot *s, struct nh_error *err)
{
    return s->manifest.analysis == ANALYSIS_VERSION
               ? NH_OK
               : refuse_analyser(s, s->dir, err);
}

static int open_once(struct snapshot *s, const char *dir, struct nh_error *err)
{
    memset(s, 0, sizeof *s);
    int rc = manifest_read(&s->manifest, dir, err);
    if (rc != NH_OK)
        return rc;
    if (s->manifest.analysis < ANALYSIS_READABLE ||
        s->manifest.analysis > ANALYSIS_VERSION)
        rc = refuse_analyser(s, dir, err);
    size_t n = s->manifest.segment_count;
    size_t len = strlen(dir) + 1;
    s->dir = malloc(len);
    s->segments = calloc(n + 1, sizeof *s->segments);
    s->dicts = calloc(n + 1, sizeof *s->dicts);
    if (rc == NH_OK && (!s->dir || !s->segments || !s->dicts))
        rc = error_nomem(err);
    if (rc == NH_OK) {
        memcpy(s->dir, dir, len);
        rc = check_sizes(s, err);
    }
    for (size_t i = 0; rc == NH_OK && i < n; i++) {
        s->segments[i].info = &s->manifest.segments[i];
        s->count = i + 1;
        rc = open_segment(s, &s->segments[i], err);
    }
    if (rc != NH_OK)
        snapshot_close(s);
    return rc;
}

int snapshot_open(struct snapshot *s, const char *dir, struct nh_error *err)
{
    struct manifest now;
    uint64_t commit = 0;
    int rc = NH_OK;
    for (int i = 0; i < SNAPSHOT_RETRIES; i++) {
        rc = open_once(s, dir, err);
        if (rc == NH_OK)
            return rc;
        /* Files go when a newer commit has replaced them: read that one. */
        struct nh_error ignored;
        if (manifest_read(&now, dir, &ignored) != NH_OK)
            return rc;
        bool newer = i == 0 || now.commit != commit;
        commit = now.commit;
        manifest_release(&now);
        if (!newer)
            break;
    }
    if (rc == NH_ENOTFOUND && err)
        rc = err->code = NH_ECORRUPT;
    return rc;
}

struct snapshot_segment *snapshot_segment(const struct snapshot *s,
                                          uint32_t docid)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (docid < s->segments[mid].info->first)
            high = mid;
        else if (docid > s->segments[mid].info->last)
            low = mid + 1;
        else
            return &s->segments[mid];
    }
    return NULL;
}

bool snapshot_live(const struct snapshot *s, uint32_t docid)
{
    const struct snapshot_segment *seg = snapshot_segment(s, docid);
    if (!seg)
        return false;
    uint32_t bit = docid - seg->info->first;
    return !seg->tombstones || !(seg->tombstones[bit / 8] & (1u << (bit % 8)));
}

bool snapshot_has(const struct snapshot *s, uint32_t docid)
{
    const struct snapshot_segment *seg = snapshot_segment(s, docid);
    return seg && snapshot_live(s, docid) &&
           articles_has(&seg->articles, docid);
}

/* Finds the first posting of a term that is not tombstoned: 1, 0 or an error.
 */
static int find_live(const struct snapshot *s, const struct glass_reader *glass,
                     struct slice term, uint32_t *docid, struct nh_error *err)
{
    struct glass_postings list;
    bool found = false;
    int more = glass_postings_open(&list, glass, term, err);
    while (more == 1 && !found &&
           (more = glass_postings_next(&list, err)) == 1) {
        *docid = list.docid;
        found = snapshot_live(s, *docid);
    }
    glass_postings_release(&list);
    return more < 0 ? more : found;
}

int snapshot_find(const struct snapshot *s, struct slice id, uint32_t *docid,
                  struct nh_error *err)
{
    struct buf term = BUF_INIT;
    int found = 0, rc = NH_OK;
    schema_term(&term, schema_fields[FIELD_ID].prefix, id);
    if (term.failed)
        rc = error_nomem(err);
    if (rc == NH_OK)
        rc = snapshot_tables(s, err);
    for (size_t i = 0; rc == NH_OK && found == 0 && i < s->count; i++) {
        found =
            find_live(s, &s->segments[i].glass, buf_slice(&term), docid, err);
        rc = found < 0 ? found : NH_OK;
    }
    buf_release(&term);
    if (rc == NH_OK && !found)
        rc = error_set(err, NH_ENOTFOUND, "there is no article '%.*s'",
                       (int)(id.len < 300 ? id.len : 300), id.data);
    return rc;
}

int snapshot_record(const struct snapshot *s, uint32_t docid,
                    struct article_record *record,
                    struct snapshot_segment **segment, struct nh_error *err)
{
    struct snapshot_segment *seg = snapshot_segment(s, docid);
    if (!seg)
        return error_set(err, NH_ENOTFOUND, "there is no article number %u",
                         (unsigned)docid);
    if (segment)
        *segment = seg;
    return articles_record(&seg->articles, docid, record, err);
}

int snapshot_date(const struct snapshot *s, uint32_t docid,
                  struct nh_date *date, struct nh_error *err)
{
    struct article_record record;
    struct article_values values;
    struct snapshot_segment *segment;
    int rc = snapshot_record(s, docid, &record, &segment, err);
    return rc == NH_OK ? article_values_begin(&values, &segment->articles,
                                              &record, date, err)
                       : rc;
}

int snapshot_article(const struct snapshot *s, uint32_t docid,
                     struct article *article, struct stream_decoded *decoded,
                     struct nh_error *err)
{
    struct snapshot_segment *seg;
    struct article_record record;
    article_reset(article);
    int rc = snapshot_record(s, docid, &record, &seg, err);
    if (rc == NH_OK)
        rc = articles_fields(&seg->articles, &record, article, err);
    if (rc == NH_OK)
        rc = stream_decode(seg->dict, record.stream, decoded, err);
    if (rc == NH_OK) {
        article->title = stream_title(decoded);
        article->body = stream_body(decoded);
    }
    return rc;
}

int snapshot_verify(const struct snapshot *s, struct nh_error *err)
{
    struct buf name = BUF_INIT;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < s->manifest.file_count; i++) {
        const struct manifest_file *f = &s->manifest.files[i];
        uint64_t hash, size;
        const char *path = file_join(&name, s->dir, f->path);
        rc = path ? file_hash(path, &hash, &size, err) : error_nomem(err);
        if (rc == NH_OK && (size != f->size || hash != f->hash))
            rc = error_set(err, NH_ECORRUPT,
                           "'%s' is damaged: its checksum does not fit", path);
    }
    buf_release(&name);
    return rc;
}
