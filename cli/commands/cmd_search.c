/* Owns `newshound search`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/output/terminal.h"
#include "cli/shell/query_batch.h"
#include "cli/visible.h"

static const struct option_def options[] = {
    OPTION_INDEX,
    {'n', "limit", "N", "hits to print; default 10"},
    {0, "all", NULL, "print all hits"},
    {0, "offset", "N", "leave out the first N hits"},
    {0, "count", NULL, "print only the number of matches"},
    {'s', "sort", "ORDER=relevance|newest|oldest",
     "relevance (default), newest or oldest"},
    {0, "since", "DATE", "only from this day, month or year on"},
    {0, "until", "DATE", "only up to this one, included"},
    {'f', "format", "FORMAT=text|json|jsonl|tsv|trec|ids",
     "text (default), json, jsonl, tsv, trec or ids"},
    {0, "facet", "FIELD,...",
     "count the values of all matches: person, org, place, author, source, "
     "section, topic, lang, year, month, day"},
    {0, "facet-limit", "N", "values of each facet; default 10, 0: all"},
    {0, "group", "FIELD", "hits in groups of such a field; -n is of groups"},
    {0, "group-size", "N", "hits of each group; default 3"},
    {0, "collapse", NULL,
     "of articles with the same text only the earliest; text output does"},
    {0, "copies", NULL, "print all of them"},
    {0, "recency", "PERIOD",
     "rank newer articles higher: 30d, 2w, 6m, 1y is the half-life"},
    {0, "any", NULL, "any of the plain words instead of all"},
    {0, "all-words", NULL, "never fall back to any of the words"},
    {'Q', "queries", "FILE",
     "run its lines QID<TAB>QUERY; - is standard input"},
    {'0', "null", NULL,
     "end lines of ids, tsv, trec and jsonl, and of --queries, in NUL"},
    {'j', "threads", "N",
     "search with N threads; default: as many as pay, a file with one"},
    {0, "expand", "N", "words that a wildcard may stand for; default 10000"},
    {0, "effort", "N", "times a query may look through the texts; default 40"},
    {0, "no-synonyms", NULL, "leave out the index's file synonyms.rules"},
    {0, "lenient", NULL, "mend what is wrong in the query, and say so"},
    {0, "explain", NULL, "print the query as understood and run, and scores"},
    {0, "why-not", "ID", "name the parts of the query that the article fails"},
    OPTION_COLOUR,
    OPTION_NO_PAGER,
    {0, "verify", NULL, "compare all files with their checksums first"},
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

/* 30d, 2w, 6m, 1y or a number of days. */
static bool read_recency(const struct options *o, double *days)
{
    static const char units[] = "dwmy";
    static const double lengths[] = {1, 7, 30, 365};
    const char *text = options_get(o, "recency");
    char *end;
    if (!text)
        return true;
    const double n = strtod(text, &end);
    const char *unit = *end ? strchr(units, *end) : units;
    if (end > text && n > 0 && n <= 1e6 && unit && (!*end || !end[1])) {
        *days = n * lengths[unit - units];
        return true;
    }
    say("newshound search: --recency is a period such as 30d, 2w, "
        "6m or 1y, not '%s'\n",
        text);
    return false;
}

/* Facets and groups. */
static bool read_fields(const struct options *o, struct query_run *run)
{
    long values = NH_FACET_LIMIT, size = 0;
    run->options.facets = options_get(o, "facet");
    run->options.group = options_get(o, "group");
    if (!options_number(o, "facet-limit", 0, UINT32_MAX, &values) ||
        !options_number(o, "group-size", 1, UINT32_MAX, &size) ||
        !read_recency(o, &run->options.recency))
        return false;
    run->options.facet_limit = values ? (uint32_t)values : UINT32_MAX;
    run->options.group_size = (uint32_t)size;
    const char *wrong = NULL;
    if (run->options.facets && !run->format->whole)
        wrong = "--facet is for --format text and json";
    if ((run->options.facets || run->options.group) && run->count)
        wrong = "--count prints a number and nothing else";
    if (run->options.recency > 0 && run->options.sort != NH_SORT_RELEVANCE)
        wrong = "--recency is for --sort relevance";
    if (wrong)
        say("newshound search: %s\n", wrong);
    return !wrong;
}

/* Copies are out of the way of people, not of programs. */
static bool read_collapse(const struct options *o, struct query_run *run)
{
    const bool collapse = options_get(o, "collapse") != NULL,
               copies = options_get(o, "copies") != NULL;
    const char *wrong = NULL;
    if (collapse && copies)
        wrong = "--collapse and --copies say opposite things";
    else if (collapse && run->options.group)
        wrong = "--group does not go with --collapse";
    else if (collapse && run->count)
        wrong = "--count counts articles, copies too";
    if (wrong) {
        say("newshound search: %s\n", wrong);
        return false;
    }
    if (collapse || (run->format->collapses && !copies))
        run->options.flags |= NH_SEARCH_COLLAPSE;
    return true;
}

