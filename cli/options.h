/* Command-line options from one table a command: parsing and help. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"

struct option_def {
    char letter;      /* or 0 */
    const char *name; /* without the dashes */
    /* Name of its argument, or NULL: a switch. Behind the name, =a|b|c: it is
     * one of these, the first if it is not given. */
    const char *argument;
    const char *help;
};

/* Most options of a command. */
#define OPTIONS_MAX 32

struct options {
    const struct option_def *defs;   /* ends with a NULL name */
    const char *values[OPTIONS_MAX]; /* by place in defs; "" for a switch that
                                        was given, NULL if it was not */
    char **args;                     /* what is no option, in order */
    int count;
};

/* Parses argv[1..]; options may stand anywhere, "--" ends them. On a mistake
 * prints it to standard error and returns false. */
bool options_parse(struct options *o, const struct option_def *defs, int argc,
                   char **argv);
/* Value of the option `name`, or NULL; it must be in the table. */
const char *options_get(const struct options *o, const char *name);
/* Which of its choices the option has, from 0. */
size_t options_choice(const struct options *o, const char *name);
/* The choices of an argument, behind each other with | between; NULL: none. */
const char *options_choices(const struct option_def *def);
/* Length of the name of an argument. */
size_t options_argument(const struct option_def *def);
/* Reads a number of the option into *value if it was given; false with a
 * message if it is none or outside least..most. */
bool options_number(const struct options *o, const char *name, long least,
                    long most, long *value);
/* Says how a query leaves a word out, where a word may have been taken for an
 * option. */
void options_dash_hint(void);
/* Joins the arguments with blanks into `out`, as one query. NULL if memory ran
 * out. */
const char *options_join(const struct options *o, struct buf *out);
/* Prints the table as help. */
void options_help(const struct option_def *defs);

#endif
