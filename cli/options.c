/* Owns option parsing over getopt_long. Promises that table, parsing and help
 * agree. */
#include "cli/options.h"

#include "cli/visible.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t count_defs(const struct option_def *defs)
{
    size_t n = 0;
    while (defs[n].name)
        n++;
    return n;
}

static int index_of(const struct option_def *defs, const char *name)
{
    for (int i = 0; defs[i].name; i++)
        if (strcmp(defs[i].name, name) == 0)
            return i;
    return -1;
}

void options_dash_hint(void)
{
    say("  to leave out a word, put the query in quotes "
        "('openai -altman') or behind --\n");
}

/* The argument that getopt_long stumbled over. Inside a run of letters, as
 * -altman is to it, optind still points to the run. */
static const char *culprit(int argc, char **argv)
{
    const char *next = optind < argc ? argv[optind] : "";
    bool run = optopt > 0 && optopt < 256 && next[0] == '-' && next[1] != '-' &&
               strchr(next, optopt);
    return run ? next : argv[optind - 1];
}

static void complain(const char *program, const char *given, int result)
{
    if (result == ':') {
        say("newshound %s: option '%s' needs an argument\n", program, given);
        return;
    }
    say("newshound %s: unknown option '%s'\n", program, given);
    if (strcmp(program, "search") == 0)
        options_dash_hint();
    say("  see: newshound %s --help\n", program);
}

const char *options_choices(const struct option_def *def)
{
    const char *values = def->argument ? strchr(def->argument, '=') : NULL;
    /* FIELD=KEY is a name. */
    return values && strchr(values, '|') ? values + 1 : NULL;
}

size_t options_argument(const struct option_def *def)
{
    const char *values = options_choices(def);
    return values ? (size_t)(values - 1 - def->argument)
                  : strlen(def->argument);
}

/* Place of a text among the choices; -1 if it is none of them. */
static int find_choice(const char *choices, const char *text)
{
    for (int n = 0;; n++) {
        const size_t len = strcspn(choices, "|");
        if (strlen(text) == len && memcmp(choices, text, len) == 0)
            return n;
        if (!choices[len])
            return -1;
        choices += len + 1;
    }
}

/* "--sort is relevance, newest or oldest". */
static void complain_choice(const char *program, const struct option_def *def)
{
    const char *at = options_choices(def);
    say("newshound %s: --%s is ", program, def->name);
    while (*at) {
        const size_t len = strcspn(at, "|");
        const char *next = at + len + (at[len] == '|');
        const char *last = strchr(next, '|');
        say("%.*s%s", (int)len, at, !*next ? "\n" : last ? ", " : " or ");
        at = next;
    }
    if (strcmp(program, "search") == 0)
        options_dash_hint();
}

size_t options_choice(const struct options *o, const char *name)
{
    const int at = index_of(o->defs, name);
    const char *choices = options_choices(&o->defs[at]);
    return o->values[at] ? (size_t)find_choice(choices, o->values[at]) : 0;
}

/* Of other options the last one counts, so that aliases can be overridden; a
 * second index would be left out in silence. */
static bool is_single(const struct option_def *def)
{
    return strcmp(def->name, "index") == 0;
}

bool options_parse(struct options *o, const struct option_def *defs, int argc,
                   char **argv)
{
    struct option longs[OPTIONS_MAX + 1];
    char shorts[OPTIONS_MAX * 2 + 2] = ":";
    size_t n = count_defs(defs), s = 1;
    memset(o, 0, sizeof *o);
    memset(longs, 0, sizeof longs);
    o->defs = defs;
    for (size_t i = 0; i < n; i++) {
        longs[i].name = defs[i].name;
        longs[i].has_arg = defs[i].argument ? required_argument : no_argument;
        longs[i].val = 256 + (int)i;
        if (defs[i].letter) {
            shorts[s++] = defs[i].letter;
            if (defs[i].argument)
                shorts[s++] = ':';
        }
    }
    shorts[s] = '\0';
    opterr = 0;
    optind = 1;
    int result;
    while ((result = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        size_t at = 0;
        if (result == '?' || result == ':') {
            complain(argv[0], culprit(argc, argv), result);
            return false;
        }
        while (result < 256 ? defs[at].letter != result
                            : at != (size_t)(result - 256))
            at++;
        if (o->values[at] && is_single(&defs[at])) {
            say("newshound %s: --%s is given twice; there is one index\n",
                argv[0], defs[at].name);
            return false;
        }
        o->values[at] = defs[at].argument ? optarg : "";
        const char *choices = options_choices(&defs[at]);
        if (choices && find_choice(choices, optarg) < 0) {
            complain_choice(argv[0], &defs[at]);
            return false;
        }
    }
    o->args = argv + optind;
    o->count = argc - optind;
    return true;
}

const char *options_get(const struct options *o, const char *name)
{
    int at = index_of(o->defs, name);
    return at < 0 ? NULL : o->values[at];
}

bool options_number(const struct options *o, const char *name, long least,
                    long most, long *value)
{
    const char *text = options_get(o, name);
    char *end;
    if (!text)
        return true;
    errno = 0;
    long n = strtol(text, &end, 10);
    if (*text && !*end && !errno && n >= least && n <= most) {
        *value = n;
        return true;
    }
    say("newshound: --%s wants a number from %ld to %ld, not '%s'\n", name,
        least, most, text);
    if (*text < '0' || *text > '9') /* -nixon is no number of hits */
        options_dash_hint();
    return false;
}

const char *options_join(const struct options *o, struct buf *out)
{
    for (int i = 0; i < o->count; i++) {
        buf_append_str(out, i ? " " : "");
        buf_append_str(out, o->args[i]);
    }
    return buf_cstr(out);
}

/* Columns of help, and where the texts of options begin in it. */
#define HELP_WIDTH 80
#define HELP_INDENT 31

/* Prints a text that begins at column HELP_INDENT, broken between words. */
static void put_help(const char *text)
{
    size_t column = HELP_INDENT;
    for (size_t len; *text; text += len) {
        while (*text == ' ')
            text++;
        len = strcspn(text, " ");
        const bool first = column == HELP_INDENT;
        if (!first && column + 1 + len > HELP_WIDTH) {
            printf("\n%*s", HELP_INDENT, "");
            column = HELP_INDENT;
        } else if (!first) {
            putchar(' ');
            column++;
        }
        printf("%.*s", (int)len, text);
        column += len;
    }
    putchar('\n');
}

void options_help(const struct option_def *defs)
{
    for (; defs->name; defs++) {
        char left[64];
        snprintf(left, sizeof left, "%c%c%s --%s%s%.*s",
                 defs->letter ? '-' : ' ', defs->letter ? defs->letter : ' ',
                 defs->letter ? "," : " ", defs->name,
                 defs->argument ? " " : "",
                 defs->argument ? (int)options_argument(defs) : 0,
                 defs->argument ? defs->argument : "");
        printf("  %-28s ", left);
        put_help(defs->help);
    }
}
