/* Owns the naming of lost articles.
 * Promises to read nothing of a table that is not what was written. */
#include "indexer/upkeep/repair_lost.h"

#include <stdio.h>
#include <string.h>

#include "common/base/file.h"
#include "common/base/hash.h"
#include "common/store/glass_reader.h"
#include "common/text/schema.h"

/* Reads a file of the segment, which must be as the manifest says. */
static int map_file(const char *dir, const struct manifest *m,
                    const struct manifest_segment *s, const char *name,
                    struct file_map *map, struct nh_error *err)
{
    char relative[MANIFEST_PATH];
    struct buf path = BUF_INIT;
    snprintf(relative, sizeof relative, "%s/%s", s->name, name);
    const struct manifest_file *f = manifest_find_file(m, relative);
    int rc = file_join(&path, dir, relative)
                 ? file_map_open(map, path.data, err)
                 : error_nomem(err);
    if (rc == NH_OK &&
        (!f || f->size != map->size || f->hash != hash64(map->data, map->size)))
        rc = error_set(err, NH_ECORRUPT, "'%s' is damaged", path.data);
    buf_release(&path);
    return rc;
}

struct lost {
    const char *what;
    bool (*is_lost)(void *ctx, uint32_t docid);
    void *ctx;
    check_report_fn *report;
    void *report_ctx;
};

/* Reports the article that a term is the id of, if it is lost. */
static int name_term(const struct lost *l, const struct glass_terms *terms,
                     struct slice id, struct nh_error *err)
{
    char line[300];
    struct glass_postings list;
    int more = 0;
    int rc = glass_terms_postings(terms, &list, err);
    while (rc == NH_OK && (more = glass_postings_next(&list, err)) == 1)
        if (l->is_lost(l->ctx, list.docid)) {
            snprintf(line, sizeof line, "%s: article '%.*s'", l->what,
                     (int)id.len, id.data);
            l->report(l->report_ctx, line);
        }
    glass_postings_release(&list);
    return rc == NH_OK ? more : rc;
}

static int name_terms(const struct lost *l, const struct glass_reader *table,
                      struct nh_error *err)
{
    const struct slice prefix = slice_of(schema_fields[FIELD_ID].prefix);
    struct glass_terms terms;
    struct slice term;
    int more = 0;
    int rc = glass_terms_open(&terms, table, prefix, err);
    while (rc == NH_OK && (more = glass_terms_next(&terms, &term, err)) == 1)
        rc = name_term(
            l, &terms,
            (struct slice){term.data + prefix.len, term.len - prefix.len}, err);
    glass_terms_release(&terms);
    return rc == NH_OK ? more : rc;
}

static int name_lost(const struct lost *l, const char *dir,
                     const struct manifest *m, const struct manifest_segment *s,
                     struct nh_error *err)
{
    struct glass_reader reader;
    struct file_map version = {NULL, 0}, table = {NULL, 0};
    int rc = map_file(dir, m, s, VERSION_NAME, &version, err);
    if (rc == NH_OK)
        rc = map_file(dir, m, s, TABLE_NAME, &table, err);
    if (rc == NH_OK)
        rc = glass_reader_open(
            &reader, s->name, s->first, s->last,
            (struct slice){(const char *)version.data, version.size},
            (struct slice){(const char *)table.data, table.size}, err);
    if (rc == NH_OK)
        rc = name_terms(l, &reader, err);
    file_map_close(&version);
    file_map_close(&table);
    return rc;
}

int repair_name_lost(const char *dir, const struct manifest *m,
                     const struct manifest_segment *s, const char *what,
                     bool (*is_lost)(void *ctx, uint32_t docid), void *ctx,
                     check_report_fn *report, void *report_ctx,
                     struct nh_error *err)
{
    const struct lost l = {what, is_lost, ctx, report, report_ctx};
    char line[120];
    struct nh_error why;
    int rc = name_lost(&l, dir, m, s, &why);
    if (check_is_damage(rc)) {
        snprintf(line, sizeof line,
                 "%s: its table of ids is damaged: the ids of %s articles "
                 "are not known",
                 s->name, what);
        report(report_ctx, line);
        return NH_OK;
    }
    if (rc != NH_OK && err)
        *err = why;
    return rc;
}
