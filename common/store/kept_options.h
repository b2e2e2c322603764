/* The options that say how articles are read and what is found in them. An
 * index keeps them in its manifest, so that a later run reads its files alike.
 */
#ifndef COMMON_STORE_KEPT_OPTIONS_H
#define COMMON_STORE_KEPT_OPTIONS_H

#include <stdbool.h>

#include "common/base/buf.h"
#include "common/base/error.h"

enum kept_option { KEPT_MAP, KEPT_CHARSET, KEPT_DATE_ORDER, KEPT_NAMES };
#define KEPT_COUNT 4
/* Bytes of a value, with its NUL: a map of all fields has far less. */
#define KEPT_VALUE_MAX 1024

/* Options by their number. Those that an index keeps, or those that a run was
 * given. */
struct kept_options {
    bool known[KEPT_COUNT];                  /* false: not kept, or not given */
    char values[KEPT_COUNT][KEPT_VALUE_MAX]; /* end in NUL; "": the default of
                                                map and charset */
};

/* Returns the name of an option: "map", "charset", "date-order", "names". */
const char *kept_name(enum kept_option option);
/* Returns the place of a value among the choices of an option: none, dmy, mdy,
 * ymd; found, given, none. The value is one of them. */
unsigned kept_choice(const struct kept_options *o, enum kept_option option);
/* Returns the choice with this number, or NULL if it is too large. */
const char *kept_choice_name(enum kept_option option, unsigned number);
/* Sets an option. NH_EINVAL for a value that it cannot have. */
int kept_set(struct kept_options *o, enum kept_option option, const char *value,
             struct nh_error *err);
/* Adds to what an index keeps what a run was given; options that neither knows
 * get their default. A value that differs from the kept one replaces it where
 * `change` is true, and is NH_EINVAL otherwise. `dir` names the index in
 * messages. Sets *changed if a kept value was replaced. */
int kept_merge(struct kept_options *kept, const struct kept_options *given,
               bool change, const char *dir, bool *changed,
               struct nh_error *err);

/* Appends the option as the manifest has it, NAME=VALUE with bytes outside of
 * 0x21 to 0x7E, and %, as %XX. */
void kept_write(const struct kept_options *o, enum kept_option option,
                struct buf *out);
/* Reads what kept_write wrote. NH_ECORRUPT for a second value of an option and
 * for one that it cannot have; NH_EVERSION for an option that is not known. */
int kept_read(struct kept_options *o, const char *text, struct nh_error *err);

#endif
