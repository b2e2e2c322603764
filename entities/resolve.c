/* Owns the resolution of names within an article.
 * Promises to join names only where one candidate is left. */
#include "entities/resolve.h"

#include <stdlib.h>
#include <string.h>

#include "entities/join_names.h"
#include "entities/mention_spans.h"

/* Tokens of a name that is looked for where it is untagged. */
#define MISSED_TOKENS 5
/* Tokens of a text that is long enough to name its persons in full. */
#define ARTICLE_TOKENS 60

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

static unsigned lists_of(const struct document *d, size_t token)
{
    return document_type(d, token)->info.gazetteers;
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
    /* Not the mention's: that of a dateline has the state behind the city. */
    const uint32_t end = f->places[m->first_token + m->tokens - 1].end;
    if (f->entity_count == f->entity_cap) {
        struct entity *e = array_grow(f->entities, &f->entity_cap, sizeof *e);
        if (!e)
            return false;
        f->entities = e;
    }
    /* Slices are set when the buffer no longer moves. */
    f->entities[f->entity_count++] =
        (struct entity){(enum entity_class)g->class, {NULL, end - m->start}, 0};
    g->entity = (uint32_t)f->entity_count;
    buf_append(&f->names, text.data + m->start, end - m->start);
    return !f->names.failed;
}

/* Lists whose names are rather of that class than a person's only name. */
#define RATHER_ORG (GAZ_ORG | GAZ_COMPANY)
#define RATHER_PLACE (GAZ_COUNTRY | GAZ_LARGE_CITY)

/* Whether a person's only name, or what stands around it, speaks for a person.
 */
static bool speaks_for_person(const struct document *d,
                              const struct entity_mention *m)
{
    const size_t i = m->first_token;
    const unsigned lists = lists_of(d, i);
    return ((lists & (GAZ_FIRST_NAME | GAZ_LAST_NAME)) &&
            !(lists & (RATHER_ORG | RATHER_PLACE | GAZ_THING))) ||
           (i > 0 && (document_type(d, i - 1)->roles & WORD_TITLE)) ||
           (i + 1 < d->count && (document_type(d, i + 1)->roles & WORD_SPEAKS));
}

/* News names a person in full once. Who has one word for a name, which is in no
 * list of names of persons, without a title and without a word to say, is a
 * firm, a place or a thing. */
static void drop_doubtful(struct resolver *r, const struct entity_finder *f)
{
    const struct document *d = document_of(f);
    if (d->count < ARTICLE_TOKENS)
        return;
    for (size_t i = 0; i < r->count; i++)
        r->groups[i].sure = 0;
    for (size_t i = 0; i < f->mention_count; i++) {
        const struct entity_mention *m = &f->mentions[i];
        struct group *g = &r->groups[root_of(r, r->group_of[i])];
        g->sure |= m->tokens > 1 || speaks_for_person(d, m);
    }
    for (size_t i = 0; i < r->count; i++) {
        struct group *g = &r->groups[i];
        const unsigned lists = lists_of(d, first_of(f, g)->first_token);
        if (g->class == ENTITY_PERSON && g->parent == NO_GROUP && !g->sure)
            g->class = lists & RATHER_ORG     ? ENTITY_ORG
                       : lists & RATHER_PLACE ? ENTITY_PLACE
                                              : ENTITY_MISC;
    }
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
    const struct doc_token *t = &d->tokens[token];
    return kind_is_capital(t->kind) && t->letters > 1 &&
           !document_has_small(d, token);
}

/* Notes words that stand for names: last names of persons, and names of one
 * word. */
static void mark_tails(struct resolver *r, const struct entity_finder *f)
{
    const struct document *d = document_of(f);
    for (size_t i = 0; i < r->count; i++) {
        const struct group *g = &r->groups[i];
        const struct entity_mention *m = first_of(f, g);
        if (g->class == ENTITY_MISC)
            continue;
        if (m->tokens > 1)
            tail_of(r, lowered(d, m->first_token))->begins = 1;
        if (g->class != ENTITY_PERSON && m->tokens > 1)
            continue;
        const size_t last = m->first_token + name_bare_count(f, m) - 1;
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

static bool add_mention(struct entity_finder *f, const struct texts *t,
                        size_t token, size_t tokens, uint8_t class,
                        size_t *total)
{
    if (*total == f->mention_cap) {
        struct entity_mention *m =
            array_grow(f->mentions, &f->mention_cap, sizeof *m);
        if (!m)
            return false;
        f->mentions = m;
    }
    f->mentions[(*total)++] =
        (struct entity_mention){.start = f->places[token].start,
                                .end = f->places[token + tokens - 1].end,
                                .in_title = token < t->titles,
                                .first_token = (uint32_t)token,
                                .tokens = (uint32_t)tokens,
                                .class = class};
    return true;
}

/* Tokens of a name that is known from elsewhere and stands untagged before
 * `end`; 0 if there is none. */
static size_t missed_name(struct resolver *r, const struct entity_finder *f,
                          size_t token, size_t end, uint8_t *class)
{
    const struct document *d = document_of(f);
    size_t most = 1;
    if (!kind_is_capital(d->tokens[token].kind) ||
        !tail_of(r, lowered(d, token))->begins)
        return 0;
    while (most < MISSED_TOKENS && token + most < end &&
           !d->tokens[token + most].first)
        most++;
    for (; most > 1; most--) {
        const uint32_t n = name_groups_find(r, f, token, most);
        if (n == NO_GROUP || r->groups[n].class == ENTITY_MISC ||
            !word_is_capital(document_type(d, token + most - 1)))
            continue;
        *class = r->groups[n].class;
        return most;
    }
    return 0;
}

/* Adds mentions where a word that was marked, or a whole name, stands untagged,
 * at the end. */
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
        if (next < count && i >= f->mentions[next].first_token)
            continue;
        uint8_t class;
        const size_t end = next < count    ? f->mentions[next].first_token
                           : i < t->titles ? t->titles
                                           : d->count;
        const size_t name = missed_name(r, f, i, end, &class);
        if (name) {
            if (!add_mention(f, t, i, name, class, &total))
                return false;
            i += name - 1;
            continue;
        }
        if (!is_free_name(d, i) || tail_of(r, lowered(d, i))->group == NO_GROUP)
            continue;
        const bool alone =
            d->tokens[i].mode == MODE_UPPER ||
            d->tokens[i].mode == MODE_TITLE ||
            ((i == 0 || d->tokens[i].first || !is_free_name(d, i - 1)) &&
             (i + 1 == d->count || d->tokens[i + 1].first ||
              !word_is_capital(document_type(d, i + 1))));
        if (!alone)
            continue;
        const struct group *g = &r->groups[tail_of(r, lowered(d, i))->group];
        if (!add_mention(f, t, i, 1, g->class, &total))
            return false;
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
    mention_spans_settle(f, body);
    if (!name_groups_reset(r, f) || !name_groups_make(r, f))
        return false;
    mark_tails(r, f);
    drop_other_names(r, f);
    if (!add_missed(r, f, &t))
        return false;
    if (f->mention_count > 1)
        qsort(f->mentions, f->mention_count, sizeof *f->mentions, by_token);
    if (!name_groups_reset(r, f) || !name_groups_make(r, f))
        return false;
    join_names(r, f, &t);
    drop_doubtful(r, f);
    return make_entities(r, f, &t);
}
