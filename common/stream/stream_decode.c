/* Owns the decoding of article streams.
 * Promises to stay inside the given bytes and the stated lengths, whatever the
 * stream holds, and to report what no encoder writes. */
#include "common/stream/stream.h"

#include <stdlib.h>
#include <string.h>

#include "common/stream/scdc.h"

void stream_decoded_release(struct stream_decoded *d)
{
    if (!d)
        return;
    buf_release(&d->text);
    arena_release(&d->arena);
    free(d->words);
    free(d->locals);
    free(d->local_spellings);
    memset(d, 0, sizeof *d);
}

struct slice stream_title(const struct stream_decoded *d)
{
    return (struct slice){d->text.data, d->title_len};
}

struct slice stream_body(const struct stream_decoded *d)
{
    size_t start = d->title_len + 1;
    return (struct slice){d->text.data + start, d->text.len - start};
}

bool stream_split(struct slice stream, struct stream_parts *parts)
{
    const uint8_t *p = (const uint8_t *)stream.data, *end = p + stream.len;
    uint64_t title, text, plane_title, plane, format;
    memset(parts, 0, sizeof *parts);
    if (stream.len == 0)
        return false;
    unsigned kind = *p++;
    if ((kind != 1 && kind != 2) || !varint_read(&p, end, &title) ||
        !varint_read(&p, end, &text) || text == 0 || text > STREAM_TEXT_MAX ||
        title >= text)
        return false;
    parts->stored = kind == 2;
    parts->title_len = (size_t)title;
    parts->text_len = (size_t)text;
    if (parts->stored) {
        parts->text = (struct slice){(const char *)p, (size_t)(end - p)};
        return parts->text.len == text;
    }
    if (!varint_read(&p, end, &plane_title) || !varint_read(&p, end, &plane) ||
        !varint_read(&p, end, &format))
        return false;
    size_t left = (size_t)(end - p);
    if (plane > left || plane_title > plane || format > left - plane)
        return false;
    const char *at = (const char *)p;
    parts->title_plane = (struct slice){at, (size_t)plane_title};
    parts->body_plane =
        (struct slice){at + plane_title, (size_t)(plane - plane_title)};
    parts->format = (struct slice){at + plane, (size_t)format};
    parts->literals = (struct slice){at + plane + format,
                                     left - (size_t)plane - (size_t)format};
    return true;
}

/* State of the format plane: what comes before the next word that is not as
 * usual. */
struct format_reader {
    const struct dict *dict;
    const uint8_t *p, *end;
    uint64_t gap; /* usual words still to come */
    bool pending; /* an event follows the gap */
    unsigned class;
    struct slice separator, word;
};

static bool read_slice(struct format_reader *f, struct slice *out)
{
    uint64_t len;
    if (!varint_read(&f->p, f->end, &len) || len > (size_t)(f->end - f->p))
        return false;
    *out = (struct slice){(const char *)f->p, (size_t)len};
    f->p += len;
    return true;
}

/* Reads up to the next event; no event at the plane's end. */
static bool next_event(struct format_reader *f)
{
    f->pending = false;
    f->gap = 0;
    f->word = (struct slice){NULL, 0};
    while (f->p < f->end && !f->pending) {
        uint32_t rank;
        if (!scdc_get(&f->p, f->end, f->dict->sf, &rank))
            return false;
        if (rank >= STREAM_FIRST_EVENT) {
            uint32_t n = rank - STREAM_FIRST_EVENT;
            if (n >= f->dict->events.count)
                return false;
            const struct strtab_entry *e = &f->dict->events.entries[n];
            f->gap += (uint8_t)e->data[0];
            f->class = (uint8_t)e->data[1];
            f->separator = (struct slice){e->data + 2, e->len - 2};
            f->pending = true;
        } else if (rank > 0) {
            f->gap += rank;
        } else {
            if (f->p == f->end)
                return false;
            f->class = *f->p++;
            if (!read_slice(f, &f->separator))
                return false;
            if ((f->class & CLASS_SPELLING) == CLASS_EXPLICIT &&
                (!read_slice(f, &f->word) || f->word.len == 0))
                return false;
            f->pending = true;
        }
        if (f->pending && f->class > CLASS_MAX)
            return false;
    }
    return true;
}

