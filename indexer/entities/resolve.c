/* Owns the resolution of names within an article.
 * Promises to join names only where one candidate is left. */
#include "indexer/entities/resolve.h"

#include <stdlib.h>
#include <string.h>

#define NO_GROUP UINT32_MAX
/* Longer names are not taken apart. */
#define NAME_TOKENS 16

/* Mentions that are spelt alike but for case. */
struct group {
    uint64_t key;   /* hash of its tokens, lower-cased */
    uint32_t first; /* mention */
    uint32_t spelt; /* mention whose spelling is the name */
    uint32_t count;
    uint32_t votes[ENTITY_CLASSES];
    uint8_t class;   /* enum entity_class; MISC where it is dropped */
    uint32_t parent; /* group of the fuller name, or NO_GROUP */
    uint32_t entity; /* number + 1 */
};

struct resolver {
    struct group *groups;
    size_t count, cap;
    uint32_t *group_of; /* by mention */
    size_t group_of_cap;
    uint32_t *slots; /* of groups by key: number + 1 */
    uint32_t mask;
    /* By lower-cased type: a group whose last token it is, the number of
     * different ones, and whether it is no entity here. Valid with the stamp.
     */
    struct tail {
        uint32_t stamp, group;
        uint8_t banned;
    } * tails;
    uint32_t tail_cap, stamp;
};

struct resolver *resolver_new(void)
{
    return calloc(1, sizeof(struct resolver));
}

void resolver_free(struct resolver *r)
{
    if (!r)
        return;
    free(r->groups);
    free(r->group_of);
    free(r->slots);
    free(r->tails);
    free(r);
}

static const struct document *document_of(const struct entity_finder *f)
{
    return tagger_document(f->tagger);
}

static uint32_t lowered(const struct document *d, size_t token)
{
    return document_type(d, token)->lowered;
}

/* ---- Mentions as they are tagged. */

/* Takes titles off persons, and 's off everything. False: nothing is left. */
static bool trim(struct entity_finder *f, struct entity_mention *m)
{
    const struct document *d = document_of(f);
    while (m->class == ENTITY_PERSON && m->tokens > 1 &&
           (document_type(d, m->first_token)->roles & WORD_TITLE)) {
        m->first_token++;
        m->tokens--;
    }
    while (m->tokens > 0) {
        const size_t last = m->first_token + m->tokens - 1;
        const struct word_type *w = document_type(d, last);
        const bool tail = f->places[last].end - f->places[last].start >= 2 &&
                          w->kind == WORD_LOWER && w->letters == 1;
        if (!tail && w->kind != WORD_SIGN)
            break;
        m->tokens--;
    }
    if (m->tokens == 0)
        return false;
    m->start = f->places[m->first_token].start;
    m->end = f->places[m->first_token + m->tokens - 1].end;
    return document_type(d, m->first_token)->letters > 0 || m->tokens > 1;
}

static void trim_all(struct entity_finder *f)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->mention_count; i++)
        if (trim(f, &f->mentions[i]))
            f->mentions[kept++] = f->mentions[i];
    f->mention_count = kept;
}

/* ---- Groups. */

static uint64_t key_of(const struct document *d, size_t token, size_t count)
{
    uint64_t key = 0;
    for (size_t i = 0; i < count; i++)
        key = (key ^ lowered(d, token + i)) * 0x9e3779b97f4a7c15u;
    return key ^ key >> 32;
}

static bool same_words(const struct document *d, size_t a, size_t b,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (lowered(d, a + i) != lowered(d, b + i))
            return false;
    return true;
}

static bool reserve(struct resolver *r, const struct entity_finder *f)
{
    uint32_t slots = 64;
    while (slots < f->mention_count * 2)
        slots *= 2;
    if (slots > r->mask + 1 || !r->slots) {
        free(r->slots);
        r->slots = malloc(slots * sizeof *r->slots);
        r->mask = slots - 1;
    }
    if (f->mention_count > r->group_of_cap) {
        free(r->group_of);
        r->group_of_cap = f->mention_count * 2;
        r->group_of = malloc(r->group_of_cap * sizeof *r->group_of);
    }
    const uint32_t types = document_of(f)->types.count;
    if (types > r->tail_cap) {
        free(r->tails);
        r->tails = calloc((size_t)types * 2, sizeof *r->tails);
        r->tail_cap = r->tails ? types * 2 : 0;
        r->stamp = 0;
    }
    if (!r->slots)
        r->mask = 0;
    if (!r->group_of)
        r->group_of_cap = 0;
    if (!r->slots || (!r->group_of && f->mention_count) || (!r->tails && types))
        return false;
    memset(r->slots, 0, ((size_t)r->mask + 1) * sizeof *r->slots);
    if (++r->stamp == 0) { /* wrapped: old stamps would look new */
        memset(r->tails, 0, r->tail_cap * sizeof *r->tails);
        r->stamp = 1;
    }
    r->count = 0;
    return true;
}

