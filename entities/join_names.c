/* Owns the joining of names that mean the same: acronyms and long forms, short
 * and full names of persons, firms with and without Inc.
 * Promises to join where one candidate is left, in bounded time. */
#include "entities/join_names.h"

#include <string.h>

#include "common/text/analysis.h"

/* ---- Acronyms. */

static unsigned char initial(const struct entity_finder *f, struct slice text,
                             size_t token)
{
    const unsigned char c = (unsigned char)text.data[f->places[token].start];
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

/* The letters of an acronym, lower-cased: none if n is 0. */
struct letters {
    char of[8];
    size_t n;
};

/* Reads the letters of an acronym token: FDA, U.N. and NGOs are. */
static struct letters letters_of(const struct entity_finder *f,
                                 struct slice text, size_t token)
{
    struct letters l = {"", 0};
    const uint32_t end = f->places[token].end;
    for (uint32_t i = f->places[token].start; i < end; i++) {
        const char c = text.data[i];
        if (c == '.')
            continue;
        if (c == 's' && i + 1 == end && l.n >= 2)
            continue;
        if (c < 'A' || c > 'Z' || l.n == sizeof l.of)
            return (struct letters){"", 0};
        l.of[l.n++] = (char)(c | 0x20);
    }
    if (l.n < 2)
        l.n = 0;
    return l;
}

static bool same_letters(const struct letters *a, const struct letters *b)
{
    return analysis_same_initials((struct slice){a->of, a->n},
                                  (struct slice){b->of, b->n});
}

/* Whether the initials of the tokens, small words left out or not, are those
 * letters. */
static bool abbreviates(const struct entity_finder *f, struct slice text,
                        size_t token, size_t count, const struct letters *l)
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
            same = k < l->n &&
                   initial(f, text, token + i) == (unsigned char)l->of[k++];
        }
        if (same && k == l->n)
            return true;
    }
    return false;
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
        if (!is_sign(f, t, i - 1, '(') || !is_sign(f, t, i + 1, ')'))
            continue;
        const struct slice text = text_at(t, i);
        const struct letters l = letters_of(f, text, i);
        const size_t n = l.n;
        size_t small = 0;
        if (n == 0 || i - 1 < n || (i >= t->titles && i - 1 - n < t->titles))
            continue;
        for (size_t k = i - 1 - n; k < i - 1; k++)
            small += document_type(d, k)->kind == WORD_LOWER;
        if (small * 2 > n && abbreviates(f, text, i - 1 - n, n, &l))
            tail_of(r, lowered(d, i))->banned = 1;
    }
}

/* Groups that are looked through for the long form of each acronym. */
#define LONG_FORMS_MAX 400

/* Returns the one group of a long form of these letters, or NO_GROUP. */
static uint32_t long_form(const struct resolver *r,
                          const struct entity_finder *f, const struct texts *t,
                          const struct letters *l, size_t count)
{
    uint32_t found = NO_GROUP;
    bool one = true;
    for (size_t k = 0; k < count; k++) {
        const struct group *g = &r->groups[k];
        const struct entity_mention *m = first_of(f, g);
        if (m->tokens < 2 || m->tokens > NAME_TOKENS ||
            g->class == ENTITY_PERSON ||
            !abbreviates(f, text_at(t, m->first_token), m->first_token,
                         m->tokens, l))
            continue;
        one = found == NO_GROUP;
        found = (uint32_t)k;
    }
    return one ? found : NO_GROUP;
}

/* Returns the first group before `i` that writes the same letters in another
 * way (U.S. and US), or NO_GROUP. */
static uint32_t other_spelling(const struct resolver *r,
                               const struct entity_finder *f,
                               const struct texts *t, const struct letters *l,
                               size_t i)
{
    for (size_t k = 0; k < i; k++) {
        const struct entity_mention *m = first_of(f, &r->groups[k]);
        if (m->tokens != 1 || r->groups[k].class == ENTITY_PERSON)
            continue;
        const struct letters other =
            letters_of(f, text_at(t, m->first_token), m->first_token);
        if (other.n && same_letters(&other, l))
            return (uint32_t)k;
    }
    return NO_GROUP;
}

