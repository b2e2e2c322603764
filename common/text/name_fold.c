/* Owns the form in which names and labels are compared.
 * Promises that it is the same for each way to write initials. */
#include <string.h>

#include "common/base/utf8.h"
#include "common/text/analysis.h"

/* Initials that name the same thing. */
static const struct {
    const char *from, *to;
} same_initials[] = {{"usa", "us"}};

/* Returns the initials that stand for all that name the same. */
static struct slice first_initials(struct slice s)
{
    for (size_t i = 0; i < sizeof same_initials / sizeof *same_initials; i++)
        if (slice_equal(s, slice_of(same_initials[i].from)))
            return slice_of(same_initials[i].to);
    return s;
}

bool analysis_same_initials(struct slice a, struct slice b)
{
    return slice_equal(first_initials(a), first_initials(b));
}

/* Bytes between two initials, at most: a full stop and two blanks. */
#define INITIALS_GAP 3
/* Bytes of a letter that may be an initial: letters of scripts that have them
 * take two in UTF-8. */
#define INITIAL_BYTES 2

/* A word as far as initials need it. */
struct piece {
    size_t start, end; /* bytes of the text */
    bool letter;       /* it may be an initial */
    bool small;        /* it is no capital */
};

static bool is_apostrophe(struct slice text, size_t at)
{
    return (at < text.len && text.data[at] == '\'') ||
           (at + 3 <= text.len &&
            memcmp(text.data + at, "\xE2\x80\x99", 3) == 0);
}

/* The O of O'Brien and the 4 of 4 A are no initials. */
static struct piece piece_of(struct slice text, const struct word *w)
{
    const unsigned char c = (unsigned char)w->folded.data[0];
    const bool one =
        w->folded.len == 1 || (w->folded.len == INITIAL_BYTES && c >= 0xC0);
    return (struct piece){w->start, w->end,
                          one && !(c >= '0' && c <= '9') &&
                              !is_apostrophe(text, w->end) &&
                              !(w->flags & (WORD_CJK | WORD_POSSESSIVE)),
                          w->spelling == SPELLING_LOWER};
}

/* Whether two initials go together: J.K., J. K., J K, but not `y G.` */
static bool go_together(struct slice text, const struct piece *a,
                        const struct piece *b)
{
    if (!a->letter || !b->letter || b->start - a->end > INITIALS_GAP)
        return false;
    for (size_t i = a->end; i < b->start; i++)
        if (text.data[i] != '.' && text.data[i] != ' ')
            return false;
    return text.data[a->end] == '.' || a->small == b->small;
}

/* Replaces the last word of `out`, from `start` on, by the initials that it is
 * the same as. */
static void settle_word(struct buf *out, size_t start)
{
    const struct slice word = {out->data + start, out->len - start};
    const struct slice first = first_initials(word);
    if (first.data == word.data)
        return;
    out->len = start;
    buf_append(out, first.data, first.len);
}

/* Appends the words; with `initials`, those that go together as one. */
static void fold(struct slice text, bool initials, struct buf *out)
{
    struct word_scanner s;
    struct word w;
    struct piece last = {0, 0, false, false};
    const size_t start = out->len;
    size_t word = start;
    word_scanner_init(&s, text);
    while (word_next(&s, &w) && !out->failed) {
        const struct piece p = piece_of(text, &w);
        if (out->len > start && !(initials && go_together(text, &last, &p))) {
            if (initials)
                settle_word(out, word);
            buf_append_byte(out, ' ');
            word = out->len;
        }
        buf_append(out, w.folded.data, w.folded.len);
        last = p;
    }
    if (initials && out->len > start && !out->failed)
        settle_word(out, word);
    out->failed |= s.scratch.failed;
    word_scanner_release(&s);
    if (out->len > start)
        return;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        buf_append_byte(out, (uint8_t)(c >= 'A' && c <= 'Z' ? c | 0x20 : c));
    }
}

void analysis_fold_name(struct slice text, struct buf *out)
{
    fold(text, true, out);
}

void analysis_fold_words(struct slice text, struct buf *out)
{
    fold(text, false, out);
}