static struct tail *tail_of(struct resolver *r, uint32_t type)
{
    struct tail *t = &r->tails[type];
    if (t->stamp != r->stamp)
        *t = (struct tail){r->stamp, NO_GROUP, 0};
    return t;
}

/* The group of a name of these tokens, or NO_GROUP. */
static uint32_t find_group(const struct resolver *r,
                           const struct entity_finder *f, size_t token,
                           size_t count)
{
    const struct document *d = document_of(f);
    const uint64_t key = key_of(d, token, count);
    uint32_t at = (uint32_t)key & r->mask;
    for (; r->slots[at]; at = (at + 1) & r->mask) {
        const struct group *g = &r->groups[r->slots[at] - 1];
        const struct entity_mention *m = &f->mentions[g->first];
        if (g->key == key && m->tokens == count &&
            same_words(d, m->first_token, token, count))
            return r->slots[at] - 1;
    }
    return NO_GROUP;
}

static bool add_group(struct resolver *r, const struct entity_finder *f,
                      uint32_t mention)
{
    const struct entity_mention *m = &f->mentions[mention];
    if (r->count == r->cap) {
        struct group *groups = array_grow(r->groups, &r->cap, sizeof *groups);
        if (!groups)
            return false;
        r->groups = groups;
    }
    struct group *g = &r->groups[r->count++];
    memset(g, 0, sizeof *g);
    g->key = key_of(document_of(f), m->first_token, m->tokens);
    g->first = g->spelt = mention;
    g->parent = NO_GROUP;
    uint32_t at = (uint32_t)g->key & r->mask;
    while (r->slots[at])
        at = (at + 1) & r->mask;
    r->slots[at] = (uint32_t)r->count;
    return true;
}

static enum sentence_mode mode_at(const struct entity_finder *f, uint32_t token)
{
    return (enum sentence_mode)document_of(f)->tokens[token].mode;
}

/* Running text says more of class and spelling than a headline. */
#define VOTE_TEXT 3
#define VOTE_HEADLINE 1

static bool make_groups(struct resolver *r, const struct entity_finder *f)
{
    for (uint32_t i = 0; i < f->mention_count; i++) {
        const struct entity_mention *m = &f->mentions[i];
        const bool text = mode_at(f, m->first_token) == MODE_NORMAL;
        uint32_t n = find_group(r, f, m->first_token, m->tokens);
        if (n == NO_GROUP) {
            n = (uint32_t)r->count;
            if (!add_group(r, f, i))
                return false;
        }
        struct group *g = &r->groups[n];
        const struct entity_mention *spelt = &f->mentions[g->spelt];
        if (text && mode_at(f, spelt->first_token) != MODE_NORMAL)
            g->spelt = i;
        g->count++;
        g->votes[m->class] += text ? VOTE_TEXT : VOTE_HEADLINE;
        r->group_of[i] = n;
    }
    for (size_t i = 0; i < r->count; i++) {
        struct group *g = &r->groups[i];
        g->class = f->mentions[g->first].class;
        for (unsigned c = 0; c < ENTITY_CLASSES; c++)
            if (g->votes[c] > g->votes[g->class])
                g->class = (uint8_t)c;
    }
    return true;
}

/* ---- Acronyms. */

static const struct entity_mention *first_of(const struct entity_finder *f,
                                             const struct group *g)
{
    return &f->mentions[g->first];
}

