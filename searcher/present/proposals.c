/* Owns the search for names of an index that probably name the same.
 * Promises a proposal only where one name is left to merge into.
 *
 * Names are looked at from the most frequent on. Each is entered under keys;
 * names that share a key are compared, which bounds the time:
 *
 *   = plain form     without The or Inc., abbreviations written out
 *   L last name      of persons with several words
 *   F first name     of the same
 *   I initials       of organisations with several words */
#include <stdlib.h>
#include <string.h>

#include "common/base/strtab.h"
#include "common/text/analysis.h"
#include "newshound/newshound.h"
#include "searcher/present/plain_name.h"

/* Names that are compared, the most frequent ones: some 200 bytes each. */
#define NAMES_MAX ((size_t)1 << 20)
/* Names of one key that are compared; of a last name that more have, no first
 * name is guessed. */
#define BUCKET_MAX 48
/* Letters of an acronym, at least: shorter ones stand for too much. */
#define ACRONYM_LEAST 3
/* A name is not merged into one that so many times fewer articles have: that is
 * a slip, or someone else. */
#define RARER_INITIALS 10
#define RARER_ACRONYM 50
#define RARER_PLAIN 20
#define NOBODY UINT32_MAX

struct nh_proposals {
    struct arena arena;
    struct nh_proposal *items;
    size_t count, cap;
};

/* A name; slices are in the finder's arena or in the results. */
struct known {
    struct slice text, folded, first, last;
    size_t words;
    bool initials; /* the first name is written by them: J. or JK */
    uint64_t articles;
    uint32_t into; /* the name that it is proposed to be merged into */
    const char *reason;
};

/* The names of a key, the most frequent first. */
struct bucket {
    uint32_t names[BUCKET_MAX];
    uint32_t count; /* more than BUCKET_MAX: the others are not noted */
};

struct finder {
    enum field field;
    struct arena arena;
    struct known *names;
    size_t count;
    struct strtab keys;
    struct bucket *buckets;
    size_t bucket_cap;
    struct buf key;
    nh_proposals *out;
};

void nh_proposals_free(nh_proposals *p)
{
    if (!p)
        return;
    arena_release(&p->arena);
    free(p->items);
    free(p);
}

size_t nh_proposals_count(const nh_proposals *p)
{
    return p->count;
}

const struct nh_proposal *nh_proposals_at(const nh_proposals *p, size_t i)
{
    return i < p->count ? &p->items[i] : NULL;
}

/* ---- Keys. */

static void set_key(struct finder *f, char kind, struct slice text)
{
    buf_reset(&f->key);
    buf_append_byte(&f->key, (uint8_t)kind);
    buf_append(&f->key, text.data, text.len);
}

/* Enters a name under the key. False if memory ran out. */
static bool enter(struct finder *f, uint32_t name)
{
    const uint32_t known = f->keys.count;
    if (f->key.failed)
        return false;
    const uint32_t n = strtab_add(&f->keys, f->key.data, f->key.len);
    if (n == STRTAB_NONE)
        return false;
    if (n == known) {
        if (n == f->bucket_cap) {
            struct bucket *b =
                array_grow(f->buckets, &f->bucket_cap, sizeof *b);
            if (!b)
                return false;
            f->buckets = b;
        }
        f->buckets[n].count = 0;
    }
    struct bucket *b = &f->buckets[n];
    if (b->count < BUCKET_MAX)
        b->names[b->count] = name;
    b->count += b->count <= BUCKET_MAX;
    return true;
}

/* Returns the bucket of the key, or NULL where it has too many names. */
static const struct bucket *bucket_of(const struct finder *f)
{
    const uint32_t n = strtab_find(&f->keys, f->key.data, f->key.len);
    return n == STRTAB_NONE || f->buckets[n].count > BUCKET_MAX
               ? NULL
               : &f->buckets[n];
}

/* ---- Names. */

static struct slice last_word(struct slice s)
{
    size_t at = s.len;
    while (at > 0 && s.data[at - 1] != ' ')
        at--;
    return (struct slice){s.data + at, s.len - at};
}

