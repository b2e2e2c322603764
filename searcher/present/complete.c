/* Owns completion: how a word of a query could go on. */
#include <stdlib.h>
#include <string.h>

#include "searcher/index/index.h"
#include "searcher/match/postings.h"
#include "searcher/present/string_counts.h"
#include "searcher/widen/term_walk.h"

struct nh_completions {
    struct arena arena;
    struct nh_completion *items;
    size_t count;
};

/* Something that fits, as the index has it. */
struct found {
    enum field field; /* FIELD_BODY: a word; else of that field */
    const struct strtab_entry *text;
    uint64_t count;
};

/* Words, or the values of a field, that fit. */
struct pool {
    enum field field;
    struct string_counts found;
};

struct completer {
    nh_index *index;
    struct slice prefix; /* folded */
    struct pool pools[FIELD_COUNT];
    size_t pool_count;
    struct pool *pool; /* at hand */
    enum field stored; /* of the values that are walked through */
    struct buf shown;  /* what one is shown as, folded */
    struct nh_error *err;
};

void nh_completions_free(nh_completions *c)
{
    if (!c)
        return;
    arena_release(&c->arena);
    free(c->items);
    free(c);
}

size_t nh_completions_count(const nh_completions *c)
{
    return c->count;
}

const struct nh_completion *nh_completions_at(const nh_completions *c, size_t i)
{
    return i < c->count ? &c->items[i] : NULL;
}

/* ---- What fits. */

static bool begins(struct slice text, struct slice prefix)
{
    return text.len >= prefix.len &&
           (prefix.len == 0 || memcmp(text.data, prefix.data, prefix.len) == 0);
}

static int complete_word(struct completer *c, struct vocabulary *v)
{
    struct vocabulary_cursor cursor;
    struct vocabulary_word word;
    int more = 1;
    memset(&cursor, 0, sizeof cursor);
    int rc = vocabulary_seek(&cursor, v, c->prefix, c->err);
    while (rc == NH_OK &&
           (more = vocabulary_next(&cursor, &word, c->err)) == 1 &&
           begins(word.text, c->prefix))
        if (!string_counts_add(&c->pool->found, word.text, word.occurrences))
            rc = error_nomem(c->err);
    return rc != NH_OK ? rc : more < 0 ? more : NH_OK;
}

/* A value fits if one of its words begins so, and goes on as the rest. */
static bool each_value(void *ctx, struct slice value, uint32_t articles)
{
    struct completer *c = ctx;
    enum field field = c->stored;
    struct slice text;
    if (!name_rules_map(index_rules(c->index), &field, value, &text) ||
        field != c->pool->field)
        return true;
    if (text.len) {
        buf_reset(&c->shown);
        analysis_fold_name(text, &c->shown);
        if (c->shown.failed)
            return false;
        value = (struct slice){c->shown.data, c->shown.len};
    }
    struct slice rest = value;
    while (!begins(rest, c->prefix)) {
        const char *space = rest.len ? memchr(rest.data, ' ', rest.len) : NULL;
        if (!space)
            return true;
        rest.len -= (size_t)(space + 1 - rest.data);
        rest.data = space + 1;
    }
    return string_counts_add(&c->pool->found, value, articles);
}

static int complete_field(struct completer *c, enum field field)
{
    c->pool = &c->pools[c->pool_count++];
    c->pool->field = field;
    int rc = NH_OK;
    for (int f = 0; rc == NH_OK && f < FIELD_COUNT; f++) {
        c->stored = (enum field)f;
        if (c->stored == field ||
            name_rules_move(index_rules(c->index), c->stored, field))
            rc = term_walk(&c->index->snapshot, schema_fields[f].prefix,
                           each_value, c, c->err);
    }
    return rc;
}

static int complete_text(struct completer *c, enum field field)
{
    const struct snapshot *s = &c->index->snapshot;
    int rc = NH_OK;
    c->pool = &c->pools[c->pool_count++];
    c->pool->field = field;
    for (size_t i = 0; rc == NH_OK && i < s->count; i++)
        rc = complete_word(c, &s->segments[i].vocabulary);
    return rc;
}

/* ---- The commonest. */

static int by_count(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    if (x->field != y->field)
        return x->field < y->field ? -1 : 1;
    return strcmp(x->text->data, y->text->data);
}

/* All that fits, sorted; to be freed. NULL if memory ran out. */
static struct found *sort_pools(const struct completer *c, size_t *count)
{
    size_t all = 0, n = 0;
    for (size_t i = 0; i < c->pool_count; i++)
        all += c->pools[i].found.texts.count;
    struct found *found = malloc((all + 1) * sizeof *found);
    for (size_t i = 0; found && i < c->pool_count; i++)
        for (uint32_t k = 0; k < c->pools[i].found.texts.count; k++)
            found[n++] = (struct found){c->pools[i].field,
                                        &c->pools[i].found.texts.entries[k],
                                        c->pools[i].found.counts[k]};
    if (found)
        qsort(found, all, sizeof *found, by_count);
    *count = all;
    return found;
}