static bool read_options(const struct options *o, struct query_run *run)
{
    long limit = 10, offset = 0, threads = 0, expand = NH_EXPAND_DEFAULT,
         effort = NH_EFFORT_DEFAULT;
    const char *format = options_get(o, "format");
    const struct nh_search_options defaults = NH_SEARCH_OPTIONS_INIT;
    run->options = defaults;
    if (!options_number(o, "limit", 0, UINT32_MAX, &limit) ||
        !options_number(o, "offset", 0, UINT32_MAX, &offset) ||
        !options_number(o, "threads", 0, NH_THREADS_MAX, &threads) ||
        !options_number(o, "expand", 1, UINT32_MAX, &expand) ||
        !options_number(o, "effort", 1, UINT32_MAX, &effort))
        return false;
    run->options.sort = (enum nh_sort)options_choice(o, "sort");
    run->format = output_format_named(format ? format : "text");
    const bool any = options_get(o, "any") != NULL;
    run->count = options_get(o, "count") != NULL;
    run->explain = options_get(o, "explain") != NULL;
    run->no_synonyms = options_get(o, "no-synonyms") != NULL;
    run->colour = terminal_colour((enum colour_when)options_choice(o, "color"));
    run->width = terminal_width();
    run->end = options_get(o, "null") ? '\0' : '\n';
    if (!run->end && !run->format->lines && !run->count) {
        say("newshound search: --null is for --format ids, tsv, "
            "trec and jsonl\n");
        return false;
    }
    if (!read_fields(o, run))
        return false;
    run->fallback = run->format->whole && !run->count && !any &&
                    !options_get(o, "all-words");
    run->options.limit = run->count              ? 0
                         : options_get(o, "all") ? UINT32_MAX
                                                 : (uint32_t)limit;
    run->options.offset = (uint32_t)offset;
    /* A batch runs as many queries at a time. */
    run->options.threads = options_get(o, "queries") ? 1 : (unsigned)threads;
    run->threads = threads ? (unsigned)threads : 1;
    run->options.expand = (uint32_t)expand;
    run->options.effort = (uint32_t)effort;
    run->options.since = options_get(o, "since");
    run->options.until = options_get(o, "until");
    if (any)
        run->options.flags |= NH_SEARCH_ANY;
    if (run->explain)
        run->options.flags |= NH_SEARCH_PLAN;
    if (options_get(o, "lenient"))
        run->options.flags |= NH_SEARCH_LENIENT;
    if (run->count || options_get(o, "all"))
        run->options.flags |= NH_SEARCH_EXACT_TOTAL;
    return read_collapse(o, run);
}

static int run_queries(const struct options *o, const struct query_run *run)
{
    struct buf query = BUF_INIT;
    const char *queries = options_get(o, "queries");
    const char *why_not = options_get(o, "why-not");
    int status = EXIT_TROUBLE;
    if (queries) {
        status = query_run_file(run, queries, command_index_path(o));
    } else if (options_join(o, &query)) {
        status = why_not ? query_why_not(run, query.data, query.len, why_not)
                         : query_run_one(run, query.data, query.len);
    } else {
        struct nh_error err;
        error_nomem(&err);
        status = command_fail(&err);
    }
    buf_release(&query);
    return status;
}

static int run_search(const struct options *o)
{
    struct nh_error err;
    struct query_run run;
    const char *queries = options_get(o, "queries");
    memset(&run, 0, sizeof run);
    if (!read_options(o, &run))
        return EXIT_USAGE;
    /* What counts or narrows down is of all articles without a query. */
    const bool all = run.options.facets || run.options.group || run.count ||
                     run.options.since || run.options.until;
    if (queries ? o->count > 0 : o->count == 0 && !all) {
        say("newshound search: %s\n",
            queries ? "give a query or --queries, not both"
                    : "what is to be searched? Give a query");
        return EXIT_USAGE;
    }
    if (options_get(o, "why-not") && (queries || options_get(o, "lenient"))) {
        say("newshound search: --why-not is for one query as it "
            "stands\n");
        return EXIT_USAGE;
    }
    if (nh_index_open(&run.index, command_index_path(o), &err) != NH_OK)
        return command_fail(&err);
    nh_index_set_synonyms(run.index, !run.no_synonyms);
    int status;
    if (options_get(o, "verify") && nh_index_verify(run.index, &err) != NH_OK)
        status = command_fail(&err);
    else {
        pager_start(run.format->whole && run.width && !queries && !run.count &&
                    !options_get(o, "no-pager"));
        status = run_queries(o, &run);
    }
    nh_index_close(run.index);
    return command_finish(status);
}

const struct command command_search = {
    "search",
    "find articles",
    "[OPTIONS] QUERY...",
    "  newshound search openai safety            both words\n"
    "  newshound search 'person:Leike \"safety culture\"'\n"
    "  newshound search 'org:OpenAI date:2024-05 -altman'\n"
    "  newshound search --facet person,year -n 0 inflation\n"
    "  newshound search --why-not leike-resigns openai NEAR/3 lawsuit\n"
    "  man newshound-query has the query language\n",
    options,
    run_search};
