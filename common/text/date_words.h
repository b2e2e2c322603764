/* Words of written dates: names of months and days, zones, words that mean
 * nothing, in the languages of the press. */
#ifndef COMMON_TEXT_DATE_WORDS_H
#define COMMON_TEXT_DATE_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/buf.h"

/* What a word of a date can mean; several at once for words such as the French
 * "mar." (Tuesday) and the English "Mar." (March). */
struct date_word {
    uint16_t months;    /* a bit for each month, January is bit 0 */
    uint8_t weekdays;   /* a bit for each day, Monday is bit 0 */
    bool filler;        /* "of", "de", "Uhr" ... */
    bool hour;          /* it follows an hour: "Uhr", "h" */
    bool half;          /* am or pm */
    bool afternoon;     /* pm, where half */
    bool month_is_next; /* "tháng 5": the number that follows is the month */
    bool zone;          /* a time zone ... */
    bool zone_summer;   /* ... with an hour more in the summer of the United
                           States */
    int zone_minutes;   /* ... so far east of UTC */
};

/* Longest word that can be one of these, in bytes. */
#define DATE_WORD_BYTES 48

/* Returns the meanings of a word in any case, with or without accents. All are
 * empty for a word that is not known. */
struct date_word date_word_find(struct slice word);

#endif