/* ---- Spelling. */

/* The first article with a value; 0 if there is none any more. */
static int first_article(nh_index *index, enum field field, struct slice value,
                         uint32_t *docid, struct nh_error *err)
{
    struct buf term = BUF_INIT;
    struct postings *p = NULL;
    struct block *block = malloc(sizeof *block);
    *docid = 0;
    schema_term(&term, schema_fields[field].prefix, value);
    int rc = block && !term.failed
                 ? postings_new(&p, &index->snapshot,
                                (struct slice){term.data, term.len}, err)
                 : error_nomem(err);
    for (size_t i = 0; p && *docid == 0 && i < p->segment_count; i++) {
        const struct segment_postings *in = &p->segments[i];
        if (in->count == 0)
            continue;
        if (in->docids)
            *docid = in->docids[0];
        else if (block_enter(&in->list, 0, block))
            *docid = block->docids[0];
        else
            rc = block_damaged(&in->list, err);
    }
    postings_free(p);
    buf_release(&term);
    free(block);
    return rc;
}

/* Puts the value as an article spells it in `out`, or as it is. */
static int spell(nh_index *index, enum field field, struct slice value,
                 struct buf *out, struct nh_error *err)
{
    struct article *a = &index->article;
    struct buf folded = BUF_INIT;
    uint32_t docid;
    struct slice best = value, text;
    int rc = first_article(index, field, value, &docid, err);
    for (int f = 0; rc == NH_OK && docid == 0 && f < FIELD_COUNT; f++)
        if (name_rules_move(index_rules(index), (enum field)f, field))
            rc = first_article(index, (enum field)f, value, &docid, err);
    article_reset(a);
    if (rc == NH_OK && docid)
        rc = index_fields(index, docid, err);
    enum field shown = field;
    if (name_rules_map(index_rules(index), &shown, value, &text) && text.len)
        best = text;
    for (size_t i = 0; rc == NH_OK && i < a->count; i++) {
        buf_reset(&folded);
        analysis_fold_name(a->values[i].text, &folded);
        if (folded.failed)
            rc = error_nomem(err);
        if (a->values[i].field == field &&
            slice_equal(value, (struct slice){folded.data, folded.len}))
            best = a->values[i].text;
    }
    for (size_t i = 0; i < best.len; i++) /* folding takes it for a space */
        buf_append_byte(out, best.data[i] == '"' ? ' ' : (uint8_t)best.data[i]);
    buf_release(&folded);
    return rc == NH_OK && out->failed ? error_nomem(err) : rc;
}

/* Whether a value can stand behind its field as it is. */
static bool is_plain(const struct field_def *def, const struct buf *value)
{
    for (size_t i = 0; i < value->len; i++) {
        const char c = value->data[i];
        if (c == ' ' || strchr("()*?~\"", c))
            return false;
    }
    return def->kind != FIELD_KIND_NAME;
}

/* The completion as it is written in a query. */
static int write_out(nh_index *index, const struct found *f, struct buf *out,
                     struct nh_error *err)
{
    const struct field_def *def = &schema_fields[f->field];
    const struct slice text = {f->text->data, f->text->len};
    struct buf value = BUF_INIT;
    buf_reset(out);
    if (def->kind == FIELD_KIND_TEXT) {
        if (f->field == FIELD_TITLE)
            buf_printf(out, "%s:", def->name);
        buf_append(out, text.data, text.len);
        return out->failed ? error_nomem(err) : NH_OK;
    }
    int rc = def->kind == FIELD_KIND_EXACT
                 ? NH_OK
                 : spell(index, f->field, text, &value, err);
    if (def->kind == FIELD_KIND_EXACT)
        buf_append(&value, text.data, text.len);
    const char *quote = is_plain(def, &value) ? "" : "\"";
    buf_append_str(out, def->name);
    buf_append_byte(out, ':');
    buf_append_str(out, quote);
    buf_append(out, value.data, value.len);
    buf_append_str(out, quote);
    buf_release(&value);
    return rc == NH_OK && out->failed ? error_nomem(err) : rc;
}

/* Articles with a name that rules may have made of several. */
static int count_shown(nh_index *index, const struct buf *query,
                       uint64_t *count, struct nh_error *err)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    struct nh_total total;
    nh_results *r;
    o.limit = 0;
    o.flags = NH_SEARCH_EXACT_TOTAL;
    int rc = nh_index_search(&r, index, query->data, query->len, &o, err);
    if (rc == NH_OK) {
        total = *nh_results_total(r);
        *count = total.value;
        nh_results_free(r);
    }
    return rc;
}

