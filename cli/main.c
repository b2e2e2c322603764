/* Owns the table of commands and the program's way in and out. */
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/visible.h"
#include "common/xapian/xw.h"

const struct command *const command_table[] = {
    &command_index,  &command_search,   &command_timeline, &command_concordance,
    &command_repl,   &command_complete, &command_show,     &command_stats,
    &command_tag,    &command_entities, &command_export,   &command_merge,
    &command_delete, &command_check,    &command_inspect,  NULL};

const char *command_index_path(const struct options *o)
{
    const char *path = options_get(o, "index");
    if (!path)
        path = getenv("NEWSHOUND_INDEX");
    return path && *path ? path : "news.idx";
}

int command_fail(const struct nh_error *err)
{
    say("newshound: %s\n", err->message);
    if (err->hint[0])
        say("  %s\n", err->hint);
    switch (err->code) {
    case NH_EQUERY:
    case NH_EINVAL:
    case NH_EUNSUPPORTED:
        return EXIT_USAGE;
    case NH_ENOTFOUND:
    case NH_ECORRUPT:
    case NH_EVERSION:
        return EXIT_INDEX;
    default:
        return EXIT_TROUBLE;
    }
}

bool command_wait(const struct options *o, int rc, const struct nh_error *err)
{
    static bool told;
    const struct timespec moment = {0, 100 * 1000 * 1000};
    if (rc != NH_ELOCKED ||
        !(options_get(o, "wait") || options_get(o, "follow")))
        return false;
    if (!told)
        say("newshound: %s; waiting\n", err->message);
    told = true;
    nanosleep(&moment, NULL);
    return true;
}

int command_finish(int status)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("newshound: cannot write the output");
        status = EXIT_TROUBLE;
    }
    return status;
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; command_table[i]; i++)
        if (strcmp(command_table[i]->name, name) == 0)
            return command_table[i];
    return NULL;
}

/* Longest name of a command that is compared with what was typed. */
#define NAME_MOST 16

/* Edits between two short words; a swap of neighbours is one (optimal string
 * alignment). */
static size_t distance(const char *a, const char *b)
{
    const size_t m = strlen(a), n = strlen(b);
    size_t d[NAME_MOST + 1][NAME_MOST + 1];
    if (m > NAME_MOST || n > NAME_MOST)
        return NAME_MOST;
    for (size_t i = 0; i <= m; i++)
        for (size_t j = 0; j <= n; j++) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            size_t best = d[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            if (d[i - 1][j] + 1 < best)
                best = d[i - 1][j] + 1;
            if (d[i][j - 1] + 1 < best)
                best = d[i][j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
                a[i - 2] == b[j - 1] && d[i - 2][j - 2] + 1 < best)
                best = d[i - 2][j - 2] + 1;
            d[i][j] = best;
        }
    return d[m][n];
}

/* Prints that there is no such command, and the one that was meant. */
static void complain_command(const char *name)
{
    const char *near = NULL;
    size_t least = 3; /* more edits than two are another word */
    say("newshound: there is no command '%s'\n", name);
    for (size_t i = 0; command_table[i]; i++) {
        const size_t edits = distance(name, command_table[i]->name);
        if (edits < least && edits < strlen(name)) {
            least = edits;
            near = command_table[i]->name;
        }
    }
    if (near)
        say("  did you mean: newshound %s ?\n", near);
    else
        say("  see: newshound help\n");
}

static void print_overview(FILE *to)
{
    fprintf(to, "newshound: full-text search for news corpora\n\n"
                "  newshound COMMAND [OPTIONS] ...\n\n");
    for (size_t i = 0; command_table[i]; i++)
        fprintf(to, "  %-11s %s\n", command_table[i]->name,
                command_table[i]->summary);
    fprintf(to,
            "\n  newshound index articles/\n"
            "  newshound search openai safety\n"
            "  newshound search 'person:Leike \"safety culture\"'\n\n"
            "newshound COMMAND --help has the options; newshound help query "
            "the query language.\n");
}

static void print_help(const struct command *c)
{
    printf("newshound %s: %s\n\n  newshound %s %s\n\n", c->name, c->summary,
           c->name, c->usage);
    options_help(c->options);
    printf("\n%s", c->examples);
}

static int run_command(const struct command *c, int argc, char **argv)
{
    struct options o;
    if (!options_parse(&o, c->options, argc, argv))
        return EXIT_USAGE;
    if (options_get(&o, "help")) {
        print_help(c);
        return command_finish(EXIT_FOUND);
    }
    return c->run(&o);
}

/* Opens standard streams that the parent process closed, so that no other file
 * gets their numbers and messages in it. */
static bool open_standard_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            return false;
    return true;
}

/* Files of an index are mapped: one that somebody cuts short, and a disk that
 * cannot read a page, are met as this signal. */
static void on_bus_error(int number)
{
    static const char message[] =
        "newshound: a file of the index was cut short, or cannot be read from "
        "the disk, while it was used\n";
    (void)number;
    if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
        _exit(EXIT_TROUBLE);
    _exit(EXIT_TROUBLE);
}

static void watch_bus_errors(void)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_bus_error;
    sigaction(SIGBUS, &action, NULL);
}

int main(int argc, char **argv)
{
    if (!open_standard_streams())
        return EXIT_TROUBLE;
    watch_bus_errors();
    /* The end of a pipe is no error worth a message. */
    signal(SIGPIPE, SIG_DFL);
    setlocale(LC_CTYPE, "C");
    if (argc < 2) {
        print_overview(stderr);
        return EXIT_USAGE;
    }
    const char *name = argv[1];
    if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
        printf("newshound %s (Xapian %s)\n", NEWSHOUND_VERSION, xw_version());
        return command_finish(EXIT_FOUND);
    }
    bool help = strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 ||
                strcmp(name, "-h") == 0;
    if (help && argc == 2) {
        print_overview(stdout);
        return command_finish(EXIT_FOUND);
    }
    if (help && strcmp(argv[2], "query") == 0) {
        print_query_help();
        return command_finish(EXIT_FOUND);
    }
    const struct command *c = find_command(help ? argv[2] : name);
    if (!c) {
        complain_command(help ? argv[2] : name);
        return EXIT_USAGE;
    }
    if (help) {
        print_help(c);
        return command_finish(EXIT_FOUND);
    }
    return run_command(c, argc - 1, argv + 1);
}