/* Whether a first name is initials: Jo and Al are none, JK and J.K. are. */
static bool has_initials(const struct known *k)
{
    unsigned capitals = 0;
    for (size_t i = 0; i < k->text.len && k->text.data[i] != ' '; i++)
        capitals += k->text.data[i] >= 'A' && k->text.data[i] <= 'Z';
    return k->words > 1 &&
           (k->first.len == 1 ||
            (k->first.len == 2 && (capitals == 2 || k->text.data[1] == '.')));
}

static bool take_name(struct finder *f, const struct nh_facet_value *v)
{
    struct known *k = &f->names[f->count];
    struct buf folded = BUF_INIT;
    memset(k, 0, sizeof *k);
    k->text = (struct slice){v->text.data, v->text.len};
    analysis_fold_name(k->text, &folded);
    char *copy =
        folded.failed ? NULL : arena_copy(&f->arena, folded.data, folded.len);
    k->folded = (struct slice){copy, folded.len};
    buf_release(&folded);
    if (!copy)
        return false;
    struct slice rest = k->folded;
    k->first = slice_word(&rest);
    k->last = last_word(k->folded);
    k->words = k->folded.len > 0;
    for (size_t i = 0; i < k->folded.len; i++)
        k->words += k->folded.data[i] == ' ';
    k->initials = has_initials(k);
    k->articles = v->count;
    k->into = NOBODY;
    f->count++;
    return true;
}

static bool enter_name(struct finder *f, uint32_t n)
{
    const struct known *k = &f->names[n];
    struct buf plain = BUF_INIT;
    plain_name(f->field, k->folded, &plain);
    set_key(f, '=', (struct slice){plain.data ? plain.data : "", plain.len});
    f->key.failed |= plain.failed;
    buf_release(&plain);
    bool good = enter(f, n);
    if (good && f->field == FIELD_PERSON && k->words > 1) {
        set_key(f, 'L', k->last);
        good = enter(f, n);
        set_key(f, 'F', k->first);
        good = good && enter(f, n);
    }
    if (good && f->field == FIELD_ORG && k->words >= ACRONYM_LEAST) {
        struct buf letters = BUF_INIT;
        plain_name_initials(k->folded, &letters);
        set_key(f, 'I',
                (struct slice){letters.data ? letters.data : "", letters.len});
        f->key.failed |= letters.failed;
        buf_release(&letters);
        good = enter(f, n);
    }
    return good;
}

/* ---- Proposals. */

/* Proposes to merge a name; not in a circle, and each name once. */
static void propose(struct finder *f, uint32_t name, uint32_t into,
                    const char *reason)
{
    if (name == into || f->names[name].into != NOBODY)
        return;
    for (uint32_t n = into; n != NOBODY; n = f->names[n].into)
        if (n == name)
            return;
    f->names[name].into = into;
    f->names[name].reason = reason;
}

/* Whether `a` is so many times rarer than `b`. */
static bool is_rarer(const struct known *a, const struct known *b,
                     uint64_t times)
{
    return a->articles * times < b->articles;
}

/* Names with the same plain form: the one that is written so is the name, else
 * the most frequent. */
static void propose_plain(struct finder *f, uint32_t key)
{
    const struct bucket *b = &f->buckets[key];
    const struct strtab_entry *e = &f->keys.entries[key];
    const struct slice plain = {e->data + 1, e->len - 1};
    const uint32_t count = b->count < BUCKET_MAX ? b->count : BUCKET_MAX;
    uint32_t into = b->names[0];
    for (uint32_t i = 0; i < count; i++)
        if (slice_equal(f->names[b->names[i]].folded, plain) &&
            !is_rarer(&f->names[b->names[i]], &f->names[into], RARER_PLAIN))
            into = b->names[i];
    for (uint32_t i = 0; i < count; i++)
        propose(f, b->names[i], into, "abbreviation");
}

/* Whether the first names of `a` are those of `b`, or their initials: j for
 * jan, jk for joanne kathleen. */