static bool push_local(struct stream_decoded *d, struct slice local,
                       uint8_t spelling)
{
    if (d->locals_count == d->locals_cap) {
        size_t cap = d->locals_cap ? d->locals_cap * 2 : 64;
        struct slice *locals = realloc(d->locals, cap * sizeof *locals);
        if (locals)
            d->locals = locals;
        uint8_t *spellings = realloc(d->local_spellings, cap);
        if (spellings)
            d->local_spellings = spellings;
        if (!locals || !spellings) {
            d->text.failed = true;
            return false;
        }
        d->locals_cap = cap;
    }
    d->locals[d->locals_count] = local;
    d->local_spellings[d->locals_count++] = spelling;
    return true;
}

static bool read_literals(struct stream_decoded *d, struct slice area)
{
    const uint8_t *p = (const uint8_t *)area.data, *end = p + area.len;
    d->locals_count = 0;
    while (p < end) {
        uint64_t head;
        if (!varint_read(&p, end, &head) || head >> 2 == 0 ||
            head >> 2 > (uint64_t)(end - p) ||
            !push_local(d, (struct slice){(const char *)p, (size_t)(head >> 2)},
                        head & 3))
            return false;
        p += head >> 2;
    }
    return true;
}

/* Everything a word is written from. */
struct word_source {
    struct slice folded; /* as stored where the spelling is OTHER */
    struct slice usual;  /* usual spelling, before `spelling` is applied */
    uint8_t spelling;    /* still to be applied to `usual` */
    uint32_t code;
};

/* The code of what a rank stands for; false if that is nothing. */
static inline bool lookup_code(const struct stream_decoded *d,
                               const struct dict *dict, uint32_t rank,
                               uint32_t *code)
{
    const uint32_t base = dict_base(dict);
    if (rank < dict->s ||
        (rank >= dict->s + DICT_LOCALS && rank < base + DICT_LOCALS)) {
        *code = rank < dict->s ? rank : rank - DICT_LOCALS;
        return *code < dict->words.count;
    }
    const uint32_t local =
        rank < dict->s + DICT_LOCALS ? rank - dict->s : rank - base;
    *code = dict->words.count + local;
    return local < d->locals_count;
}

static bool lookup_word(const struct stream_decoded *d, const struct dict *dict,
                        uint32_t rank, struct word_source *w)
{
    if (!lookup_code(d, dict, rank, &w->code))
        return false;
    if (w->code < dict->words.count) {
        const struct strtab_entry *e = &dict->words.entries[w->code];
        const struct dict_display *show = &dict->display[w->code];
        w->folded = (struct slice){e->data, e->len};
        w->usual = (struct slice){show->data, show->len};
        w->spelling = SPELLING_LOWER;
        return true;
    }
    const uint32_t local = w->code - dict->words.count;
    w->folded = w->usual = d->locals[local];
    w->spelling = d->local_spellings[local];
    return true;
}

static void capitals(char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] >= 'a' && p[i] <= 'z')
            p[i] = (char)(p[i] & ~0x20);
}

static bool append_word(struct buf *out, const struct word_source *w,
                        unsigned class, struct slice explicit)
{
    size_t start = out->len;
    class &= CLASS_SPELLING;
    bool usual = class == CLASS_USUAL || class == CLASS_USUAL_FIRST;
    struct slice from = usual                     ? w->usual
                        : class == CLASS_EXPLICIT ? explicit
                                                  : w->folded;
    if (class > CLASS_FIRST || from.len == 0)
        return false;
    buf_append(out, from.data, from.len);
    if (out->failed)
        return false;
    if (class == CLASS_UPPER || (usual && w->spelling == SPELLING_UPPER))
        capitals(out->data + start, from.len);
    else if (class == CLASS_USUAL_FIRST || class == CLASS_FIRST ||
             (usual && w->spelling == SPELLING_FIRST))
        capitals(out->data + start, 1);
    return true;
}