static unsigned char initial(const struct entity_finder *f, struct slice text,
                             size_t token)
{
    const unsigned char c = (unsigned char)text.data[f->places[token].start];
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

/* The letters of an acronym token, lower-cased; 0 if it is none. FDA, U.N. and
 * NGOs are. */
static size_t letters_of(const struct entity_finder *f, struct slice text,
                         size_t token, char out[8])
{
    size_t n = 0;
    const uint32_t end = f->places[token].end;
    for (uint32_t i = f->places[token].start; i < end; i++) {
        const char c = text.data[i];
        if (c == '.')
            continue;
        if (c == 's' && i + 1 == end && n >= 2)
            continue;
        if (c < 'A' || c > 'Z' || n == 8)
            return 0;
        out[n++] = (char)(c | 0x20);
    }
    return n >= 2 ? n : 0;
}

/* Whether the initials of the tokens, small words left out or not, are those
 * letters. */
static bool abbreviates(const struct entity_finder *f, struct slice text,
                        size_t token, size_t count, const char *letters,
                        size_t n)
{
    const struct document *d = document_of(f);
    for (int with = 0; with < 2; with++) {
        size_t k = 0;
        bool same = true;
        for (size_t i = 0; same && i < count; i++) {
            const struct word_type *w = document_type(d, token + i);
            if (w->letters == 0 ||
                (!with && (w->roles & WORD_CONNECTS) && w->kind == WORD_LOWER))
                continue;
            same = k < n &&
                   initial(f, text, token + i) == (unsigned char)letters[k++];
        }
        if (same && k == n)
            return true;
    }
    return false;
}

struct texts {
    struct slice title, body;
    size_t titles; /* tokens of the title */
};

static struct slice text_at(const struct texts *t, size_t token)
{
    return token < t->titles ? t->title : t->body;
}

static bool is_sign(const struct entity_finder *f, const struct texts *t,
                    size_t token, char sign)
{
    const struct slice text = text_at(t, token);
    return f->places[token].end - f->places[token].start == 1 &&
           text.data[f->places[token].start] == sign;
}

/* What "(AGI)" stands for before it, in small letters, makes AGI no name. */
static void ban_terms(struct resolver *r, const struct entity_finder *f,
                      const struct texts *t)
{
    const struct document *d = document_of(f);
    for (size_t i = 2; i + 1 < d->count; i++) {
        char letters[8];
        if (!is_sign(f, t, i - 1, '(') || !is_sign(f, t, i + 1, ')'))
            continue;
        const struct slice text = text_at(t, i);
        const size_t n = letters_of(f, text, i, letters);
        size_t small = 0;
        if (n == 0 || i - 1 < n || (i >= t->titles && i - 1 - n < t->titles))
            continue;
        for (size_t k = i - 1 - n; k < i - 1; k++)
            small += document_type(d, k)->kind == WORD_LOWER;
        if (small * 2 > n && abbreviates(f, text, i - 1 - n, n, letters, n))
            tail_of(r, lowered(d, i))->banned = 1;
    }
}

/* Groups that are looked through for the long form of each acronym. */
#define LONG_FORMS_MAX 400

static void join_acronyms(struct resolver *r, const struct entity_finder *f,
                          const struct texts *t)
{
    const size_t count = r->count < LONG_FORMS_MAX ? r->count : LONG_FORMS_MAX;
    for (size_t i = 0; i < count; i++) {
        struct group *g = &r->groups[i];
        const struct entity_mention *m = first_of(f, g);
        char letters[8];
        const struct slice text = text_at(t, m->first_token);
        const size_t n =
            m->tokens == 1 ? letters_of(f, text, m->first_token, letters) : 0;
        uint32_t found = NO_GROUP;
        bool one = true;
        for (size_t k = 0; n && k < count; k++) {
            const struct group *l = &r->groups[k];
            const struct entity_mention *lm = first_of(f, l);
            const struct slice ltext = text_at(t, lm->first_token);
            if (lm->tokens < 2 || lm->tokens > NAME_TOKENS ||
                l->class == ENTITY_PERSON ||
                !abbreviates(f, ltext, lm->first_token, lm->tokens, letters, n))
                continue;
            one = found == NO_GROUP;
            found = (uint32_t)k;
        }
        if (found == NO_GROUP || !one)
            continue;
        g->parent = found;
        g->class = r->groups[found].class;
    }
}

/* ---- Persons. */

static bool is_suffix(const struct document *d, size_t token)
{
    const struct word_type *w = document_type(d, token);
    return (w->roles & WORD_ENDS_NAME) || w->letters == 0;
}

/* Tokens of a name without Jr. and the comma before it. */
static size_t bare_count(const struct entity_finder *f,
                         const struct entity_mention *m)
{
    size_t n = m->tokens;
    while (n > 1 && is_suffix(document_of(f), m->first_token + n - 1))
        n--;
    return n;
}

/* Whether a first name may be written as the other: the same, or its initial.
 */
static bool first_fits(const struct entity_finder *f, const struct texts *t,
                       size_t a, size_t b)
{
    const struct document *d = document_of(f);
    if (lowered(d, a) == lowered(d, b))
        return true;
    const bool letter = document_type(d, a)->kind == WORD_LETTER ||
                        document_type(d, b)->kind == WORD_LETTER;
    return letter &&
           initial(f, text_at(t, a), a) == initial(f, text_at(t, b), b);
}

/* Whether the shorter name a may be short for b: its last words, its first
 * word, or first and last with less between. */
static bool shortens(const struct entity_finder *f, const struct texts *t,
                     const struct entity_mention *a,
                     const struct entity_mention *b)
{
    const struct document *d = document_of(f);
    const size_t na = bare_count(f, a), nb = bare_count(f, b);
    const size_t la = a->first_token + na - 1, lb = b->first_token + nb - 1;
    if (na > nb || nb < 2 || nb > NAME_TOKENS)
        return false;
    if (na == nb) /* J. Leike, or Jr. left out */
        return na > 1 &&
               a->tokens + (document_type(d, a->first_token)->kind ==
                            WORD_LETTER) <=
                   b->tokens + 1 &&
               first_fits(f, t, a->first_token, b->first_token) &&
               same_words(d, a->first_token + 1, b->first_token + 1, na - 1) &&
               (a->tokens < b->tokens ||
                (document_type(d, a->first_token)->kind == WORD_LETTER &&
                 document_type(d, b->first_token)->kind != WORD_LETTER));
    if (same_words(d, a->first_token, lb - (na - 1), na))
        return true;
    return na > 1 && lowered(d, la) == lowered(d, lb) &&
           first_fits(f, t, a->first_token, b->first_token);
}

/* First names at least this long that differ in one letter behind the first are
 * one name, once misspelt, where the rest is the same. */
#define MISSPELT_LEAST 5

static bool misspells(const struct entity_finder *f, const struct texts *t,
                      const struct entity_mention *a,
                      const struct entity_mention *b)
{
    const struct document *d = document_of(f);
    const struct entity_token x = f->places[a->first_token],
                              y = f->places[b->first_token];
    const char *p = text_at(t, a->first_token).data + x.start,
               *q = text_at(t, b->first_token).data + y.start;
    const size_t len = x.end - x.start;
    size_t other = 0;
    if (a->tokens != b->tokens || a->tokens < 2 || len != y.end - y.start ||
        len < MISSPELT_LEAST || p[0] != q[0] ||
        !same_words(d, a->first_token + 1, b->first_token + 1, a->tokens - 1))
        return false;
    for (size_t i = 0; i < len; i++)
        other += p[i] != q[i];
    return other == 1;
}

/* Persons that a short name is compared with, at most: those of a list of
 * thousands stay apart. */
#define PERSONS_MAX 600

/* The one fuller name that group `i` may be short for: of those before it, else
 * of those behind. */
static uint32_t fuller_name(const struct resolver *r,
                            const struct entity_finder *f,
                            const struct texts *t, size_t i, size_t count)
{
    const struct entity_mention *m = first_of(f, &r->groups[i]);
    uint32_t found[2] = {NO_GROUP, NO_GROUP};
    unsigned n[2] = {0, 0};
    for (size_t k = 0; k < count; k++) {
        const struct group *g = &r->groups[k];
        if (k == i || g->class != ENTITY_PERSON ||
            !shortens(f, t, m, first_of(f, g)))
            continue;
        const int behind = k > i;
        /* Names that are short for one another are one candidate. */
        if (n[behind] && (shortens(f, t, first_of(f, g),
                                   first_of(f, &r->groups[found[behind]]))))
            continue;
        if (n[behind] && shortens(f, t, first_of(f, &r->groups[found[behind]]),
                                  first_of(f, g))) {
            found[behind] = (uint32_t)k;
            continue;
        }
        if (n[behind] && misspells(f, t, first_of(f, g),
                                   first_of(f, &r->groups[found[behind]]))) {
            if (g->count > r->groups[found[behind]].count)
                found[behind] = (uint32_t)k;
            continue;
        }
        n[behind]++;
        found[behind] = (uint32_t)k;
    }
    if (n[0] == 0)
        return n[1] == 1 ? found[1] : NO_GROUP;
    return n[0] == 1 ? found[0] : NO_GROUP;
}

/* A single word that was taken for something else is the person whose last name
 * it is, if there is one and the word is no known place or firm by itself. */
static bool may_be_person(const struct entity_finder *f, const struct group *g)
{
    const struct entity_mention *m = first_of(f, g);
    const struct word_type *w = document_type(document_of(f), m->first_token);
    if (g->class == ENTITY_PERSON)
        return true;
    return m->tokens == 1 && g->votes[g->class] <= VOTE_TEXT * 2 &&
           !(w->info.gazetteers & (GAZ_COUNTRY | GAZ_LARGE_CITY | GAZ_COMPANY));
}

static void join_persons(struct resolver *r, const struct entity_finder *f,
                         const struct texts *t)
{
    const size_t count = r->count < PERSONS_MAX ? r->count : PERSONS_MAX;
    for (size_t i = 0; i < count; i++) {
        struct group *g = &r->groups[i];
        if (g->parent != NO_GROUP || !may_be_person(f, g))
            continue;
        const uint32_t full = fuller_name(r, f, t, i, count);
        if (full == NO_GROUP)
            continue;
        g->parent = full;
        g->class = ENTITY_PERSON;
    }
    /* A first name alone, of one person only. */
    for (size_t i = 0; i < count; i++) {
        struct group *g = &r->groups[i];
        const struct entity_mention *m = first_of(f, g);
        const struct document *d = document_of(f);
        uint32_t found = NO_GROUP;
        unsigned n = 0;
        if (g->parent != NO_GROUP || g->class != ENTITY_PERSON ||
            m->tokens != 1)
            continue;
        for (size_t k = 0; k < count; k++) {
            const struct entity_mention *o = first_of(f, &r->groups[k]);
            if (r->groups[k].class == ENTITY_PERSON && o->tokens > 1 &&
                r->groups[k].parent == NO_GROUP &&
                lowered(d, o->first_token) == lowered(d, m->first_token)) {
                n++;
                found = (uint32_t)k;
            }
        }
        if (n == 1)
            g->parent = found;
    }
}

/* ---- Firms. */

/* Acme Inc. is Acme, where both are named. */
static void join_firms(struct resolver *r, const struct entity_finder *f)
{
    for (size_t i = 0; i < r->count; i++) {
        struct group *g = &r->groups[i];
        const struct entity_mention *m = first_of(f, g);
        const size_t bare = bare_count(f, m);
        if (g->class != ENTITY_ORG || g->parent != NO_GROUP ||
            bare == m->tokens)
            continue;
        const uint32_t n = find_group(r, f, m->first_token, bare);
        if (n != NO_GROUP && n != i && r->groups[n].class != ENTITY_PERSON) {
            g->parent = n;
            r->groups[n].class = ENTITY_ORG;
        }
    }
}

/* ---- Entities. */

static uint32_t root_of(const struct resolver *r, uint32_t n)
{
    for (int steps = 0; steps < 8 && r->groups[n].parent != NO_GROUP; steps++)
        n = r->groups[n].parent;
    return n;
}

static bool put_entity(struct entity_finder *f, struct group *g,
                       const struct texts *t)
{
    const struct entity_mention *m = &f->mentions[g->spelt];
    const struct slice text = m->in_title ? t->title : t->body;
    if (f->entity_count == f->entity_cap) {
        struct entity *e = array_grow(f->entities, &f->entity_cap, sizeof *e);
        if (!e)
            return false;
        f->entities = e;
    }
    /* Slices are set when the buffer no longer moves. */
    f->entities[f->entity_count++] = (struct entity){
        (enum entity_class)g->class, {NULL, m->end - m->start}, 0};
    g->entity = (uint32_t)f->entity_count;
    buf_append(&f->names, text.data + m->start, m->end - m->start);
    return !f->names.failed;
}

static bool make_entities(struct resolver *r, struct entity_finder *f,
                          const struct texts *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->mention_count; i++) {
        const uint32_t n = root_of(r, r->group_of[i]);
        struct group *g = &r->groups[n];
        const struct entity_mention *m = &f->mentions[i];
        const bool banned =
            m->tokens == 1 &&
            tail_of(r, lowered(document_of(f), m->first_token))->banned;
        if (g->class == ENTITY_MISC || banned)
            continue;
        if (g->entity == 0 && !put_entity(f, g, t))
            return false;
        f->mentions[kept] = *m;
        f->mentions[kept].class = g->class;
        f->mentions[kept++].entity = g->entity - 1;
        f->entities[g->entity - 1].mentions++;
    }
    f->mention_count = kept;
    const char *at = f->names.data;
    for (size_t i = 0; i < f->entity_count; i++) {
        f->entities[i].name.data = at;
        at += f->entities[i].name.len;
    }
    return true;
}

