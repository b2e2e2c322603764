/* Owns the counting of values.
 * Promises exact counts: an article counts once for each value that it has. */
#include "searcher/present/facets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text/analysis.h"
#include "searcher/index/index.h"

static const struct facet_key keys[] = {
    {"person", FIELD_PERSON, 0}, {"org", FIELD_ORG, 0},
    {"place", FIELD_PLACE, 0},   {"author", FIELD_AUTHOR, 0},
    {"source", FIELD_SOURCE, 0}, {"section", FIELD_SECTION, 0},
    {"topic", FIELD_TOPIC, 0},   {"lang", FIELD_LANGUAGE, 0},
    {"year", FIELD_DATE, 4},     {"month", FIELD_DATE, 7},
    {"day", FIELD_DATE, 10},
};

/* ---- Making. */

static const struct facet_key *find_key(struct slice name)
{
    const int field = schema_find(name);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (slice_equal(name, slice_of(keys[i].name)) ||
            (!keys[i].digits && (int)keys[i].field == field))
            return &keys[i];
    return NULL;
}

int facets_init(struct facets *f, const nh_index *index, const char *fields,
                struct nh_error *err)
{
    memset(f, 0, sizeof *f);
    f->snapshot = &index->snapshot;
    f->rules = index_rules(index);
    for (const char *p = fields;; p++) {
        struct slice name = {p, strcspn(p, ",")};
        const struct facet_key *key = find_key(slice_trim(name));
        if (!key) {
            error_set(err, NH_EINVAL, "'%.*s' is nothing that can be counted",
                      (int)(name.len < 40 ? name.len : 40), name.data);
            return error_hint(err, NH_EINVAL, "these can: %s", NH_FACETS);
        }
        if (f->count == FACETS_MAX)
            return error_set(err, NH_EINVAL, "more than %d facets", FACETS_MAX);
        f->items[f->count++].key = key;
        p += name.len;
        if (!*p)
            return NH_OK;
    }
}

void facets_release(struct facets *f)
{
    for (size_t i = 0; i < f->count; i++) {
        struct facet *one = &f->items[i];
        strtab_release(&one->values);
        strtab_release(&one->spellings);
        free(one->counts);
        free(one->spelt);
        free(one->ids);
        free(one->names);
        free(one->days);
        buf_release(&one->folded);
    }
    buf_release(&f->folded);
    memset(f, 0, sizeof *f);
}

/* ---- Counting. */

/* An element behind the last of an array, cleared. */
static bool reserve(void **items, size_t *cap, size_t need, size_t size)
{
    while (*cap < need) {
        const size_t before = *cap;
        void *grown = array_grow(*items, cap, size);
        if (!grown)
            return false;
        *items = grown;
        memset((char *)grown + before * size, 0, (*cap - before) * size);
    }
    return true;
}

/* Number of a spelling, with that of its value; STRTAB_NONE if memory ran out.
 */
static uint32_t add_spelling(struct facet *f, struct slice text)
{
    const uint32_t known = f->spellings.count;
    const uint32_t n = strtab_add(&f->spellings, text.data, text.len);
    if (n == STRTAB_NONE || n < known)
        return n;
    buf_reset(&f->folded);
    if (f->key->digits)
        buf_append(&f->folded, text.data, text.len);
    else
        analysis_fold_name(text, &f->folded);
    if (f->folded.failed)
        return STRTAB_NONE;
    const uint32_t value =
        strtab_add(&f->values, f->folded.data, f->folded.len);
    void *counts = f->counts, *spelt = f->spelt;
    bool good = value != STRTAB_NONE &&
                reserve(&counts, &f->count_cap, value + 1, sizeof *f->counts) &&
                reserve(&spelt, &f->spelt_cap, n + 1, sizeof *f->spelt);
    f->counts = counts;
    f->spelt = spelt;
    if (!good)
        return STRTAB_NONE;
    f->spelt[n].value = value;
    return n;
}

