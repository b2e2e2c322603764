/* Owns the rules about names.
 * Promises that filters, facets and what is shown follow the same rules. */
#include "searcher/index/name_rules.h"

#include <stdlib.h>
#include <string.h>

#include "common/base/files.h"
#include "common/base/strtab.h"
#include "common/text/analysis.h"
#include "searcher/index/rules_file.h"

/* Fields of names: persons, orgs and places, side by side in the schema. */
#define FIRST FIELD_PERSON
#define FIELDS 3
#define NONE UINT32_MAX

/* What rules say of one name in one field. */
struct named {
    struct slice text; /* as a rule spells it that others are merged into */
    uint32_t into;     /* the name that it is merged into, or NONE */
    uint32_t root;     /* the last of those; itself if it is not merged. While
                          rules are read: a name between the two */
    bool merged;       /* it is one of several */
    bool hidden;
};

struct name_rules {
    struct strtab names; /* folded */
    struct named *items; /* FIELDS for each */
    size_t cap;          /* names that there is room for */
    int *retyped;        /* for each: field, or -1 */
    size_t retyped_cap;
};

static struct named *item(const struct name_rules *r, uint32_t name,
                          enum field field)
{
    return &r->items[(size_t)name * FIELDS + (size_t)(field - FIRST)];
}

static bool is_entity(enum field field)
{
    return field >= FIRST && (int)field < FIRST + FIELDS;
}

void name_rules_free(struct name_rules *r)
{
    if (!r)
        return;
    strtab_release(&r->names);
    free(r->items);
    free(r->retyped);
    free(r);
}

/* ---- Reading. */

struct reader {
    struct name_rules *rules;
    struct slice line; /* what is left of it */
    struct buf text, folded;
    const char *path;
    size_t number;
    struct nh_error *err;
};

static int bad(struct reader *x, const char *what)
{
    error_set(x->err, NH_EDATA, "%s:%zu: %s", x->path, x->number, what);
    return error_hint(x->err, NH_EDATA,
                      "rules look like: merge person \"J. Leike\" = \"Jan "
                      "Leike\"; hide org \"AI\"; retype \"Wired\" org");
}

/* Reads a name in quotes. Puts it as it is written in x->text. */
static int take_name(struct reader *x, uint32_t *name)
{
    struct name_rules *r = x->rules;
    buf_reset(&x->folded);
    const char *wrong = rule_name(&x->line, &x->text);
    if (wrong)
        return bad(x, wrong);
    const struct slice text = slice_trim(
        (struct slice){x->text.data ? x->text.data : "", x->text.len});
    if (text.len)
        analysis_fold_name(text, &x->folded);
    if (x->text.failed || x->folded.failed)
        return error_nomem(x->err);
    if (x->folded.len == 0)
        return bad(x, "the name is empty");
    const uint32_t known = r->names.count;
    *name = strtab_add(&r->names, x->folded.data, x->folded.len);
    if (*name == STRTAB_NONE)
        return error_nomem(x->err);
    while (r->cap <= *name) {
        struct named *items =
            array_grow(r->items, &r->cap, FIELDS * sizeof *items);
        if (!items)
            return error_nomem(x->err);
        r->items = items;
    }
    while (r->retyped_cap <= *name) {
        int *retyped = array_grow(r->retyped, &r->retyped_cap, sizeof *retyped);
        if (!retyped)
            return error_nomem(x->err);
        r->retyped = retyped;
    }
    if (*name < known)
        return NH_OK;
    r->retyped[*name] = -1;
    for (int k = 0; k < FIELDS; k++)
        *item(r, *name, (enum field)(FIRST + k)) =
            (struct named){{"", 0}, NONE, *name, false, false};
    return NH_OK;
}

static int take_field(struct reader *x, enum field *field)
{
    const struct slice word = rule_word(&x->line);
    const int found = word.len ? schema_find(word) : -1;
    if (found < 0 || !is_entity((enum field)found))
        return bad(x, "person, org or place belongs here");
    *field = (enum field)found;
    return NH_OK;
}

/* Returns the last name that `name` is merged into so far. Halves the way for
 * the next call (Tarjan and van Leeuwen 1984), so that chains of rules take
 * n log n steps. */