static void join_acronyms(struct resolver *r, const struct entity_finder *f,
                          const struct texts *t)
{
    const size_t count = r->count < LONG_FORMS_MAX ? r->count : LONG_FORMS_MAX;
    for (size_t i = 0; i < count; i++) {
        struct group *g = &r->groups[i];
        const struct entity_mention *m = first_of(f, g);
        if (m->tokens != 1)
            continue;
        const struct letters l =
            letters_of(f, text_at(t, m->first_token), m->first_token);
        if (l.n == 0)
            continue;
        uint32_t found = long_form(r, f, t, &l, count);
        if (found == NO_GROUP && g->class != ENTITY_PERSON)
            found = other_spelling(r, f, t, &l, i);
        if (found == NO_GROUP)
            continue;
        g->parent = found;
        g->class = r->groups[found].class;
    }
}

/* ---- Persons. */

/* Letters of initials without full stops, at most: JFK Smith is no person. */
#define INITIALS_MAX 2

static bool is_suffix(const struct document *d, size_t token)
{
    const struct word_type *w = document_type(d, token);
    return (w->roles & WORD_ENDS_NAME) || w->letters == 0;
}

size_t name_bare_count(const struct entity_finder *f,
                       const struct entity_mention *m)
{
    size_t n = m->tokens;
    while (n > 1 && is_suffix(document_of(f), m->first_token + n - 1))
        n--;
    return n;
}

/* Returns the letters of a person's initials: J., JK, J.K.; none for names.
 * BEN in a headline is a name. */
static struct letters initials_of(const struct entity_finder *f,
                                  const struct texts *t, size_t token)
{
    const struct document *d = document_of(f);
    const struct slice text = text_at(t, token);
    if (document_type(d, token)->kind == WORD_LETTER)
        return (struct letters){{(char)initial(f, text, token)}, 1};
    const struct letters l = letters_of(f, text, token);
    const bool dots = f->places[token].end - f->places[token].start > l.n;
    return dots || (l.n <= INITIALS_MAX && d->tokens[token].mode != MODE_UPPER)
               ? l
               : (struct letters){"", 0};
}

/* Whether a first name may be written as the other: the same, or its
 * initials. */
static bool first_fits(const struct entity_finder *f, const struct texts *t,
                       size_t a, size_t b)
{
    if (lowered(document_of(f), a) == lowered(document_of(f), b))
        return true;
    const struct letters x = initials_of(f, t, a), y = initials_of(f, t, b);
    if (x.n > 1 && y.n > 1)
        return same_letters(&x, &y);
    return (x.n || y.n) &&
           initial(f, text_at(t, a), a) == initial(f, text_at(t, b), b);
}

/* Whether first name a, which fits first name b, is the shorter way to write
 * it: J. for Jan, JK for J.K. */
static bool first_is_shorter(const struct entity_finder *f,
                             const struct texts *t, size_t a, size_t b)
{
    const struct letters x = initials_of(f, t, a), y = initials_of(f, t, b);
    if (x.n == 0 || y.n == 0)
        return x.n > 0 && y.n == 0;
    return x.n < y.n ||
           (x.n == y.n && f->places[a].end - f->places[a].start <
                              f->places[b].end - f->places[b].start);
}

/* Whether the shorter name a may be short for b: its last words, its first
 * word, or first and last with less between. */
static bool shortens(const struct entity_finder *f, const struct texts *t,
                     const struct entity_mention *a,
                     const struct entity_mention *b)
{
    const struct document *d = document_of(f);
    const size_t na = name_bare_count(f, a), nb = name_bare_count(f, b);
    const size_t la = a->first_token + na - 1, lb = b->first_token + nb - 1;
    if (na > nb || nb < 2 || nb > NAME_TOKENS)
        return false;
    if (na == nb) { /* J. Leike, or Jr. left out */
        const bool shorter =
            first_is_shorter(f, t, a->first_token, b->first_token);
        return na > 1 && a->tokens + shorter <= b->tokens + 1 &&
               first_fits(f, t, a->first_token, b->first_token) &&
               same_words(d, a->first_token + 1, b->first_token + 1, na - 1) &&
               (a->tokens < b->tokens || shorter);
    }
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
        const size_t bare = name_bare_count(f, m);
        if (g->class != ENTITY_ORG || g->parent != NO_GROUP ||
            bare == m->tokens)
            continue;
        const uint32_t n = name_groups_find(r, f, m->first_token, bare);
        if (n != NO_GROUP && n != i && r->groups[n].class != ENTITY_PERSON) {
            g->parent = n;
            r->groups[n].class = ENTITY_ORG;
        }
    }
}

void join_names(struct resolver *r, const struct entity_finder *f,
                const struct texts *t)
{
    ban_terms(r, f, t);
    join_acronyms(r, f, t);
    join_firms(r, f);
    join_persons(r, f, t);
}