/* Room for so many more words. */
static bool reserve_words(struct stream_decoded *d, size_t more)
{
    struct stream_word *words =
        array_reserve(d->words, &d->cap, d->count + more, sizeof *words);
    if (words)
        d->words = words;
    d->text.failed |= !words;
    return words != NULL;
}

static bool push_word(struct stream_decoded *d, struct stream_word word)
{
    if (!reserve_words(d, 1))
        return false;
    d->words[d->count++] = word;
    return true;
}

static bool decode_word(struct stream_decoded *d, struct format_reader *f,
                        uint32_t rank)
{
    struct word_source w;
    unsigned class = CLASS_USUAL;
    if (!lookup_word(d, f->dict, rank, &w))
        return false;
    if (f->pending && f->gap == 0) {
        class = f->class;
        buf_append(&d->text, f->separator.data, f->separator.len);
    } else {
        buf_append_byte(&d->text, ' ');
    }
    struct stream_word word = {(uint32_t)d->text.len, 0, w.code, 0};
    if (!append_word(&d->text, &w, class, f->word))
        return false;
    word.end = (uint32_t)d->text.len;
    if (class & CLASS_SENTENCE)
        word.flags |= WORD_SENTENCE;
    if (class & CLASS_PARAGRAPH)
        word.flags |= WORD_PARAGRAPH;
    if (!push_word(d, word))
        return false;
    if (f->pending && f->gap == 0)
        return next_event(f);
    if (f->gap > 0)
        f->gap--;
    return true;
}

static bool decode_planes(struct stream_decoded *d, const struct dict *dict,
                          const struct stream_parts *parts)
{
    const uint8_t *p = (const uint8_t *)parts->title_plane.data;
    const uint8_t *body = p + parts->title_plane.len;
    const uint8_t *end = body + parts->body_plane.len;
    const uint8_t *fp = (const uint8_t *)parts->format.data;
    struct format_reader f = {
        .dict = dict, .p = fp, .end = fp + parts->format.len};
    if (!read_literals(d, parts->literals) || !next_event(&f))
        return false;
    while (p < end) {
        uint32_t rank;
        if (p == body)
            d->title_count = d->count;
        if (!scdc_get(&p, end, dict->s, &rank) || !decode_word(d, &f, rank) ||
            d->text.len > parts->text_len)
            return false;
    }
    if (body == end)
        d->title_count = d->count;
    if (f.pending) {
        if (f.gap > 0)
            return false;
        buf_append(&d->text, f.separator.data, f.separator.len);
    }
    return f.p == f.end && d->text.len == parts->text_len;
}

int stream_decode(const struct dict *dict, struct slice stream,
                  struct stream_decoded *out, struct nh_error *err)
{
    struct stream_parts parts;
    bool good = stream_split(stream, &parts);
    buf_reset(&out->text);
    arena_reset(&out->arena);
    out->count = out->title_count = out->locals_count = 0;
    if (good && buf_reserve(&out->text, parts.text_len + DICT_WORD_MAX)) {
        out->title_len = parts.title_len;
        if (parts.stored)
            buf_append(&out->text, parts.text.data, parts.text.len);
        else
            good = decode_planes(out, dict, &parts);
    }
    if (out->text.failed)
        return error_nomem(err);
    if (!good || out->text.data[out->title_len] != '\n')
        return error_set(err, NH_ECORRUPT, "an article stream is damaged");
    return NH_OK;
}

/* ---- Words without their text. */