static uint32_t last_of(const struct name_rules *r, uint32_t name,
                        enum field field)
{
    struct named *i = item(r, name, field);
    while (i->root != name) {
        i->root = item(r, i->root, field)->root;
        name = i->root;
        i = item(r, name, field);
    }
    return name;
}

static int take_merge(struct reader *x)
{
    struct name_rules *r = x->rules;
    enum field field;
    uint32_t name, into;
    int rc = take_field(x, &field);
    if (rc == NH_OK)
        rc = take_name(x, &name);
    if (rc == NH_OK && !rule_sign(&x->line, '='))
        rc = bad(x, "= belongs between the two names");
    if (rc == NH_OK)
        rc = take_name(x, &into);
    if (rc != NH_OK)
        return rc;
    struct named *from = item(r, name, field), *to = item(r, into, field);
    if (from->into != NONE && from->into != into)
        return bad(x, "another rule merges this name into another one");
    if (name != into && last_of(r, into, field) == name)
        return bad(x, "this rule and others merge names in a circle");
    const char *copy = arena_copy(&r->names.arena, x->text.data, x->text.len);
    if (!copy)
        return error_nomem(x->err);
    if (!to->text.len)
        to->text = (struct slice){copy, x->text.len};
    if (name != into) /* else the rule says how it is spelt */
        from->into = from->root = into;
    from->merged = to->merged = true;
    return NH_OK;
}

static int take_hide(struct reader *x)
{
    enum field field;
    uint32_t name;
    int rc = take_field(x, &field);
    if (rc == NH_OK)
        rc = take_name(x, &name);
    if (rc == NH_OK)
        item(x->rules, name, field)->hidden = true;
    return rc;
}

static int take_retype(struct reader *x)
{
    enum field field;
    uint32_t name;
    int rc = take_name(x, &name);
    if (rc == NH_OK)
        rc = take_field(x, &field);
    if (rc != NH_OK)
        return rc;
    int *retyped = &x->rules->retyped[name];
    if (*retyped >= 0 && *retyped != (int)field)
        return bad(x, "another rule gives this name another type");
    *retyped = (int)field;
    return NH_OK;
}

static int take_rule(struct reader *x)
{
    static const struct {
        const char *name;
        int (*take)(struct reader *x);
    } rules[] = {
        {"merge", take_merge}, {"hide", take_hide}, {"retype", take_retype}};
    if (rule_ends(&x->line))
        return NH_OK;
    const struct slice word = rule_word(&x->line);
    int rc = NH_EDATA;
    size_t i = 0;
    while (i < sizeof rules / sizeof *rules &&
           !slice_equal(word, slice_of(rules[i].name)))
        i++;
    rc = i < sizeof rules / sizeof *rules
             ? rules[i].take(x)
             : bad(x, "a rule begins with merge, hide or retype");
    if (rc == NH_OK && !rule_ends(&x->line))
        rc = bad(x, "there is something behind the rule");
    return rc;
}

/* Sets the roots of names in one field, once all rules are known, and hides
 * what is merged into a hidden name. `way` has room for all names: those from a
 * name to the next one that is settled. */
static void settle_field(struct name_rules *r, enum field field, uint32_t *way,
                         bool *settled)
{
    memset(settled, 0, r->names.count * sizeof *settled);
    for (uint32_t n = 0; n < r->names.count; n++) {
        uint32_t count = 0, at = n;
        while (!settled[at]) {
            settled[at] = true;
            way[count++] = at;
            const uint32_t into = item(r, at, field)->into;
            at = into == NONE ? at : into;
        }
        while (count > 0) {
            struct named *i = item(r, way[--count], field);
            if (i->into == NONE) {
                i->root = way[count];
                continue;
            }
            const struct named *next = item(r, i->into, field);
            i->root = next->root;
            i->hidden = i->hidden || next->hidden;
        }
    }
}

