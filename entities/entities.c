/* Owns the way from a text to its entities. Promises linear time. */
#include "entities/entities.h"

#include <stdlib.h>
#include <string.h>

#include "entities/resolve.h"
#include "entities/tokens.h"

enum field entity_field(enum entity_class class)
{
    return class == ENTITY_PERSON ? FIELD_PERSON
           : class == ENTITY_ORG  ? FIELD_ORG
                                  : FIELD_PLACE;
}

int entity_finder_new(struct entity_finder **out,
                      const struct entity_model *model, struct nh_error *err)
{
    struct entity_finder *f = calloc(1, sizeof *f);
    *out = f;
    if (f && tagger_new(&f->tagger, model) && (f->resolver = resolver_new()))
        return NH_OK;
    entity_finder_free(f);
    *out = NULL;
    return error_nomem(err);
}

void entity_finder_free(struct entity_finder *f)
{
    if (!f)
        return;
    tagger_free(f->tagger);
    resolver_free(f->resolver);
    free(f->mentions);
    free(f->entities);
    free(f->places);
    buf_release(&f->names);
    free(f);
}

static bool reserve_places(struct entity_finder *f, size_t count)
{
    struct entity_token *p =
        array_reserve(f->places, &f->place_cap, count, sizeof *p);
    if (p)
        f->places = p;
    return p != NULL;
}

/* Appends the tokens of a text to the document. */
static bool add_text(struct entity_finder *f, struct slice text)
{
    struct document *d = tagger_document(f->tagger);
    struct doc_source chunk[DOCUMENT_CHUNK];
    struct token_scanner s;
    struct token t;
    bool first = true, more = true;
    token_scanner_init(&s, text);
    while (more && d->count < DOCUMENT_TOKENS_MAX) {
        size_t n = 0;
        if (!reserve_places(f, d->count + DOCUMENT_CHUNK))
            return false;
        for (; n < DOCUMENT_CHUNK && (more = token_next(&s, &t));
             n++, first = false) {
            f->places[d->count + n] = (struct entity_token){t.start, t.end};
            chunk[n].text =
                (struct slice){text.data + t.start, t.end - t.start};
            chunk[n].first = t.first || first;
        }
        if (!document_add(d, chunk, n))
            return false;
    }
    return true;
}

/* Tokens that are looked at, the fewest to judge by, and the percentage of
 * function words below which a text is taken for another language: news in
 * English have about 30, tables and lists in English 5 and more. */
#define ENGLISH_SAMPLE 4000
#define ENGLISH_LEAST 30
#define ENGLISH_PERCENT 5

static bool is_english(const struct document *d)
{
    size_t words = 0, known = 0;
    for (size_t i = 0; i < d->count && i < ENGLISH_SAMPLE; i++) {
        if (d->tokens[i].letters < 2)
            continue;
        words++;
        known += (d->tokens[i].roles & WORD_ENGLISH) != 0;
    }
    return words < ENGLISH_LEAST || known * 100 >= words * ENGLISH_PERCENT;
}

static bool add_mention(struct entity_finder *f, size_t first, size_t end,
                        enum entity_class class)
{
    if (f->mention_count == f->mention_cap) {
        struct entity_mention *m =
            array_grow(f->mentions, &f->mention_cap, sizeof *m);
        if (!m)
            return false;
        f->mentions = m;
    }
    f->mentions[f->mention_count++] =
        (struct entity_mention){.start = f->places[first].start,
                                .end = f->places[end - 1].end,
                                .in_title = first < f->title_tokens,
                                .first_token = (uint32_t)first,
                                .tokens = (uint32_t)(end - first),
                                .class = (uint8_t) class};
    return true;
}

/* Makes mentions of labels. A name does not reach from the title into the body.
 */
static bool take_mentions(struct entity_finder *f, const uint8_t *labels)
{
    const struct document *d = tagger_document(f->tagger);
    for (size_t i = 0, end; i < d->count; i = end) {
        end = i + 1;
        if (labels[i] == LABEL_NONE)
            continue;
        while (end < d->count && end != f->title_tokens &&
               !label_ends(labels[end - 1]))
            end++;
        if (!add_mention(f, i, end, label_class(labels[i])))
            return false;
    }
    return true;
}

int entity_finder_run(struct entity_finder *f, struct slice title,
                      struct slice body, struct nh_error *err)
{
    struct document *d = tagger_document(f->tagger);
    f->mention_count = f->entity_count = 0;
    buf_reset(&f->names);
    document_reset(d);
    bool good = add_text(f, title);
    f->title_tokens = d->count;
    good = good && add_text(f, body);
    if (good && !is_english(d))
        return NH_OK;
    const uint8_t *labels = good ? tagger_run(f->tagger) : NULL;
    good = labels && take_mentions(f, labels) &&
           resolve(f->resolver, f, title, body);
    return good ? NH_OK : error_nomem(err);
}