/* Folds the locals that are stored as they were spelt. */
static bool fold_locals(struct stream_decoded *d)
{
    for (size_t i = 0; i < d->locals_count; i++) {
        struct word_scanner s;
        struct word w;
        if (d->local_spellings[i] != SPELLING_OTHER)
            continue;
        char *copy = NULL;
        size_t len = 0;
        word_scanner_init(&s, d->locals[i]);
        const bool found = word_next(&s, &w);
        if (found) {
            len = w.folded.len;
            copy = arena_copy(&d->arena, w.folded.data, len);
        }
        d->text.failed |= s.scratch.failed || (found && !copy);
        word_scanner_release(&s);
        if (!copy)
            return false;
        d->locals[i] = (struct slice){copy, len};
    }
    return true;
}

static bool read_codes(struct stream_decoded *d, const struct dict *dict,
                       const struct stream_parts *parts)
{
    const uint8_t *p = (const uint8_t *)parts->title_plane.data;
    const uint8_t *body = p + parts->title_plane.len;
    const uint8_t *end = body + parts->body_plane.len;
    uint32_t rank, code;
    if (!reserve_words(d, (size_t)(end - p))) /* a word has a byte at least */
        return false;
    while (p < end) {
        if (p == body)
            d->title_count = d->count;
        if (!scdc_get(&p, end, dict->s, &rank) ||
            !lookup_code(d, dict, rank, &code))
            return false;
        d->words[d->count++] = (struct stream_word){0, 0, code, 0};
    }
    if (body == end)
        d->title_count = d->count;
    return true;
}

static bool read_flags(struct stream_decoded *d, const struct dict *dict,
                       const struct stream_parts *parts)
{
    const uint8_t *p = (const uint8_t *)parts->format.data;
    struct format_reader f = {
        .dict = dict, .p = p, .end = p + parts->format.len};
    for (uint64_t at = 0; next_event(&f); at++) {
        if (!f.pending)
            return f.p == f.end;
        at += f.gap;
        if (at >= d->count) /* the separator behind the last word */
            return at == d->count && f.p == f.end;
        if (f.class & CLASS_SENTENCE)
            d->words[at].flags |= WORD_SENTENCE;
        if (f.class & CLASS_PARAGRAPH)
            d->words[at].flags |= WORD_PARAGRAPH;
    }
    return false;
}

/* Scans the words of a stored text's title or body. */
static bool scan_words(struct stream_decoded *d, const struct dict *dict,
                       struct slice text)
{
    struct word_scanner s;
    struct word w;
    bool good = true;
    word_scanner_init(&s, text);
    while (good && word_next(&s, &w)) {
        char *copy = arena_copy(&d->arena, w.folded.data, w.folded.len);
        uint32_t code = dict->words.count + (uint32_t)d->locals_count;
        good =
            copy &&
            push_local(d, (struct slice){copy, w.folded.len}, SPELLING_LOWER) &&
            push_word(
                d, (struct stream_word){
                       0, 0, code, w.flags & (WORD_SENTENCE | WORD_PARAGRAPH)});
    }
    good = good && !s.scratch.failed;
    word_scanner_release(&s);
    if (!good)
        d->text.failed = true;
    return good;
}

static bool scan_stored(struct stream_decoded *d, const struct dict *dict,
                        const struct stream_parts *parts)
{
    const size_t body = parts->title_len + 1;
    if (!scan_words(d, dict,
                    (struct slice){parts->text.data, parts->title_len}))
        return false;
    d->title_count = d->count;
    return scan_words(
        d, dict,
        (struct slice){parts->text.data + body, parts->text.len - body});
}

int stream_words(const struct dict *dict, struct slice stream, bool flags,
                 struct stream_decoded *out, struct nh_error *err)
{
    struct stream_parts parts;
    buf_reset(&out->text);
    arena_reset(&out->arena);
    out->count = out->title_count = out->locals_count = 0;
    bool good = stream_split(stream, &parts);
    if (good && parts.stored)
        good = scan_stored(out, dict, &parts);
    else if (good)
        good = read_literals(out, parts.literals) && fold_locals(out) &&
               read_codes(out, dict, &parts) &&
               (!flags || read_flags(out, dict, &parts));
    if (out->text.failed)
        return error_nomem(err);
    return good ? NH_OK
                : error_set(err, NH_ECORRUPT, "an article stream is damaged");
}
