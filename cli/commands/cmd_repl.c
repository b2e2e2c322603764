/* Owns `newshound repl`: searching by typing one query after the other. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/output/terminal.h"
#include "cli/plural.h"
#include "cli/shell/line_editor.h"
#include "cli/shell/query_batch.h"
#include "cli/visible.h"

static const struct option_def options[] = {
    OPTION_INDEX,
    {'n', "limit", "N", "hits of a page; default 10"},
    {0, "facet", "FIELD,...",
     "count the values of all matches, as search does"},
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

#define PAGE_DEFAULT 10
#define COMPLETIONS 200

struct line_command;

struct repl {
    struct query_run run;
    struct line_editor *editor;
    struct buf query; /* the last one */
    bool searched;    /* there is one */
    struct buf facets;
    const struct line_command *commands; /* all, for help */
};

/* A command of the line, but for queries. `rest` is what stands behind it. */
struct line_command {
    const char *name;
    const char *argument; /* what stands behind it, for help; or NULL */
    const char *help;
    bool (*run)(struct repl *r, const char *rest); /* false: to end */
};

/* ---- Output. */

/* Through the pager, where a person looks on. */
static void show_text(const struct repl *r, const struct buf *text)
{
    const char *pager = getenv("PAGER");
    FILE *to = NULL;
    if (!pager)
        pager = "less -FRX";
    fflush(stdout);
    if (line_editor_interactive(r->editor) && *pager) {
        signal(SIGPIPE, SIG_IGN);
        to = popen(pager, "w");
    }
    fwrite(text->data, 1, text->len, to ? to : stdout);
    /* 127: there is no such program. */
    if (to && pclose(to) == 127 << 8)
        fwrite(text->data, 1, text->len, stdout);
    signal(SIGPIPE, SIG_DFL);
}

static void complain(const struct nh_error *err)
{
    fflush(stdout);
    command_fail(err);
}

/* ---- Commands. */

/* An exit status. */
static int run_page(struct repl *r, const struct buf *query)
{
    r->run.options.facets = r->facets.len ? r->facets.data : NULL;
    r->run.width = terminal_width();
    const int status = query_run_one(&r->run, query->data, query->len);
    fflush(stdout);
    return status;
}

static bool do_search(struct repl *r, const char *line)
{
    struct nh_error err;
    struct buf query = BUF_INIT;
    if (!*line)
        return true;
    if (nh_index_reopen(r->run.index, NULL, &err) != NH_OK)
        complain(&err);
    buf_append_str(&query, line);
    r->run.options.offset = 0;
    /* A wrong one does not take the place of the one before. */
    if (buf_cstr(&query) && run_page(r, &query) <= EXIT_NOTHING) {
        buf_release(&r->query);
        r->query = query;
        r->searched = true;
    } else {
        buf_release(&query);
    }
    return true;
}

static bool has_searched(const struct repl *r)
{
    if (!r->searched)
        say("newshound: nothing has been searched yet\n");
    return r->searched;
}

static bool do_more(struct repl *r, const char *rest)
{
    (void)rest;
    if (!has_searched(r))
        return true;
    r->run.options.offset += r->run.options.limit;
    if (run_page(r, &r->query) == EXIT_NOTHING)
        r->run.options.offset -= r->run.options.limit;
    return true;
}

static bool read_number(const char *text, uint32_t *number)
{
    char *end;
    const unsigned long n = strtoul(text, &end, 10);
    *number = (uint32_t)n;
    return *text >= '0' && *text <= '9' && !*end && n > 0 && n < UINT32_MAX;
}

/* The id of the hit with this rank, in `id`. */
static int find_hit(struct repl *r, uint32_t rank, struct buf *id,
                    struct nh_error *err)
{
    nh_results *results;
    struct nh_string text;
    double score;
    struct query_run one = r->run;
    one.options.offset = rank - 1;
    one.options.limit = 1;
    one.fallback = one.fallback && !one.options.facets; /* as for the page */
    one.options.facets = NULL;
    int rc = query_search(&one, r->query.data, r->query.len, &results, err);
    if (rc != NH_OK)
        return rc;
    if (nh_results_count(results) == 0)
        rc = error_set(err, NH_ENOTFOUND, "there is no hit %" PRIu32, rank);
    if (rc == NH_OK)
        rc = nh_results_id(&text, &score, results, 0, err);
    if (rc == NH_OK)
        buf_append(id, text.data, text.len);
    nh_results_free(results);
    return rc;
}