static bool first_fits(const struct known *a, const struct known *b)
{
    struct slice rest = b->folded;
    if (!a->initials)
        return slice_equal(a->first, b->first);
    if (b->initials)
        return false;
    for (size_t i = 0; i < a->first.len; i++) {
        const struct slice word = slice_word(&rest);
        if (rest.len == 0 || word.data[0] != a->first.data[i])
            return false;
    }
    return true;
}

/* Whether person `a` may be a shorter way to write `b`: the first name by
 * initials, or without the names between. */
static bool shortens(const struct known *a, const struct known *b)
{
    return a->words == 2 && slice_equal(a->last, b->last) &&
           !plain_name_is_suffix(a->last) && first_fits(a, b) &&
           (b->words > 2 || (b->words == 2 && a->initials));
}

/* Returns the one person of a bucket that `fits`; persons that are short for
 * one another are one, the most frequent. */
static uint32_t
one_person(const struct finder *f, const struct bucket *b, uint32_t name,
           bool (*fits)(const struct known *a, const struct known *b))
{
    uint32_t found = NOBODY;
    for (uint32_t i = 0; i < b->count; i++) {
        const uint32_t n = b->names[i];
        if (n == name || !fits(&f->names[name], &f->names[n]))
            continue;
        if (found != NOBODY && !shortens(&f->names[found], &f->names[n]) &&
            !shortens(&f->names[n], &f->names[found]))
            return NOBODY;
        if (found == NOBODY)
            found = n;
    }
    return found;
}

static bool is_last_name(const struct known *a, const struct known *b)
{
    return slice_equal(a->folded, b->last) && a->articles <= b->articles;
}

static void propose_person(struct finder *f, uint32_t name)
{
    const struct known *k = &f->names[name];
    if (k->words == 0 || k->words > 2)
        return;
    set_key(f, 'F', k->folded);
    if (k->words == 1 &&
        strtab_find(&f->keys, f->key.data, f->key.len) != STRTAB_NONE)
        return; /* a first name */
    set_key(f, 'L', k->last);
    const struct bucket *b = f->key.failed ? NULL : bucket_of(f);
    if (!b)
        return;
    const uint32_t full =
        one_person(f, b, name, k->words == 1 ? is_last_name : shortens);
    if (full == NOBODY)
        return;
    if (k->words == 1)
        propose(f, name, full, "last name");
    else if (k->initials && !is_rarer(&f->names[full], k, RARER_INITIALS))
        propose(f, name, full, "initials");
    else if (k->initials)
        return;
    else if (f->names[full].articles <= k->articles)
        propose(f, full, name, "middle name");
    else
        propose(f, name, full, "middle name");
}

static bool is_acronym(const struct known *k)
{
    size_t capitals = 0;
    for (size_t i = 0; i < k->text.len; i++)
        capitals += k->text.data[i] >= 'A' && k->text.data[i] <= 'Z';
    return k->words == 1 && capitals == k->folded.len &&
           capitals >= ACRONYM_LEAST;
}

static void propose_acronym(struct finder *f, uint32_t name)
{
    if (!is_acronym(&f->names[name]))
        return;
    set_key(f, 'I', f->names[name].folded);
    const struct bucket *b = f->key.failed ? NULL : bucket_of(f);
    if (b && b->count == 1 &&
        !is_rarer(&f->names[b->names[0]], &f->names[name], RARER_ACRONYM))
        propose(f, name, b->names[0], "acronym");
}

/* ---- Output. */

/* Appends a name as a rule has it, in quotes. */
static void put_quoted(struct buf *out, struct slice name)
{
    buf_append_byte(out, '"');
    for (size_t i = 0; i < name.len; i++) {
        const char c = name.data[i];
        if (c == '"' || c == '\\')
            buf_append_byte(out, '\\');
        buf_append_byte(out, (uint8_t)(c == '\n' || c == '\r' ? ' ' : c));
    }
    buf_append_byte(out, '"');
}

static bool copy_string(struct arena *a, struct slice from,
                        struct nh_string *to)
{
    to->data = arena_copy(a, from.data, from.len);
    to->len = from.len;
    return to->data != NULL;
}