static int take(nh_completions *out, const struct completer *c, size_t limit)
{
    struct buf text = BUF_INIT;
    size_t all;
    struct found *found = sort_pools(c, &all);
    int rc = found ? NH_OK : error_nomem(c->err);
    if (limit > all)
        limit = all;
    out->items = calloc(limit + FIELD_COUNT, sizeof *out->items);
    if (rc == NH_OK && !out->items)
        rc = error_nomem(c->err);
    for (size_t i = 0; rc == NH_OK && i < limit; i++) {
        rc = write_out(c->index, &found[i], &text, c->err);
        if (rc != NH_OK)
            break;
        uint64_t count = found[i].count;
        if (schema_fields[found[i].field].entity && index_rules(c->index))
            rc = count_shown(c->index, &text, &count, c->err);
        out->items[i] = (struct nh_completion){
            hit_string(&out->arena, (struct slice){text.data, text.len}),
            count};
        out->count = i + 1;
        if (!out->items[i].text.data)
            rc = error_nomem(c->err);
    }
    free(found);
    buf_release(&text);
    return rc;
}

/* Adds the fields whose names begin with the prefix; there is room. */
static bool add_fields(nh_completions *out, struct slice prefix, size_t limit)
{
    for (int f = 0; f < FIELD_COUNT && out->count < limit; f++) {
        const struct field_def *def = &schema_fields[f];
        struct buf text = BUF_INIT;
        if (!def->queryable || prefix.len == 0 ||
            !begins(slice_of(def->name), prefix))
            continue;
        buf_append_str(&text, def->name);
        buf_append_byte(&text, ':');
        struct nh_string name =
            hit_string(&out->arena, (struct slice){text.data, text.len});
        buf_release(&text);
        if (!name.data)
            return false;
        out->items[out->count++] = (struct nh_completion){name, 0};
    }
    return true;
}

/* ---- */

/* Finds what fits: behind a field its values, else words and names. */
static int fill(struct completer *c, int field)
{
    if (field < 0) {
        int rc = complete_text(c, FIELD_BODY);
        for (int f = 0; rc == NH_OK && c->prefix.len && f < FIELD_COUNT; f++)
            if (schema_fields[f].entity)
                rc = complete_field(c, (enum field)f);
        return rc;
    }
    if (schema_fields[field].kind == FIELD_KIND_TEXT)
        return complete_text(c, (enum field)field);
    return schema_fields[field].kind == FIELD_KIND_DATE
               ? NH_OK
               : complete_field(c, (enum field)field);
}

int nh_index_complete(nh_completions **out, nh_index *index, const char *prefix,
                      size_t len, size_t limit, struct nh_error *err)
{
    struct slice typed = slice_trim((struct slice){prefix, len});
    const char *colon = typed.len ? memchr(typed.data, ':', typed.len) : NULL;
    struct buf folded = BUF_INIT;
    struct completer *c = calloc(1, sizeof *c);
    int field = -1, rc = snapshot_current(&index->snapshot, err);
    *out = NULL;
    nh_completions *made = calloc(1, sizeof *made);
    if (!c || !made)
        rc = error_nomem(err);
    if (colon)
        field = schema_find(
            (struct slice){typed.data, (size_t)(colon - typed.data)});
    if (field >= 0)
        typed = (struct slice){colon + 1,
                               (size_t)(typed.data + typed.len - colon - 1)};
    if (typed.len && *typed.data == '"')
        typed = (struct slice){typed.data + 1, typed.len - 1};
    if (field >= 0 && schema_fields[field].kind == FIELD_KIND_EXACT)
        buf_append(&folded, typed.data, typed.len);
    else if (typed.len)
        analysis_fold_name(typed, &folded);
    if (rc == NH_OK && folded.failed)
        rc = error_nomem(err);
    if (rc == NH_OK) {
        c->index = index;
        c->prefix = (struct slice){folded.data ? folded.data : "", folded.len};
        c->err = err;
        rc = fill(c, field);
    }
    if (rc == NH_OK)
        rc = take(made, c, limit);
    if (rc == NH_OK && field < 0 && !add_fields(made, c->prefix, limit))
        rc = error_nomem(err);
    for (size_t i = 0; c && i < c->pool_count; i++)
        string_counts_release(&c->pools[i].found);
    if (c)
        buf_release(&c->shown);
    free(c);
    buf_release(&folded);
    if (rc != NH_OK)
        nh_completions_free(made);
    else
        *out = made;
    return rc;
}