/* A hit by its number, else an article by its id. */
static bool do_open(struct repl *r, const char *rest)
{
    struct nh_error err;
    struct buf id = BUF_INIT, out = BUF_INIT;
    nh_article *article = NULL;
    uint32_t rank;
    int rc = NH_OK;
    if (!read_number(rest, &rank))
        buf_append_str(&id, rest);
    else if (has_searched(r))
        rc = find_hit(r, rank, &id, &err);
    if (rc == NH_OK && id.len)
        rc = nh_article_open(&article, r->run.index, id.data, id.len, &err);
    nh_results *marks = NULL; /* what the last query looks for is bold */
    struct query_run one = r->run;
    one.options.limit = 0;
    one.options.facets = NULL;
    if (article && r->searched && r->run.colour)
        rc = query_search(&one, r->query.data, r->query.len, &marks, &err);
    if (article && rc == NH_OK)
        rc = output_article_text(&out, article, terminal_width(), marks, &err);
    if (article && rc == NH_OK)
        show_text(r, &out);
    nh_results_free(marks);
    if (rc != NH_OK)
        complain(&err);
    nh_article_free(article);
    buf_release(&out);
    buf_release(&id);
    return true;
}

static bool do_facets(struct repl *r, const char *rest)
{
    buf_reset(&r->facets);
    buf_append_str(&r->facets, strcmp(rest, "off") == 0 ? "" : rest);
    if (r->facets.len)
        buf_cstr(&r->facets);
    /* A wrong field would spoil all that follows. */
    if (r->searched && r->facets.len && run_page(r, &r->query) > EXIT_NOTHING)
        buf_reset(&r->facets);
    return true;
}

static bool do_sort(struct repl *r, const char *rest)
{
    static const char *const orders[] = {"relevance", "newest", "oldest"};
    for (int i = 0; i < 3; i++)
        if (strcmp(rest, orders[i]) == 0) {
            r->run.options.sort = (enum nh_sort)i;
            r->run.options.offset = 0;
            if (r->searched)
                run_page(r, &r->query);
            return true;
        }
    say("newshound: sort is relevance, newest or oldest\n");
    return true;
}

static bool do_limit(struct repl *r, const char *rest)
{
    if (!read_number(rest, &r->run.options.limit)) {
        r->run.options.limit = PAGE_DEFAULT;
        say("newshound: limit is a number of hits\n");
    }
    return true;
}

static bool do_help(struct repl *r, const char *rest)
{
    (void)rest;
    printf("Type a query: openai safety, person:Leike, \"safety culture\".\n"
           "Tab completes words, fields and names; ^R looks into what was "
           "typed.\n\n");
    for (size_t i = 0; r->commands[i].name; i++) {
        char left[40];
        snprintf(left, sizeof left, "%s %s", r->commands[i].name,
                 r->commands[i].argument ? r->commands[i].argument : "");
        printf("  %-18s %s\n", left, r->commands[i].help);
    }
    printf("\nnewshound help query has the query language.\n");
    return true;
}

static bool do_quit(struct repl *r, const char *rest)
{
    (void)r;
    (void)rest;
    return false;
}

static const struct line_command line_commands[] = {
    {"open", "N|ID", "print the whole article of hit N, or with that id",
     do_open},
    {"more", NULL, "the next page", do_more},
    {"sort", "ORDER", "relevance, newest or oldest", do_sort},
    {"facets", "FIELD,...", "count their values with each answer, or off",
     do_facets},
    {"limit", "N", "hits of a page", do_limit},
    {"search", "QUERY", "a query that begins as a command does", do_search},
    {"help", NULL, "this", do_help},
    {"quit", NULL, "leave, as ^D does", do_quit},
    {NULL, NULL, NULL, NULL}};

/* The command of a line; NULL if it is a query. One without an argument stands
 * alone, one with an argument has one. */
static const struct line_command *find_command(const char *line,
                                               const char **rest)
{
    const size_t len = strcspn(line, " \t");
    *rest = line + len + strspn(line + len, " \t");
    for (size_t i = 0; line_commands[i].name; i++) {
        const struct line_command *c = &line_commands[i];
        if (strlen(c->name) == len && memcmp(c->name, line, len) == 0 &&
            (c->argument != NULL) == (**rest != '\0'))
            return c;
    }
    return NULL;
}

/* ---- Completion. */

/* Where the last word of a query begins; one in quotes has spaces in it. */
static size_t last_word(struct slice line)
{
    size_t start = 0;
    bool quoted = false;
    for (size_t i = 0; i < line.len; i++) {
        const char c = line.data[i];
        if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == ' ' || c == '(' || c == ')' || c == ','))
            start = i + 1;
    }
    while (start < line.len && strchr("+-=", line.data[start]))
        start++;
    return start;
}