/* ---- What the tagger missed. */

/* Whether a token that stands alone may be taken for the name it looks like. */
static bool is_free_name(const struct document *d, size_t token)
{
    const struct word_type *w = document_type(d, token);
    return word_is_capital(w) && w->letters > 1 &&
           !document_word(d, token)->small;
}

/* Notes words that stand for names: last names of persons, and names of one
 * word. */
static void mark_tails(struct resolver *r, const struct entity_finder *f)
{
    const struct document *d = document_of(f);
    for (size_t i = 0; i < r->count; i++) {
        const struct group *g = &r->groups[i];
        const struct entity_mention *m = first_of(f, g);
        if (g->class == ENTITY_MISC ||
            (g->class != ENTITY_PERSON && m->tokens > 1))
            continue;
        const size_t last = m->first_token + bare_count(f, m) - 1;
        tail_of(r, lowered(d, last))->group = (uint32_t)i;
    }
}

/* Names of other things have had their vote. Groups are void then, but for
 * their classes. */
static void drop_other_names(struct resolver *r, struct entity_finder *f)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->mention_count; i++) {
        if (r->groups[r->group_of[i]].class == ENTITY_MISC)
            continue;
        r->group_of[kept] = r->group_of[i];
        f->mentions[kept++] = f->mentions[i];
    }
    f->mention_count = kept;
}