static bool add_proposal(struct finder *f, const struct known *k)
{
    nh_proposals *out = f->out;
    const struct known *into = &f->names[k->into];
    struct buf rule = BUF_INIT;
    if (out->count == out->cap) {
        struct nh_proposal *items =
            array_grow(out->items, &out->cap, sizeof *items);
        if (!items)
            return false;
        out->items = items;
    }
    struct nh_proposal *p = &out->items[out->count];
    memset(p, 0, sizeof *p);
    p->articles = k->articles;
    p->into_articles = into->articles;
    buf_printf(&rule, "merge %s ", schema_fields[f->field].name);
    put_quoted(&rule, k->text);
    buf_append_str(&rule, " = ");
    put_quoted(&rule, into->text);
    const bool good =
        !rule.failed && copy_string(&out->arena, k->text, &p->name) &&
        copy_string(&out->arena, into->text, &p->into) &&
        copy_string(&out->arena, slice_of(k->reason), &p->reason) &&
        copy_string(&out->arena, (struct slice){rule.data, rule.len}, &p->rule);
    out->count += good;
    buf_release(&rule);
    return good;
}

static bool find_all(struct finder *f, const struct nh_facet *names)
{
    const size_t most = names->count < NAMES_MAX ? names->count : NAMES_MAX;
    bool good = true;
    f->names = calloc(most + 1, sizeof *f->names);
    for (size_t i = 0; f->names && good && i < most; i++)
        good = take_name(f, &names->values[i]);
    for (uint32_t n = 0; f->names && good && n < f->count; n++)
        good = enter_name(f, n);
    if (!f->names || !good)
        return false;
    for (uint32_t key = 0; key < f->keys.count; key++)
        if (f->keys.entries[key].data[0] == '=')
            propose_plain(f, key);
    for (uint32_t n = 0; n < f->count; n++)
        if (f->field == FIELD_PERSON)
            propose_person(f, n);
        else if (f->field == FIELD_ORG)
            propose_acronym(f, n);
    for (size_t n = 0; good && n < f->count; n++)
        if (f->names[n].into != NOBODY)
            good = add_proposal(f, &f->names[n]);
    return good && !f->key.failed;
}

static int count_names(nh_results **out, nh_index *index,
                       const struct field_def *def, struct nh_error *err)
{
    struct nh_search_options o = NH_SEARCH_OPTIONS_INIT;
    struct buf query = BUF_INIT;
    o.limit = 0;
    o.facets = def->name;
    o.facet_limit = UINT32_MAX;
    buf_printf(&query, "%s:*", def->name);
    int rc = query.failed
                 ? error_nomem(err)
                 : nh_index_search(out, index, query.data, query.len, &o, err);
    buf_release(&query);
    return rc;
}

int nh_index_propose(nh_proposals **out, nh_index *index, const char *field,
                     struct nh_error *err)
{
    struct finder f;
    nh_results *results = NULL;
    const struct nh_facet *names = NULL;
    const int number = field ? schema_find(slice_of(field)) : -1;
    *out = NULL;
    if (number < 0 || !schema_fields[number].entity)
        return error_set(err, NH_EINVAL,
                         "merges are proposed for person, org and place");
    memset(&f, 0, sizeof f);
    f.field = (enum field)number;
    int rc = count_names(&results, index, &schema_fields[number], err);
    if (rc == NH_OK && nh_results_facets(&names, results) != 1)
        rc = error_set(err, NH_EINTERNAL, "names were not counted");
    f.out = rc == NH_OK ? calloc(1, sizeof *f.out) : NULL;
    if (rc == NH_OK && (!f.out || !find_all(&f, names)))
        rc = error_nomem(err);
    nh_results_free(results);
    strtab_release(&f.keys);
    arena_release(&f.arena);
    buf_release(&f.key);
    free(f.buckets);
    free(f.names);
    if (rc != NH_OK)
        nh_proposals_free(f.out);
    else
        *out = f.out;
    return rc;
}