/* Adds a text that is not there yet; false if memory ran out. */
static bool add_text(struct arena *arena, const char ***texts, size_t *count,
                     const char *text, size_t len)
{
    for (size_t i = 0; i < *count; i++)
        if (strlen((*texts)[i]) == len && memcmp((*texts)[i], text, len) == 0)
            return true;
    if (!*texts)
        *texts = arena_alloc(arena, (COMPLETIONS + 32) * sizeof **texts);
    const char *copy = *texts ? arena_copy(arena, text, len) : NULL;
    if (copy)
        (*texts)[(*count)++] = copy;
    return copy != NULL;
}

/* Those of the words with commas between that begin so. */
static void add_words(struct arena *arena, const char ***texts, size_t *count,
                      const char *words, struct slice typed)
{
    for (; *words; words += strspn(words, ",")) {
        const size_t len = strcspn(words, ",");
        if (len >= typed.len && memcmp(words, typed.data, typed.len) == 0)
            add_text(arena, texts, count, words, len);
        words += len;
    }
}

static void add_completions(struct repl *r, struct arena *arena,
                            const char ***texts, size_t *count,
                            struct slice typed)
{
    nh_completions *found;
    if (nh_index_complete(&found, r->run.index, typed.data, typed.len,
                          COMPLETIONS, NULL) != NH_OK)
        return;
    for (size_t i = 0; i < nh_completions_count(found); i++) {
        const struct nh_completion *c = nh_completions_at(found, i);
        if (!add_text(arena, texts, count, c->text.data, c->text.len))
            break;
    }
    nh_completions_free(found);
}

static size_t complete(void *ctx, struct slice line, size_t *start,
                       struct arena *arena, const char ***texts)
{
    struct repl *r = ctx;
    size_t count = 0;
    *start = last_word(line);
    const struct slice typed = {line.data + *start, line.len - *start};
    if (slice_starts(line, "sort "))
        add_words(arena, texts, &count, "relevance,newest,oldest", typed);
    else if (slice_starts(line, "facets "))
        add_words(arena, texts, &count, NH_FACETS ",off", typed);
    else if (!slice_starts(line, "open ") && typed.len)
        add_completions(r, arena, texts, &count, typed);
    for (size_t i = 0; *start == 0 && typed.len && line_commands[i].name; i++)
        add_words(arena, texts, &count, line_commands[i].name, typed);
    return count;
}

/* ---- */

static void greet(const struct repl *r)
{
    struct nh_stats stats;
    if (!line_editor_interactive(r->editor))
        return;
    stats = *nh_index_stats(r->run.index);
    printf("%" PRIu64 " article%s. Type a query, help, or quit.\n",
           stats.articles, plural(stats.articles));
}

static int read_lines(struct repl *r)
{
    const char *line, *rest;
    bool more = true;
    greet(r);
    while (more && (line = line_editor_read(r->editor))) {
        const struct line_command *c = find_command(line, &rest);
        more = c ? c->run(r, rest) : do_search(r, line);
    }
    if (more && line_editor_interactive(r->editor))
        printf("\n");
    return command_finish(EXIT_FOUND);
}

static int run_repl(const struct options *o)
{
    const struct nh_search_options defaults = NH_SEARCH_OPTIONS_INIT;
    struct nh_error err;
    struct repl r;
    long limit = PAGE_DEFAULT;
    const char *facets = options_get(o, "facet");
    memset(&r, 0, sizeof r);
    r.commands = line_commands;
    if (!options_number(o, "limit", 1, UINT32_MAX - 1, &limit))
        return EXIT_USAGE;
    if (o->count > 0) {
        say("newshound repl: it takes no arguments; queries are "
            "typed, or come from standard input\n");
        return EXIT_USAGE;
    }
    r.run.options = defaults;
    r.run.options.limit = (uint32_t)limit;
    r.run.options.flags = NH_SEARCH_COLLAPSE;
    r.run.format = output_format_named("text");
    r.run.fallback = true;
    r.run.colour = terminal_colour(COLOUR_AUTO);
    r.run.end = '\n';
    if (facets)
        do_facets(&r, facets);
    if (nh_index_open(&r.run.index, command_index_path(o), &err) != NH_OK)
        return command_fail(&err);
    r.editor = line_editor_new("newshound> ", complete, &r);
    int status;
    if (r.editor) {
        status = read_lines(&r);
    } else {
        error_nomem(&err);
        status = command_fail(&err);
    }
    line_editor_free(r.editor);
    nh_index_close(r.run.index);
    buf_release(&r.query);
    buf_release(&r.facets);
    return status;
}

const struct command command_repl = {
    "repl",
    "search by typing one query after the other",
    "[OPTIONS]",
    "  newshound repl                Tab completes fields and names\n"
    "  newshound repl --facet person < queries.txt\n",
    options,
    run_repl};
