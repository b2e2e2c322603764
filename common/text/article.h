/* One article, as readers make it, the indexer stores it and results show it.
 */
#ifndef COMMON_TEXT_ARTICLE_H
#define COMMON_TEXT_ARTICLE_H

#include "common/base/arena.h"
#include "common/text/date.h"
#include "common/text/schema.h"

/* Where a name stands in an article. Words are numbered from 0, those of the
 * title first, then those of the body. */
struct article_mention {
    uint32_t first, count; /* words */
};

/* A value of any field but title, body and date. */
struct article_value {
    enum field field;
    struct slice text; /* UTF-8, trimmed, not empty; in the article's arena */
    /* Of a name: ascending, apart from each other, each in title or body. */
    const struct article_mention *mentions;
    size_t mention_count;
    bool found; /* by tagging: the article did not come with it */
};

/* Most values an article keeps; more are dropped. Real articles have under
 * 100. */
#define ARTICLE_VALUES_MAX 4096
/* Longest value in bytes; longer ones are cut at a character. */
#define ARTICLE_VALUE_BYTES 4096

/* Bytes kept of a date that could not be read, for messages. */
#define ARTICLE_UNREAD_BYTES 64
/* Longest reason why a part of an article is missing, with its NUL. */
#define ARTICLE_DAMAGE_BYTES 160

struct article {
    struct arena arena;
    struct slice title, body; /* any bytes; in the arena or borrowed */
    struct nh_date date;
    /* How article_date reads dates with several meanings; article_reset keeps
     * it. */
    enum date_order date_order;
    /* The beginning of a date that was there and could not be read, ends in
     * NUL;
     * "" if there was none. */
    char unread_date[ARTICLE_UNREAD_BYTES];
    /* Why only the beginning of the text could be read, for a report; "" if all
     * was. */
    char damage[ARTICLE_DAMAGE_BYTES];
    struct article_value *values; /* in order of field, then of arrival */
    size_t count, cap;
};

/* Zero-initialise before first use. */
void article_reset(struct article *a);
void article_release(struct article *a);
/* Adds a copy of a value, trimmed and with white space runs made one space,
 * those inside of an id aside;
 * empty and repeated ones are ignored, so is a second value of a single-valued
 * field. Not for title, body and date. False if memory ran out. */
bool article_add(struct article *a, enum field field, struct slice value);
/* The same with its mentions, which are borrowed. */
bool article_add_value(struct article *a, const struct article_value *value);
/* Sets the date if the article has none yet. Text that is no date goes to
 * unread_date; empty text and words for "no value" do not. */
void article_date(struct article *a, struct slice text);
/* Notes why only the beginning of the text could be read; the first reason
 * stays. */
void article_damaged(struct article *a, const char *why);
/* First value of a field, or an empty slice. */
struct slice article_get(const struct article *a, enum field field);
/* Copies text into the arena. */
bool article_text(struct article *a, struct slice *where, struct slice text);
/* Hash over all that the article says: equal articles have equal ones. */
uint64_t article_hash(const struct article *a);
/* Makes of its hash that of the same article when no names are looked for in
 * it, so that it is stored anew where they are. */
uint64_t article_hash_untagged(uint64_t hash);

#endif