static bool count_spelling(struct facet *f, uint32_t spelling, uint32_t docid)
{
    if (spelling == STRTAB_NONE)
        return false;
    struct facet_spelling *s = &f->spelt[spelling];
    struct facet_count *c = &f->counts[s->value];
    s->articles++;
    if (c->last == docid)
        return true;
    c->last = docid;
    c->articles++;
    if (f->id_count == f->id_cap) {
        uint32_t *ids = array_grow(f->ids, &f->id_cap, sizeof *ids);
        if (!ids)
            return false;
        f->ids = ids;
    }
    f->articles += f->id_count == 0;
    f->ids[f->id_count++] = s->value;
    return true;
}

/* `text` is what the name is shown as, or NULL: as it stands in the segment. */
static bool count_name(struct facet *f, const struct articles *a,
                       const struct slice *text, uint32_t name, uint32_t docid)
{
    struct slice own = {"", 0};
    if (!f->names)
        f->names = calloc((size_t)a->names + 1, sizeof *f->names);
    if (!f->names)
        return false;
    uint32_t *known = &f->names[name];
    if (*known == 0) {
        if (!text)
            articles_name(a, name, &own); /* it was read, so it is there */
        const uint32_t n = add_spelling(f, text ? *text : own);
        if (n == STRTAB_NONE)
            return false;
        *known = n + 1;
    }
    return count_spelling(f, *known - 1, docid);
}

/* Days that are remembered; a power of two. */
#define DAYS_KNOWN 4096u

static bool count_date(struct facet *f, int64_t seconds, uint32_t docid)
{
    char text[16];
    const int64_t day = date_day_of(seconds);
    if (!f->days)
        f->days = calloc(DAYS_KNOWN, sizeof *f->days);
    if (!f->days)
        return false;
    struct facet_day *known = &f->days[(uint64_t)day % DAYS_KNOWN];
    if (known->spelling == 0 || known->day != day) {
        const struct date_civil c = date_civil_of(day);
        snprintf(text, sizeof text, "%04u-%02u-%02u", (unsigned)c.year % 10000,
                 (unsigned)c.month % 100, (unsigned)c.day % 100);
        const uint32_t n =
            add_spelling(f, (struct slice){text, (size_t)f->key->digits});
        if (n == STRTAB_NONE)
            return false;
        *known = (struct facet_day){day, n + 1};
    }
    return count_spelling(f, known->spelling - 1, docid);
}

/* Numbers of names are of one segment. */
static void use_segment(struct facets *f, const struct snapshot_segment *s)
{
    if (f->segment == s)
        return;
    f->segment = s;
    for (size_t i = 0; i < f->count; i++) {
        free(f->items[i].names);
        f->items[i].names = NULL;
    }
}

/* Makes a value what rules show it as; false if it is hidden. */
static bool show(struct facets *f, struct article_value *v)
{
    struct slice text;
    if (!f->rules || !schema_fields[v->field].entity)
        return true;
    buf_reset(&f->folded);
    analysis_fold_name(v->text, &f->folded);
    const bool shown =
        name_rules_map(f->rules, &v->field,
                       (struct slice){f->folded.data, f->folded.len}, &text);
    if (text.len)
        v->text = text;
    return shown;
}

int facets_expect(struct facets *f, nh_index *index, uint64_t articles,
                  struct nh_error *err)
{
    struct snapshot *s = &index->snapshot;
    int rc = NH_OK;
    if (f->rules || !snapshot_wants_columns(s, articles))
        return NH_OK;
    for (size_t i = 0; rc == NH_OK && i < f->count; i++)
        rc = snapshot_column(s, f->items[i].key->field, err);
    f->columns = rc == NH_OK;
    return rc;
}

static int add_from_columns(struct facets *f, uint32_t docid,
                            struct nh_error *err)
{
    const struct snapshot_segment *s = f->segment;
    bool good = true;
    if (!s || docid < s->info->first || docid > s->info->last)
        use_segment(f, s = snapshot_segment(f->snapshot, docid));
    for (size_t i = 0; good && i < f->count; i++) {
        struct facet *one = &f->items[i];
        const uint32_t k = docid - s->info->first;
        one->id_count = 0;
        if (one->key->digits) {
            const int64_t date = s->dates.all[k];
            good = date == DATE_COLUMN_NONE || count_date(one, date, docid);
            continue;
        }
        const struct name_column *c = &s->names[one->key->field];
        for (uint32_t n = c->starts[k]; good && n < c->starts[k + 1]; n++)
            good = count_name(one, &s->articles, NULL, c->names[n], docid);
    }
    return good ? NH_OK : error_nomem(err);
}

