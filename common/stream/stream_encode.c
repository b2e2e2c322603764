/* Owns the encoding of article streams and the walk over format events.
 * Promises a stream that decodes to the same bytes, whatever the text is. */
#include "common/stream/stream.h"

#include <stdlib.h>
#include <string.h>

#include "common/stream/scdc.h"

struct stream_encoder {
    const struct lexicon *lex;
    const struct dict *dict;
    /* For each word of the lexicon: its number among this article's locals,
     * valid where the stamp is the article's. */
    struct local {
        uint32_t stamp, number;
        uint8_t spelling;
        struct slice spelt;
    } * locals;
    uint32_t locals_cap;
    uint32_t stamp;
    uint32_t count; /* locals of this article */
    struct slice text;
    struct buf words, format, literals;
};

int stream_encoder_new(struct stream_encoder **out, const struct lexicon *lex,
                       const struct dict *dict, struct nh_error *err)
{
    *out = calloc(1, sizeof **out);
    if (!*out)
        return error_nomem(err);
    (*out)->lex = lex;
    (*out)->dict = dict;
    return NH_OK;
}

void stream_encoder_free(struct stream_encoder *e)
{
    if (!e)
        return;
    free(e->locals);
    buf_release(&e->words);
    buf_release(&e->format);
    buf_release(&e->literals);
    free(e);
}

/* ---- Events. */

static struct slice written(const struct stream_text *t,
                            const struct text_word *w)
{
    return (struct slice){t->text.data + w->start, w->end - w->start};
}

/* Class of a word against its usual spelling. At the start of a sentence a
 * capital is expected, so that "The" and "Reagan" there share an event. */
static unsigned spelling_class(const struct stream_usual *u,
                               const struct text_word *w, struct slice spelt,
                               bool sentence)
{
    bool capital = u->spelling == SPELLING_FIRST;
    if (u->fresh)
        return CLASS_USUAL;
    /* A local first spelt in its own way has no folded form in the stream. */
    if (u->local && u->spelling == SPELLING_OTHER)
        return slice_equal(u->spelt, spelt) ? CLASS_USUAL : CLASS_EXPLICIT;
    switch ((enum word_spelling)w->spelling) {
    case SPELLING_LOWER:
        return u->spelling == SPELLING_LOWER ? CLASS_USUAL : CLASS_FOLDED;
    case SPELLING_FIRST:
        if (capital)
            return sentence ? CLASS_USUAL_FIRST : CLASS_USUAL;
        return u->spelling == SPELLING_LOWER ? CLASS_USUAL_FIRST : CLASS_FIRST;
    case SPELLING_UPPER:
        if (u->spelling == SPELLING_UPPER)
            return CLASS_USUAL;
        return CLASS_UPPER;
    case SPELLING_OTHER:
        break;
    }
    return u->spelling == SPELLING_OTHER && slice_equal(u->spelt, spelt)
               ? CLASS_USUAL
               : CLASS_EXPLICIT;
}

void stream_walk_events(const struct stream_text *t, stream_usual_fn *usual,
                        stream_event_fn *event, void *ctx)
{
    size_t pos = 0, gap = 0;
    const struct slice none = {NULL, 0};
    for (size_t i = 0; i < t->count; i++) {
        const struct text_word *w = &t->words[i];
        struct slice separator = {t->text.data + pos, w->start - pos};
        struct slice spelt = written(t, w);
        struct stream_usual u = usual(ctx, w);
        bool sentence = (w->flags & WORD_SENTENCE) != 0;
        unsigned class = spelling_class(&u, w, spelt, sentence);
        if (sentence)
            class |= CLASS_SENTENCE;
        if (w->flags & WORD_PARAGRAPH)
            class |= CLASS_PARAGRAPH;
        pos = w->end;
        if (class == CLASS_USUAL && separator.len == 1 &&
            separator.data[0] == ' ') {
            gap++;
            continue;
        }
        bool whole = (class & CLASS_SPELLING) == CLASS_EXPLICIT;
        event(ctx, gap, class, separator, whole ? spelt : none);
        gap = 0;
    }
    if (pos < t->text.len)
        event(ctx, gap, CLASS_USUAL,
              (struct slice){t->text.data + pos, t->text.len - pos}, none);
}

static void put_rank(struct buf *out, uint32_t rank, uint32_t s)
{
    uint8_t code[SCDC_MAX_BYTES];
    size_t n = scdc_put(rank, s, code);
    if (n == 0)
        out->failed = true;
    buf_append(out, code, n);
}

static uint32_t find_event(const struct dict *d, size_t gap, unsigned class,
                           struct slice separator)
{
    char key[2 + DICT_SEPARATOR_MAX];
    if (separator.len > DICT_SEPARATOR_MAX)
        return STRTAB_NONE;
    key[0] = (char)gap;
    key[1] = (char)class;
    if (separator.len)
        memcpy(key + 2, separator.data, separator.len);
    return strtab_find(&d->events, key, 2 + separator.len);
}