static int settle(struct name_rules *r, struct nh_error *err)
{
    const size_t count = r->names.count ? r->names.count : 1;
    uint32_t *way = malloc(count * sizeof *way);
    bool *settled = malloc(count * sizeof *settled);
    const bool good = way && settled;
    for (int k = 0; good && k < FIELDS; k++)
        settle_field(r, (enum field)(FIRST + k), way, settled);
    free(way);
    free(settled);
    return good ? NH_OK : error_nomem(err);
}

int name_rules_read(struct name_rules **out, struct slice text,
                    const char *path, struct nh_error *err)
{
    struct reader x = {NULL, {NULL, 0}, BUF_INIT, BUF_INIT, path, 0, err};
    int rc = NH_OK;
    *out = NULL;
    x.rules = calloc(1, sizeof *x.rules);
    if (!x.rules)
        return error_nomem(err);
    text = rules_file_start(text);
    while (rc == NH_OK && rules_file_line(&text, &x.line)) {
        x.number++;
        rc = take_rule(&x);
    }
    if (rc == NH_OK)
        rc = settle(x.rules, err);
    buf_release(&x.text);
    buf_release(&x.folded);
    if (rc != NH_OK || x.rules->names.count == 0)
        name_rules_free(x.rules);
    else
        *out = x.rules;
    return rc;
}

int name_rules_open(struct name_rules **out, const char *dir,
                    struct nh_error *err)
{
    struct buf path = BUF_INIT, text = BUF_INIT;
    *out = NULL;
    int rc = rules_file_read(dir, RULES_NAME, &path, &text, err);
    if (rc == NH_OK)
        rc = name_rules_read(out, buf_slice(&text), path.data, err);
    else if (rc == NH_ENOTFOUND)
        rc = NH_OK;
    buf_release(&path);
    buf_release(&text);
    return rc;
}

/* ---- What is shown. */

/* Where the name is shown that is stored in `field`. */
static enum field shown_in(const struct name_rules *r, uint32_t name,
                           enum field field)
{
    return r->retyped[name] >= 0 ? (enum field)r->retyped[name] : field;
}

bool name_rules_map(const struct name_rules *r, enum field *field,
                    struct slice folded, struct slice *text)
{
    *text = (struct slice){"", 0};
    const uint32_t name = r && is_entity(*field)
                              ? strtab_find(&r->names, folded.data, folded.len)
                              : STRTAB_NONE;
    if (name == STRTAB_NONE)
        return true;
    *field = shown_in(r, name, *field);
    const struct named *i = item(r, name, *field);
    *text = item(r, i->root, *field)->text;
    return !i->hidden;
}

/* Mentions of two names in order, without those that overlap. */
static bool join_mentions(struct arena *arena, struct article_value *to,
                          const struct article_value *from)
{
    const size_t all = to->mention_count + from->mention_count;
    struct article_mention *out = arena_alloc(arena, (all + 1) * sizeof *out);
    size_t count = 0;
    if (!out)
        return false;
    for (size_t a = 0, b = 0;
         a < to->mention_count || b < from->mention_count;) {
        const bool left = b == from->mention_count ||
                          (a < to->mention_count &&
                           to->mentions[a].first <= from->mentions[b].first);
        const struct article_mention m =
            left ? to->mentions[a++] : from->mentions[b++];
        if (count == 0 ||
            m.first >= out[count - 1].first + out[count - 1].count)
            out[count++] = m;
    }
    to->mentions = out;
    to->mention_count = count;
    return true;
}

static bool show_value(struct article *a, const struct article_value *v)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->values[i].field == v->field &&
            slice_equal(a->values[i].text, v->text))
            return join_mentions(&a->arena, &a->values[i], v);
    return article_add_value(a, v);
}

bool name_rules_apply(const struct name_rules *r, struct article *a)
{
    struct buf folded = BUF_INIT;
    const size_t count = a->count;
    struct article_value *stored =
        r ? arena_alloc(&a->arena, (count + 1) * sizeof *stored) : NULL;
    bool good = true;
    if (!r)
        return true;
    if (!stored)
        return false;
    if (count)
        memcpy(stored, a->values, count * sizeof *stored);
    a->count = 0;
    for (int found = 0; found < 2; found++) /* given ones come first */
        for (size_t i = 0; good && i < count; i++) {
            struct article_value v = stored[i];
            struct slice text;
            if (v.found != (found == 1))
                continue;
            buf_reset(&folded);
            if (is_entity(v.field))
                analysis_fold_name(v.text, &folded);
            good = !folded.failed;
            if (!good ||
                !name_rules_map(r, &v.field,
                                (struct slice){folded.data, folded.len}, &text))
                continue;
            if (text.len)
                v.text = text;
            good = show_value(a, &v);
        }
    buf_release(&folded);
    return good;
}

