/* Owns the extent of mentions.
 * Promises that mentions stay in order and apart. */
#include "entities/mention_spans.h"

#include <string.h>

static size_t end_of(const struct entity_mention *m)
{
    return m->first_token + m->tokens;
}

static void set_span(struct entity_finder *f, struct entity_mention *m,
                     size_t first, size_t end)
{
    m->first_token = (uint32_t)first;
    m->tokens = (uint32_t)(end - first);
    m->start = f->places[first].start;
    m->end = f->places[end - 1].end;
}

/* Where the texts end that a token is in: a name does not go beyond. */
static size_t text_end(const struct entity_finder *f, size_t token)
{
    return token < f->title_tokens ? f->title_tokens : document_of(f)->count;
}

/* ---- Particles. */

/* Particles that stand side by side, at most: de la, van de der. */
#define PARTICLES_MAX 3

static bool is_particle(const struct document *d, size_t token)
{
    return (d->tokens[token].roles & WORD_LEADS) != 0;
}

static bool is_capital(const struct document *d, size_t token)
{
    return kind_is_capital(d->tokens[token].kind);
}

/* Returns the end of the particles at `token`, in the same sentence and before
 * `limit`. */
static size_t particles_end(const struct document *d, size_t token,
                            size_t limit)
{
    size_t k = token;
    while (k < limit && k - token < PARTICLES_MAX && is_particle(d, k) &&
           !d->tokens[k].first)
        k++;
    return k;
}

/* Returns the end of person `m` with the particles behind it and the name
 * behind those, which a mention `next` (or NULL) may be; m's end if nothing
 * belongs to it. */
static size_t particles_behind(const struct entity_finder *f,
                               const struct entity_mention *m,
                               const struct entity_mention *next)
{
    const struct document *d = document_of(f);
    const size_t end = end_of(m), limit = text_end(f, m->first_token);
    const size_t name = particles_end(d, end, limit);
    const bool open = m->tokens > 1 && is_particle(d, end - 1) &&
                      is_capital(d, end - 1); /* Pieter Van */
    if ((name == end && !open) || name == limit || d->tokens[name].first ||
        !is_capital(d, name))
        return end;
    if (!next || next->first_token > name)
        return name + 1;
    if (next->first_token < end || (!open && next->class == ENTITY_ORG))
        return end;
    return end_of(next);
}

/* Returns the first token of person `m` with the particles before it that are
 * in no mention, which end at `from`: the first has a capital (Van der Merwe).
 */
static size_t particles_before(const struct entity_finder *f,
                               const struct entity_mention *m, size_t from)
{
    const struct document *d = document_of(f);
    size_t first = m->first_token, k = first;
    if (d->tokens[k].mode != MODE_NORMAL)
        return first;
    while (k > from && first - k < PARTICLES_MAX && !d->tokens[k].first &&
           is_particle(d, k - 1) &&
           (k - 1 < f->title_tokens) == (first < f->title_tokens))
        k--;
    while (k < first && !is_capital(d, k))
        k++;
    return k;
}

static void join_particles(struct entity_finder *f)
{
    size_t kept = 0;
    for (size_t i = 0; i < f->mention_count; i++) {
        struct entity_mention m = f->mentions[i];
        const size_t from = kept ? end_of(&f->mentions[kept - 1]) : 0;
        if (m.first_token < from)
            continue; /* part of the name before */
        if (m.class == ENTITY_PERSON) {
            const struct entity_mention *next =
                i + 1 < f->mention_count ? &f->mentions[i + 1] : NULL;
            const size_t first = particles_before(f, &m, from);
            set_span(f, &m, first, particles_behind(f, &m, next));
        }
        f->mentions[kept++] = m;
    }
    f->mention_count = kept;
}

/* ---- Datelines. */

/* Tokens from the start of a text in which a dateline stands: a headline, an
 * author and the like may stand before it. */
#define DATELINE_WITHIN 60
/* Tokens between the place and the dash: an agency in brackets, a day. */
#define DATELINE_REST 8

static char sign_at(const struct entity_finder *f, struct slice body,
                    size_t token)
{
    const struct entity_token *p = &f->places[token];
    const struct slice text = {body.data + p->start, p->end - p->start};
    if (text.len == 3 && memcmp(text.data, "\xE2\x80", 2) == 0 &&
        (text.data[2] == '\x93' || text.data[2] == '\x94'))
        return '-';
    return text.len == 1 || (text.len == 2 && memcmp(text.data, "--", 2) == 0)
               ? text.data[0]
               : 0;
}

/* Whether a dateline's dash, or its brackets, come behind token `at`. */
static bool ends_dateline(const struct entity_finder *f, struct slice body,
                          size_t at)
{
    const struct document *d = document_of(f);
    for (size_t k = at; k < d->count && k < at + DATELINE_REST; k++) {
        const char sign = sign_at(f, body, k);
        if (d->tokens[k].first)
            return false;
        if (sign == '-' || (sign == '(' && k == at))
            return true;
        if (sign == '.')
            return false;
    }
    return false;
}

/* In `PORTLAND, Ore. (AP) -` the state goes with the city: one place. */
static void join_dateline(struct entity_finder *f, struct slice body)
{
    const struct document *d = document_of(f);
    const size_t limit = f->title_tokens + DATELINE_WITHIN;
    for (size_t i = 0; i + 1 < f->mention_count; i++) {
        struct entity_mention *m = &f->mentions[i], *state = m + 1;
        const size_t end = end_of(m);
        if (m->first_token >= limit)
            return;
        if (m->first_token < f->title_tokens || m->class != ENTITY_PLACE ||
            state->class != ENTITY_PLACE || !d->tokens[m->first_token].first ||
            state->first_token != end + 1 || sign_at(f, body, end) != ',' ||
            !ends_dateline(f, body, end_of(state)))
            continue;
        m->end = state->end; /* its tokens stay those of the city */
        f->mention_count--;
        memmove(state, state + 1,
                (f->mention_count - i - 1) * sizeof *f->mentions);
        return;
    }
}

/* ---- Titles and signs. */

/* Whether the first token of a person is what the sentence begins with, not the
 * name: a first name comes behind it ("Defenseman Jonas Brodin"), or it is a
 * word that is written small elsewhere ("Yesterday Mohamed"). */
static bool leads_to_name(const struct document *d,
                          const struct entity_mention *m)
{
    const size_t i = m->first_token;
    const struct model_word *w = &document_type(d, i)->info;
    if (!d->tokens[i].first || d->tokens[i].mode != MODE_NORMAL ||
        (w->gazetteers & GAZ_FIRST_NAME))
        return false;
    return (m->tokens > 2 &&
            (document_type(d, i + 1)->info.gazetteers & GAZ_FIRST_NAME) &&
            !(w->gazetteers & GAZ_LAST_NAME)) ||
           (w->cased >= 1 && w->cased <= 2);
}

/* Takes titles off persons, and 's off everything. False: nothing is left. */
static bool trim(struct entity_finder *f, struct entity_mention *m)
{
    const struct document *d = document_of(f);
    while (m->class == ENTITY_PERSON && m->tokens > 1 &&
           ((document_type(d, m->first_token)->roles & WORD_TITLE) ||
            leads_to_name(d, m))) {
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

void mention_spans_settle(struct entity_finder *f, struct slice body)
{
    size_t kept = 0;
    join_particles(f);
    for (size_t i = 0; i < f->mention_count; i++)
        if (trim(f, &f->mentions[i]))
            f->mentions[kept++] = f->mentions[i];
    f->mention_count = kept;
    join_dateline(f, body);
}
