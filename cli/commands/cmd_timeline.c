/* Owns `newshound timeline`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output/terminal.h"
#include "cli/output/timeline.h"
#include "cli/shell/query_batch.h"
#include "cli/visible.h"

/* Columns where standard output is no terminal. */
#define WIDTH 80

static const struct option_def options[] = {
    OPTION_INDEX,
    {'b', "by", "PERIOD=month|day|week|quarter|year",
     "month (default), day, week, quarter or year"},
    {'m', "measure", "MEASURE=articles|share|occurrences|per-million",
     "what bars show: articles (default), their share of all articles of the "
     "period, occurrences, or these in a million words"},
    {0, "occurrences", NULL, "count occurrences too, in csv and json"},
    {0, "since", "DATE", "only from this day, month or year on"},
    {0, "until", "DATE", "only up to this one, included"},
    {0, "by-field", "FIELD",
     "a series for each value: person, org, place, author, source, section, "
     "topic or lang"},
    {0, "field-limit", "N", "values of the field; default 10, 0: all"},
    {'f', "format", "FORMAT=text|json|csv|svg",
     "text (default), json, csv or svg"},
    {0, "expand", "N", "words that a wildcard may stand for; default 10000"},
    {0, "effort", "N", "times a query may look through the texts; default 40"},
    OPTION_NO_PAGER,
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

typedef void timeline_format(struct buf *out, const struct timeline_view *v);
static timeline_format *const formats[] = {timeline_text, timeline_json,
                                           timeline_csv, timeline_svg};

static bool read_options(const struct options *o, struct nh_timeline_options *t,
                         struct timeline_view *v)
{
    static const enum nh_by periods[] = {NH_BY_MONTH, NH_BY_DAY, NH_BY_WEEK,
                                         NH_BY_QUARTER, NH_BY_YEAR};
    long limit = NH_FACET_LIMIT, expand = 0, effort = 0;
    if (!options_number(o, "field-limit", 0, UINT32_MAX, &limit) ||
        !options_number(o, "expand", 1, UINT32_MAX, &expand) ||
        !options_number(o, "effort", 1, UINT32_MAX, &effort))
        return false;
    v->by = t->by = periods[options_choice(o, "by")];
    v->measure = (enum measure)options_choice(o, "measure");
    v->occurrences =
        options_get(o, "occurrences") || v->measure >= MEASURE_OCCURRENCES;
    v->field = t->field = options_get(o, "by-field");
    v->width = terminal_width();
    if (v->width == 0)
        v->width = WIDTH;
    t->flags = v->occurrences ? NH_TIMELINE_OCCURRENCES : 0;
    t->since = options_get(o, "since");
    t->until = options_get(o, "until");
    t->field_limit = limit ? (uint32_t)limit : UINT32_MAX;
    t->expand = (uint32_t)expand;
    t->effort = (uint32_t)effort;
    return true;
}

/* Says what is wrong; an error of a query comes with a caret under its place:
 * under the first one that fails by itself. */
static int report(nh_index *index, const struct nh_string *queries,
                  size_t count, const struct nh_timeline_options *t,
                  const struct nh_error *err)
{
    struct buf log = BUF_INIT;
    struct nh_string wrong = {"", 0};
    for (size_t i = 0; count > 1 && i < count && !wrong.len; i++) {
        nh_timeline *one;
        struct nh_error other;
        if (nh_index_timeline(&one, index, &queries[i], 1, t, &other) != NH_OK)
            wrong = queries[i];
        else
            nh_timeline_free(one);
    }
    if (count == 1)
        wrong = queries[0];
    const int status =
        query_error_report(&log, err, NULL, wrong.data, wrong.len);
    fwrite(log.data, 1, log.len, stderr);
    buf_release(&log);
    return status;
}

static int print_timeline(nh_index *index, const struct nh_string *queries,
                          size_t count, const struct nh_timeline_options *t,
                          struct timeline_view *v, size_t format)
{
    struct nh_error err;
    struct buf out = BUF_INIT;
    nh_timeline *timeline;
    uint64_t matches = 0;
    int rc = nh_index_timeline(&timeline, index, queries, count, t, &err);
    if (rc != NH_OK)
        return report(index, queries, count, t, &err);
    v->count = nh_timeline_series(&v->series, timeline);
    for (size_t i = 0; i < v->count; i++)
        matches += v->series[i].articles;
    formats[format](&out, v);
    if (!out.failed && out.len)
        fwrite(out.data, 1, out.len, stdout); /* errors: command_finish */
    if (out.failed)
        rc = error_nomem(&err);
    buf_release(&out);
    nh_timeline_free(timeline);
    return rc != NH_OK ? command_fail(&err)
                       : command_finish(matches ? EXIT_FOUND : EXIT_NOTHING);
}

static int run_timeline(const struct options *o)
{
    struct nh_error err;
    struct nh_timeline_options t = NH_TIMELINE_OPTIONS_INIT;
    struct timeline_view v;
    nh_index *index;
    memset(&v, 0, sizeof v);
    if (!read_options(o, &t, &v))
        return EXIT_USAGE;
    if (o->count < 1) {
        say("newshound timeline: give a query; each argument is one\n");
        return EXIT_USAGE;
    }
    const size_t count = (size_t)o->count, format = options_choice(o, "format");
    struct nh_string *queries = calloc(count, sizeof *queries);
    int status;
    if (!queries) {
        error_nomem(&err);
        return command_fail(&err);
    }
    for (size_t i = 0; i < count; i++)
        queries[i] = (struct nh_string){o->args[i], strlen(o->args[i])};
    if (nh_index_open(&index, command_index_path(o), &err) != NH_OK) {
        status = command_fail(&err);
    } else {
        pager_start(format == 0 && !options_get(o, "no-pager"));
        status = print_timeline(index, queries, count, &t, &v, format);
        nh_index_close(index);
    }
    free(queries);
    return status;
}

const struct command command_timeline = {
    "timeline",
    "count articles by time",
    "[OPTIONS] QUERY...",
    "  newshound timeline inflation\n"
    "  newshound timeline --by year --measure share strike 'wage OR wages'\n"
    "  newshound timeline --by-field source --since 2018 '\"climate change\"'\n"
    "  newshound timeline --format svg inflation unemployment > chart.svg\n"
    "  newshound timeline --format csv --occurrences inflation > table.csv\n"
    "  Each argument is a query of its own.\n",
    options,
    run_timeline};
