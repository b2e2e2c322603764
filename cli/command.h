/* The subcommands, and what they share. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include "cli/options.h"
#include "common/base/error.h"
#include "entities/model.h"

/* Exit statuses, as documented in newshound(1). */
enum exit_status {
    EXIT_FOUND = 0,
    EXIT_NOTHING = 1,
    EXIT_USAGE = 2,  /* a wrong option or query */
    EXIT_INDEX = 3,  /* missing, of another version, damaged */
    EXIT_TROUBLE = 4 /* locked, no memory, disk or input failed */
};

struct command {
    const char *name;
    const char *summary;  /* for the list of commands */
    const char *usage;    /* behind "newshound NAME ": words in capitals say
                             what arguments are (completion.c) */
    const char *examples; /* lines, each ends in \n */
    const struct option_def *options;
    int (*run)(const struct options *o);
};

extern const struct command command_index, command_search, command_complete,
    command_show, command_stats, command_tag, command_entities, command_export,
    command_merge, command_delete, command_check, command_inspect, command_repl,
    command_timeline, command_concordance;
/* All commands, NULL at the end. */
extern const struct command *const command_table[];
/* Prints the query language (help_query.c). */
void print_query_help(void);
/* Prints what makes bash, zsh or fish complete the program's arguments
 * (completion.c). */
void print_completion(const char *shell);

/* The -d option, the same everywhere. */
#define OPTION_INDEX                                                           \
    {                                                                          \
        'd', "index", "INDEX",                                                 \
            "the index; else $NEWSHOUND_INDEX, else ./news.idx"                \
    }
#define OPTION_MODEL                                                           \
    {                                                                          \
        0, "model", "FILE",                                                    \
            "the entity model; else $NEWSHOUND_MODEL, else "                   \
            "the installed one"                                                \
    }
#define OPTION_HELP                                                            \
    {                                                                          \
        'h', "help", NULL, "print this help"                                   \
    }

#define OPTION_WAIT                                                            \
    {                                                                          \
        0, "wait", NULL, "wait while another process writes to the index"      \
    }

#define OPTION_COLOUR                                                          \
    {                                                                          \
        0, "color", "WHEN=auto|always|never",                                  \
            "bold matches: auto (default: on a terminal), always or never"     \
    }
#define OPTION_NO_PAGER                                                        \
    {                                                                          \
        0, "no-pager", NULL, "print to the terminal, not through a pager"      \
    }

#define OPTION_DATE_ORDER                                                      \
    {                                                                          \
        0, "date-order", "ORDER=none|dmy|mdy|ymd",                             \
            "read dates such as 05/01/2024 so; default: none, not at all"      \
    }

#define OPTION_TEXT_OR_JSON                                                    \
    {                                                                          \
        'f', "format", "FORMAT=text|json", "text (default) or json"            \
    }

/* --format list. */
int command_list_formats(void);
/* Reads --format, --map and --charset; false with a message if they make no
 * sense. *reader is NULL for auto. */
struct reader;
struct parse_context;
bool command_read_format(const struct options *o, const struct reader **reader,
                         struct parse_context *parse);
/* Folder of the index that the options name. */
const char *command_index_path(const struct options *o);
/* Opens the entity model that the options name (--model). */
int command_model(struct entity_model **out, const struct options *o,
                  struct nh_error *err);
/* After an attempt to open the index for writing, whether to try again, if
 * --wait or --follow ask for it: waits a moment, and the first time says for
 * whom. */
bool command_wait(const struct options *o, int rc, const struct nh_error *err);
/* Prints an error to standard error; returns its exit status. */
int command_fail(const struct nh_error *err);
/* Flushes standard output; its failure is EXIT_TROUBLE, else `status`. */
int command_finish(int status);

#endif