/* ---- What filters mean. */

/* Whether a folded name has these words side by side. */
static bool has_words(struct slice name, struct slice words)
{
    for (size_t at = 0; at + words.len <= name.len; at++) {
        const size_t end = at + words.len;
        if ((at == 0 || name.data[at - 1] == ' ') &&
            (end == name.len || name.data[end] == ' ') &&
            memcmp(name.data + at, words.data, words.len) == 0)
            return true;
    }
    return false;
}

/* Whether a filter, without rules, means a name of its field. */
static bool means(const struct query_node *filter, struct slice word,
                  struct slice folded)
{
    return filter->kind == QUERY_HAS ||
           (filter->whole ? slice_equal(filter->value, folded)
                          : has_words(folded, word));
}

static struct slice name_text(const struct name_rules *r, uint32_t name)
{
    const struct strtab_entry *e = &r->names.entries[name];
    return (struct slice){e->data, e->len};
}

/* By root: whether the filter means one of the names merged into it. NULL if
 * memory ran out. */
static bool *meant_roots(const struct name_rules *r,
                         const struct query_node *filter, struct slice word)
{
    bool *meant = calloc(r->names.count, sizeof *meant);
    for (uint32_t n = 0; meant && n < r->names.count; n++)
        if (means(filter, word, name_text(r, n)))
            meant[item(r, n, filter->field)->root] = true;
    return meant;
}

bool name_meaning_init(struct name_meaning *m, const struct name_rules *r,
                       const struct query_node *filter, struct slice word)
{
    *m = (struct name_meaning){r, filter, word, NULL};
    if (r && is_entity(filter->field))
        m->roots = meant_roots(r, filter, word);
    else
        m->rules = NULL;
    return !m->rules || m->roots;
}

void name_meaning_release(struct name_meaning *m)
{
    free(m->roots);
    m->roots = NULL;
}

bool name_meaning_has(const struct name_meaning *m, struct slice folded)
{
    if (means(m->filter, m->word, folded))
        return true;
    const uint32_t name =
        m->rules ? strtab_find(&m->rules->names, folded.data, folded.len)
                 : STRTAB_NONE;
    if (name == STRTAB_NONE)
        return false;
    const struct named *i = item(m->rules, name, m->filter->field);
    return i->merged && m->roots[i->root];
}

struct name_change *name_rules_changes(const struct name_rules *r,
                                       const struct query_node *filter,
                                       struct slice word, size_t *count)
{
    const enum field wanted = filter->field;
    *count = 0;
    if (!r || !is_entity(wanted))
        return NULL;
    bool *meant = meant_roots(r, filter, word);
    struct name_change *out =
        calloc((size_t)r->names.count * FIELDS, sizeof *out);
    for (uint32_t n = 0; meant && out && n < r->names.count; n++)
        for (int k = 0; k < FIELDS; k++) {
            const enum field stored = (enum field)(FIRST + k);
            const struct named *i = item(r, n, wanted);
            const bool before =
                stored == wanted && means(filter, word, name_text(r, n));
            const bool after = shown_in(r, n, stored) == wanted && !i->hidden &&
                               meant[i->root];
            if (before != after)
                out[(*count)++] =
                    (struct name_change){stored, name_text(r, n), after};
        }
    const bool failed = !meant || !out;
    free(meant);
    if (failed || *count == 0) {
        free(out);
        out = NULL;
        *count = failed;
    }
    return out;
}

bool name_rules_move(const struct name_rules *r, enum field stored,
                     enum field shown)
{
    if (!r || !is_entity(stored) || stored == shown)
        return false;
    for (uint32_t n = 0; n < r->names.count; n++)
        if (r->retyped[n] == (int)shown)
            return true;
    return false;
}