/* Adds mentions where a word that was marked stands untagged, at the end. */
static bool add_missed(struct resolver *r, struct entity_finder *f,
                       const struct texts *t)
{
    const struct document *d = document_of(f);
    const size_t count = f->mention_count;
    size_t next = 0, total = count;
    for (size_t i = 0; i < d->count; i++) {
        while (next < count &&
               i >= f->mentions[next].first_token + f->mentions[next].tokens)
            next++;
        if ((next < count && i >= f->mentions[next].first_token) ||
            !is_free_name(d, i) || tail_of(r, lowered(d, i))->group == NO_GROUP)
            continue;
        const bool alone =
            d->tokens[i].mode == MODE_UPPER ||
            d->tokens[i].mode == MODE_TITLE ||
            ((i == 0 || d->tokens[i].first || !is_free_name(d, i - 1)) &&
             (i + 1 == d->count || d->tokens[i + 1].first ||
              !word_is_capital(document_type(d, i + 1))));
        if (!alone)
            continue;
        if (total == f->mention_cap) {
            struct entity_mention *m =
                array_grow(f->mentions, &f->mention_cap, sizeof *m);
            if (!m)
                return false;
            f->mentions = m;
        }
        const struct group *g = &r->groups[tail_of(r, lowered(d, i))->group];
        f->mentions[total++] =
            (struct entity_mention){.start = f->places[i].start,
                                    .end = f->places[i].end,
                                    .in_title = i < t->titles,
                                    .first_token = (uint32_t)i,
                                    .tokens = 1,
                                    .class = g->class};
    }
    f->mention_count = total;
    return true;
}

static int by_token(const void *a, const void *b)
{
    const struct entity_mention *x = a, *y = b;
    return (x->first_token > y->first_token) -
           (x->first_token < y->first_token);
}

bool resolve(struct resolver *r, struct entity_finder *f, struct slice title,
             struct slice body)
{
    const struct texts t = {title, body, f->title_tokens};
    trim_all(f);
    if (!reserve(r, f) || !make_groups(r, f))
        return false;
    const size_t tagged = f->mention_count;
    mark_tails(r, f);
    drop_other_names(r, f);
    if (!add_missed(r, f, &t))
        return false;
    if (f->mention_count != tagged) {
        qsort(f->mentions, f->mention_count, sizeof *f->mentions, by_token);
        if (!reserve(r, f) || !make_groups(r, f))
            return false;
    }
    ban_terms(r, f, &t);
    join_acronyms(r, f, &t);
    join_firms(r, f);
    join_persons(r, f, &t);
    return make_entities(r, f, &t);
}