int facets_add(struct facets *f, uint32_t docid, struct nh_error *err)
{
    struct snapshot_segment *segment;
    struct article_record record;
    struct article_values values;
    struct article_value v;
    struct nh_date date;
    uint32_t name;
    int more = 1;
    bool good = true;
    if (f->columns)
        return add_from_columns(f, docid, err);
    int rc = snapshot_record(f->snapshot, docid, &record, &segment, err);
    if (rc == NH_OK)
        rc = article_values_begin(&values, &segment->articles, &record, &date,
                                  err);
    if (rc != NH_OK)
        return rc;
    use_segment(f, segment);
    for (size_t i = 0; i < f->count; i++) {
        f->items[i].id_count = 0;
        if (f->items[i].key->digits && date.precision != DATE_NONE)
            good = good && count_date(&f->items[i], date.seconds, docid);
    }
    while (good &&
           (more = article_values_next(&values, NULL, &v, &name, err)) == 1)
        for (size_t i = 0, shown = show(f, &v); good && shown && i < f->count;
             i++)
            if (f->items[i].key->field == v.field)
                good = count_name(&f->items[i], &segment->articles, &v.text,
                                  name, docid);
    good = good && !f->folded.failed;
    return !good ? error_nomem(err) : more < 0 ? more : NH_OK;
}

/* ---- Results. */

struct slice *facet_texts(const struct facet *f)
{
    const size_t count = f->values.count;
    struct slice *texts = calloc(count + 1, sizeof *texts);
    uint64_t *most = calloc(count + 1, sizeof *most);
    for (uint32_t i = 0; texts && most && i < f->spellings.count; i++) {
        const struct strtab_entry *e = &f->spellings.entries[i];
        const uint32_t value = f->spelt[i].value;
        if (f->spelt[i].articles <= most[value])
            continue;
        most[value] = f->spelt[i].articles;
        texts[value] = (struct slice){e->data, e->len};
    }
    if (!most) {
        free(texts);
        texts = NULL;
    }
    free(most);
    return texts;
}

struct top_value {
    const struct strtab_entry *folded;
    uint64_t articles;
    uint32_t value;
};

static int by_text(const void *a, const void *b)
{
    const struct strtab_entry *x = ((const struct top_value *)a)->folded,
                              *y = ((const struct top_value *)b)->folded;
    const uint32_t len = x->len < y->len ? x->len : y->len;
    const int order = memcmp(x->data, y->data, len);
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

static int by_count(const void *a, const void *b)
{
    const struct top_value *x = a, *y = b;
    if (x->articles != y->articles)
        return x->articles > y->articles ? -1 : 1;
    return by_text(a, b);
}

bool facet_top(const struct facet *f, uint32_t limit, struct arena *arena,
               struct nh_facet *out)
{
    const uint32_t all = f->values.count, n = all < limit ? all : limit;
    struct slice *texts = facet_texts(f);
    struct top_value *top = malloc((all + 1) * sizeof *top);
    struct nh_facet_value *values =
        arena_alloc(arena, (n + 1) * sizeof *values);
    bool good = texts && top && values;
    for (uint32_t i = 0; good && i < all; i++)
        top[i] =
            (struct top_value){&f->values.entries[i], f->counts[i].articles, i};
    if (good)
        qsort(top, all, sizeof *top, by_count);
    if (good && f->key->digits) /* in order of time */
        qsort(top, n, sizeof *top, by_text);
    for (uint32_t i = 0; good && i < n; i++) {
        values[i].text = hit_string(arena, texts[top[i].value]);
        values[i].count = top[i].articles;
        good = values[i].text.data != NULL;
    }
    free(texts);
    free(top);
    *out = (struct nh_facet){
        {f->key->name, strlen(f->key->name)}, values, n, all, f->articles};
    return good;
}
