/* Owns the joining of given and found names.
 * Promises that what was given stays as it is. */
#include "indexer/ingest/article_entities.h"

#include <string.h>

#include "common/text/analysis.h"

void article_entities_drop(struct article *a)
{
    size_t kept = 0;
    for (size_t i = 0; i < a->count; i++)
        if (!schema_fields[a->values[i].field].entity)
            a->values[kept++] = a->values[i];
    a->count = kept;
}

/* The folded words of the names that were given, each list behind its length.
 */
struct given {
    struct buf folded;
    struct given_name {
        size_t start, len;
        enum field field;
    } names[64]; /* more are not compared: they only cost a double */
    size_t count;
};

static bool take_given(struct given *g, const struct article *a)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct article_value *v = &a->values[i];
        if (!schema_fields[v->field].entity ||
            g->count == sizeof g->names / sizeof *g->names)
            continue;
        struct given_name *n = &g->names[g->count++];
        n->start = g->folded.len;
        n->field = v->field;
        analysis_fold_name(v->text, &g->folded);
        n->len = g->folded.len - n->start;
    }
    return !g->folded.failed;
}

static bool ends_with_word(struct slice name, struct slice word)
{
    return name.len > word.len && name.data[name.len - word.len - 1] == ' ' &&
           memcmp(name.data + name.len - word.len, word.data, word.len) == 0;
}

static bool is_given(const struct given *g, struct slice folded, bool person)
{
    for (size_t i = 0; i < g->count; i++) {
        const struct given_name *n = &g->names[i];
        const struct slice name = {g->folded.data + n->start, n->len};
        if (slice_equal(name, folded) || (person && n->field == FIELD_PERSON &&
                                          ends_with_word(name, folded)))
            return true;
    }
    return false;
}

/* ---- Mentions. */

/* The words of a mention; `at` is a word at or before it, and moves on. */
static struct article_mention words_of(const struct entity_mention *m,
                                       size_t title_len,
                                       const struct word_list *words,
                                       size_t *at)
{
    const size_t offset = m->in_title ? 0 : title_len + 1;
    const size_t start = m->start + offset, end = m->end + offset;
    while (*at < words->count && words->items[*at].start < start)
        (*at)++;
    size_t last = *at;
    while (last < words->count && words->items[last].end <= end)
        last++;
    return (struct article_mention){(uint32_t)*at, (uint32_t)(last - *at)};
}

/* Makes room for the mentions of each entity, in one array. */
static struct article_mention *place_mentions(struct entity_finder *f,
                                              struct article *a,
                                              const struct word_list *words,
                                              uint32_t *starts)
{
    uint32_t all = 0;
    size_t at = 0;
    for (size_t i = 0; i < f->entity_count; i++) {
        starts[i] = all;
        all += f->entities[i].mentions;
        f->entities[i].mentions = 0;
    }
    struct article_mention *m = arena_alloc(&a->arena, (all + 1) * sizeof *m);
    for (size_t i = 0; m && i < f->mention_count; i++) {
        struct entity *e = &f->entities[f->mentions[i].entity];
        const struct article_mention found =
            words_of(&f->mentions[i], a->title.len, words, &at);
        if (found.count > 0)
            m[starts[f->mentions[i].entity] + e->mentions++] = found;
    }
    return m;
}

int article_entities_add(struct entity_finder *f, struct article *a,
                         const struct word_list *words, struct nh_error *err)
{
    struct given given;
    struct buf folded = BUF_INIT;
    int rc = entity_finder_run(f, a->title, a->body, err);
    if (rc != NH_OK || f->entity_count == 0)
        return rc;
    given.count = 0;
    given.folded = (struct buf)BUF_INIT;
    uint32_t *starts = arena_alloc(&a->arena, f->entity_count * sizeof *starts);
    struct article_mention *m =
        starts ? place_mentions(f, a, words, starts) : NULL;
    bool good = m && take_given(&given, a);
    for (size_t i = 0; good && i < f->entity_count; i++) {
        const struct entity *e = &f->entities[i];
        buf_reset(&folded);
        analysis_fold_name(e->name, &folded);
        good = !folded.failed;
        if (!good || e->mentions == 0 ||
            is_given(&given, (struct slice){folded.data, folded.len},
                     e->class == ENTITY_PERSON))
            continue;
        const struct article_value value = {entity_field(e->class), e->name,
                                            m + starts[i], e->mentions, true};
        good = article_add_value(a, &value);
    }
    buf_release(&folded);
    buf_release(&given.folded);
    return good ? NH_OK : error_nomem(err);
}
