/* Owns the encoding of article streams.
 * Promises a stream that decodes to the same bytes, whatever the text is. */
#include "common/stream/stream_events.h"

#include <stdlib.h>
#include <string.h>

#include "common/stream/scdc.h"

/* What coding a word of the dictionary takes. */
struct word_code {
    uint8_t bytes[SCDC_MAX_BYTES]; /* in word planes, padded with zeros */
    uint8_t len;
    uint8_t spelling; /* the usual one */
};

/* An event that was looked up, by the bytes of its key. */
struct known_event {
    uint64_t key;  /* 0: nothing here */
    uint32_t rank; /* number in dict->events, or STRTAB_NONE */
};
#define KNOWN_EVENTS 2048u

struct stream_encoder {
    const struct lexicon *lex;
    const struct dict *dict;
    struct word_code *codes; /* one for each word of dict */
    struct known_event *known;
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
    uint8_t *plane,
        *at; /* word plane: its start, and where the next code goes */
    const struct text_word *body; /* first word of the body */
    size_t title_plane;           /* bytes of the plane in front of that */
    struct buf words, format, literals;
};

/* The codes of all words, once. */
static bool make_codes(struct stream_encoder *e)
{
    const struct dict *d = e->dict;
    e->codes = calloc((size_t)d->words.count + 1, sizeof *e->codes);
    for (uint32_t i = 0; e->codes && i < d->words.count; i++) {
        struct word_code *c = &e->codes[i];
        c->len = (uint8_t)scdc_put(dict_word_rank(d, i), d->s, c->bytes);
        c->spelling = d->display[i].spelling;
    }
    return e->codes;
}

int stream_encoder_new(struct stream_encoder **out, const struct lexicon *lex,
                       const struct dict *dict, struct nh_error *err)
{
    struct stream_encoder *e = *out = calloc(1, sizeof **out);
    if (e) {
        e->lex = lex;
        e->dict = dict;
        e->known = calloc(KNOWN_EVENTS, sizeof *e->known);
        if (e->known && make_codes(e))
            return NH_OK;
    }
    stream_encoder_free(e);
    *out = NULL;
    return error_nomem(err);
}

void stream_encoder_free(struct stream_encoder *e)
{
    if (!e)
        return;
    free(e->codes);
    free(e->known);
    free(e->locals);
    buf_release(&e->words);
    buf_release(&e->format);
    buf_release(&e->literals);
    free(e);
}

/* ---- Events. */

static void put_rank(struct buf *out, uint32_t rank, uint32_t s)
{
    if (!buf_reserve(out, SCDC_MAX_BYTES))
        return;
    const size_t n = scdc_put(rank, s, (uint8_t *)out->data + out->len);
    out->failed |= n == 0;
    out->len += n;
}

static uint32_t find_event(struct stream_encoder *e, size_t gap, unsigned class,
                           struct slice separator)
{
    char key[2 + DICT_SEPARATOR_MAX];
    if (separator.len > DICT_SEPARATOR_MAX)
        return STRTAB_NONE;
    key[0] = (char)gap;
    key[1] = (char)class;
    if (separator.len)
        memcpy(key + 2, separator.data, separator.len);
    if (separator.len > 5)
        return strtab_find(&e->dict->events, key, 2 + separator.len);
    uint64_t packed = 0;
    memcpy(&packed, key, 2 + separator.len);
    packed |= ((uint64_t)separator.len + 1) << 56; /* never 0 */
    struct known_event *k =
        &e->known[packed * UINT64_C(0x9E3779B97F4A7C15) >> 53];
    if (k->key != packed)
        *k = (struct known_event){
            packed, strtab_find(&e->dict->events, key, 2 + separator.len)};
    return k->rank;
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
    uint32_t found = whole ? STRTAB_NONE : find_event(e, gap, class, separator);
    if (found == STRTAB_NONE && gap > 0) {
        put_rank(out, (uint32_t)gap, sf);
        if (!whole)
            found = find_event(e, 0, class, separator);
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

static void put_literal(struct stream_encoder *e, const struct text_word *w,
                        struct slice spelt)
{
    const struct strtab_entry *folded = &e->lex->words.entries[w->word];
    struct slice bytes = {folded->data, folded->len};
    if (w->spelling == SPELLING_OTHER)
        bytes = spelt;
    buf_append_varint(&e->literals, bytes.len << 2 | w->spelling);
    buf_append(&e->literals, bytes.data, bytes.len);
}

/* Codes a word that the dictionary lacks; its class. */
static unsigned put_local(struct stream_encoder *e, const struct text_word *w,
                          struct slice spelt)
{
    struct local *local = &e->locals[w->word];
    bool fresh = local->stamp != e->stamp;
    if (fresh) {
        *local = (struct local){e->stamp, e->count++, w->spelling, spelt};
        put_literal(e, w, spelt);
    }
    uint32_t rank = dict_local_rank(e->dict, local->number);
    size_t n = scdc_put(rank, e->dict->s, e->at);
    if (n == 0) /* too many of them for the code */
        e->words.failed = true;
    e->at += n;
    if (fresh)
        return CLASS_USUAL;
    struct stream_usual usual = {local->spelling, local->spelt, true};
    return stream_class(&usual, w, spelt);
}

/* Codes a word; its class. */
static unsigned put_word(void *ctx, const struct text_word *w,
                         struct slice spelt)
{
    struct stream_encoder *e = ctx;
    if (w == e->body)
        e->title_plane = (size_t)(e->at - e->plane);
    if (w->code == DICT_NONE)
        return put_local(e, w, spelt);
    const struct word_code *c = &e->codes[w->code];
    memcpy(e->at, c->bytes, SCDC_MAX_BYTES);
    e->at += c->len;
    if (w->spelling == c->spelling && w->spelling != SPELLING_OTHER &&
        !(w->flags & WORD_SENTENCE))
        return CLASS_USUAL;
    const struct dict_display *show = &e->dict->display[w->code];
    struct stream_usual usual = {
        show->spelling, {show->data, show->len}, false};
    return stream_class(&usual, w, spelt);
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
    size_t start = out->len;
    e->count = 0;
    buf_reset(&e->words);
    buf_reset(&e->format);
    buf_reset(&e->literals);
    if (!next_stamp(e) ||
        !buf_reserve(&e->words, (t->count + 1) * SCDC_MAX_BYTES))
        return error_nomem(err);
    e->plane = e->at = (uint8_t *)e->words.data;
    e->body = t->words + t->title_count;
    stream_walk_events(t, put_word, put_event, e);
    e->words.len = (size_t)(e->at - e->plane);
    if (t->count == t->title_count)
        e->title_plane = e->words.len;

    put_head(t, 1, out);
    buf_append_varint(out, e->title_plane);
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
