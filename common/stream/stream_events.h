/* The walk over the format events of a text, which the encoder writes and
 * training counts. In a header, so that each has a loop of its own. */
#ifndef COMMON_STREAM_STREAM_EVENTS_H
#define COMMON_STREAM_STREAM_EVENTS_H

#include "common/stream/stream.h"

/* How a word is usually spelt. */
struct stream_usual {
    uint8_t spelling;
    struct slice spelt; /* where spelling is OTHER */
    bool local;         /* not a word of the dictionary */
};

/* Class of a word (of CLASS_SPELLING) against its usual spelling. At the start
 * of a sentence a capital is expected, so that "The" and "Reagan" there share
 * an event. */
static inline unsigned stream_class(const struct stream_usual *u,
                                    const struct text_word *w,
                                    struct slice spelt)
{
    bool capital = u->spelling == SPELLING_FIRST;
    /* A local first spelt in its own way has no folded form in the stream. */
    if (u->local && u->spelling == SPELLING_OTHER)
        return slice_equal(u->spelt, spelt) ? CLASS_USUAL : CLASS_EXPLICIT;
    switch ((enum word_spelling)w->spelling) {
    case SPELLING_LOWER:
        return u->spelling == SPELLING_LOWER ? CLASS_USUAL : CLASS_FOLDED;
    case SPELLING_FIRST:
        if (capital)
            return w->flags & WORD_SENTENCE ? CLASS_USUAL_FIRST : CLASS_USUAL;
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

/* Gives the class of each word in turn. */
typedef unsigned stream_class_fn(void *ctx, const struct text_word *w,
                                 struct slice spelt);
/* Takes an event: the words as usual before it, its class, its separator, and
 * the word as written for CLASS_EXPLICIT. */
typedef void stream_event_fn(void *ctx, size_t gap, unsigned class,
                             struct slice separator, struct slice word);

/* Calls `event` for each event of the text, in order. The last call may be for
 * the separator behind the last word. */
static inline void stream_walk_events(const struct stream_text *t,
                                      stream_class_fn *class_of,
                                      stream_event_fn *event, void *ctx)
{
    const char *text = t->text.data;
    const struct slice none = {NULL, 0};
    size_t pos = 0, gap = 0;
    for (size_t i = 0; i < t->count; i++) {
        const struct text_word *w = &t->words[i];
        struct slice separator = {text + pos, w->start - pos};
        struct slice spelt = {text + w->start, w->end - w->start};
        unsigned class = class_of(ctx, w, spelt);
        if (w->flags & WORD_SENTENCE)
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
              (struct slice){text + pos, t->text.len - pos}, none);
}

#endif