static void put_event(void *ctx, size_t gap, unsigned class,
                      struct slice separator, struct slice word)
{
    struct stream_encoder *e = ctx;
    struct buf *out = &e->format;
    const uint32_t sf = e->dict->sf;
    for (; gap > STREAM_SKIP_MAX; gap -= STREAM_SKIP_MAX)
        put_rank(out, STREAM_SKIP_MAX, sf);
    bool whole = (class & CLASS_SPELLING) == CLASS_EXPLICIT;
    uint32_t found =
        whole ? STRTAB_NONE : find_event(e->dict, gap, class, separator);
    if (found == STRTAB_NONE && gap > 0) {
        put_rank(out, (uint32_t)gap, sf);
        if (!whole)
            found = find_event(e->dict, 0, class, separator);
    }
    if (found != STRTAB_NONE) {
        put_rank(out, STREAM_FIRST_EVENT + found, sf);
        return;
    }
    put_rank(out, 0, sf);
    buf_append_byte(out, (uint8_t) class);
    buf_append_varint(out, separator.len);
    buf_append(out, separator.data, separator.len);
    if (whole) {
        buf_append_varint(out, word.len);
        buf_append(out, word.data, word.len);
    }
}

/* ---- Words. */

static struct stream_usual encoder_usual(void *ctx, const struct text_word *w)
{
    struct stream_encoder *e = ctx;
    uint32_t code = e->lex->info[w->word].code;
    if (code != DICT_NONE) {
        const struct dict_display *show = &e->dict->display[code];
        return (struct stream_usual){
            show->spelling, {show->data, show->len}, false, false};
    }
    struct local *local = &e->locals[w->word];
    struct slice spelt = {e->text.data + w->start, w->end - w->start};
    if (local->stamp != e->stamp) { /* first met by this walk */
        local->stamp = e->stamp;
        local->spelling = w->spelling;
        local->spelt = spelt;
        return (struct stream_usual){w->spelling, spelt, true, true};
    }
    return (struct stream_usual){local->spelling, local->spelt, true, false};
}

static void put_literal(struct stream_encoder *e, const struct text_word *w)
{
    const struct strtab_entry *folded = &e->lex->words.entries[w->word];
    struct slice bytes = {folded->data, folded->len};
    if (w->spelling == SPELLING_OTHER)
        bytes = (struct slice){e->text.data + w->start, w->end - w->start};
    buf_append_varint(&e->literals, bytes.len << 2 | w->spelling);
    buf_append(&e->literals, bytes.data, bytes.len);
}

static void put_word(struct stream_encoder *e, const struct text_word *w)
{
    uint32_t code = e->lex->info[w->word].code, rank;
    if (code != DICT_NONE) {
        rank = dict_word_rank(e->dict, code);
    } else {
        struct local *local = &e->locals[w->word];
        if (local->stamp != e->stamp) {
            local->stamp = e->stamp;
            local->number = e->count++;
            put_literal(e, w);
        }
        rank = dict_local_rank(e->dict, local->number);
    }
    put_rank(&e->words, rank, e->dict->s);
}

/* A new mark for the locals of the next pass over an article. */
static bool next_stamp(struct stream_encoder *e)
{
    if (e->lex->words.count > e->locals_cap) {
        uint32_t cap = e->lex->words.cap;
        struct local *locals = realloc(e->locals, cap * sizeof *locals);
        if (!locals)
            return false;
        memset(locals + e->locals_cap, 0,
               (cap - e->locals_cap) * sizeof *locals);
        e->locals = locals;
        e->locals_cap = cap;
    }
    if (e->stamp == UINT32_MAX) {
        memset(e->locals, 0, e->locals_cap * sizeof *e->locals);
        e->stamp = 0;
    }
    e->stamp++;
    return true;
}

static void put_head(const struct stream_text *t, unsigned kind,
                     struct buf *out)
{
    buf_append_byte(out, (uint8_t)kind);
    buf_append_varint(out, t->title_len);
    buf_append_varint(out, t->text.len);
}

int stream_encode(struct stream_encoder *e, const struct stream_text *t,
                  struct buf *out, struct nh_error *err)
{
    size_t start = out->len, title_plane = 0;
    e->count = 0;
    e->text = t->text;
    buf_reset(&e->words);
    buf_reset(&e->format);
    buf_reset(&e->literals);
    if (!next_stamp(e))
        return error_nomem(err);
    for (size_t i = 0; i < t->count; i++) {
        if (i == t->title_count)
            title_plane = e->words.len;
        put_word(e, &t->words[i]);
    }
    if (t->count == t->title_count)
        title_plane = e->words.len;
    if (!next_stamp(e))
        return error_nomem(err);
    stream_walk_events(t, encoder_usual, put_event, e);

    put_head(t, 1, out);
    buf_append_varint(out, title_plane);
    buf_append_varint(out, e->words.len);
    buf_append_varint(out, e->format.len);
    buf_append(out, e->words.data, e->words.len);
    buf_append(out, e->format.data, e->format.len);
    buf_append(out, e->literals.data, e->literals.len);
    bool coded = !e->words.failed && !e->format.failed && !e->literals.failed;
    if (!coded || out->len - start > t->text.len + 16) {
        out->len = start; /* noise: cheaper as it is */
        put_head(t, 2, out);
        buf_append(out, t->text.data, t->text.len);
    }
    return out->failed ? error_nomem(err) : NH_OK;
}
