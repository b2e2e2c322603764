/* The parts of a written date: tokens, and the clock among them. Used by
 * date_parse.c, which has the grammar. */
#ifndef COMMON_TEXT_DATE_TOKENS_H
#define COMMON_TEXT_DATE_TOKENS_H

#include "common/text/date.h"
#include "common/text/date_words.h"

enum date_token_kind {
    DATE_TOKEN_NUMBER,
    DATE_TOKEN_WORD,
    DATE_TOKEN_PUNCT,
    DATE_TOKEN_USED
};

struct date_token {
    enum date_token_kind kind;
    const char *text;
    size_t len;
    int64_t value;         /* of a number */
    struct date_word word; /* of a word */
    bool spaced;           /* white space or a comma stands before it */
};

/* A written date has at most some twenty parts. */
#define DATE_TOKENS_MAX 40
/* Digits of a number whose value fits. */
#define DIGITS_MAX 18

struct date_reading {
    struct date_token tokens[DATE_TOKENS_MAX];
    size_t count;
    enum date_order order;
    bool has_clock, precise; /* precise: to the second */
    int64_t clock;           /* seconds of the day */
    bool has_zone, bad_zone; /* bad: there is one that is not known */
    int zone;                /* minutes east of UTC */
    bool zone_summer;
};

/* Cuts a text into tokens. False if there are too many. */
bool date_tokenise(struct date_reading *r, struct slice s);
/* Returns token i, or one that is used if there is none. */
const struct date_token *date_at(const struct date_reading *r, size_t i);
bool date_is_punct(const struct date_reading *r, size_t i, char c);
/* True for a number of at most so many digits. */
bool date_is_number(const struct date_reading *r, size_t i, size_t most);
bool date_is_word(const struct date_reading *r, size_t i);
/* True for that word, in any case of ASCII. */
bool date_word_is(const struct date_reading *r, size_t i, const char *text);
/* Marks tokens first to end - 1 as used. */
void date_use(struct date_reading *r, size_t first, size_t end);

/* Sets the clock; false if there is no such time. `half` is 12 for pm, 0 for
 * am, -1 for a clock of 24 hours. */
bool date_set_clock(struct date_reading *r, int64_t hour, int64_t minute,
                    int64_t second, int half);
/* Reads the zone at token i. Returns the token behind it. */
size_t date_take_zone(struct date_reading *r, size_t i);
/* Takes the first clock out of the tokens, with its zone. */
void date_take_clock(struct date_reading *r);

#endif
