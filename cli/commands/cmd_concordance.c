/* Owns `newshound concordance`. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "cli/output/csv.h"
#include "cli/output/output.h"
#include "cli/output/terminal.h"
#include "cli/shell/query_batch.h"
#include "cli/visible.h"
#include "common/base/json_out.h"
#include "newshound/newshound_reading.h"

/* Columns where standard output is no terminal. */
#define WIDTH 80
/* Columns of an id: this part of the width at most. */
#define ID_PART 5
#define DATE_COLUMNS 10u
/* Output is written in pieces of about so many bytes. */
#define DRAIN_BYTES ((size_t)1 << 16)

static const struct option_def options[] = {
    OPTION_INDEX,
    {'n', "limit", "N",
     "lines; of more occurrences a random sample; default 100"},
    {0, "all", NULL, "print every occurrence"},
    {0, "seed", "N", "of the random sample; default 1"},
    {'s', "sort", "ORDER=text|left|right|match|oldest|newest|source",
     "by place in the corpus (default), the words before, behind or of the "
     "match, date or source"},
    {0, "context", "N", "words on each side, for jsonl and csv; default 20"},
    {0, "since", "DATE", "only from this day, month or year on"},
    {0, "until", "DATE", "only up to this one, included"},
    {'f', "format", "FORMAT=text|jsonl|csv", "text (default), jsonl or csv"},
    {0, "expand", "N", "words that a wildcard may stand for; default 10000"},
    {0, "effort", "N", "times a query may look through the texts; default 40"},
    OPTION_COLOUR,
    OPTION_NO_PAGER,
    OPTION_HELP,
    {0, NULL, NULL, NULL}};

enum format { FORMAT_TEXT, FORMAT_JSONL, FORMAT_CSV };

struct printer {
    nh_concordance *lines;
    enum format format;
    unsigned width, id_columns;
    bool colour;
    uint64_t seed;
    struct buf out;
};

/* ---- Text. */

/* Where the text's last words begin that fit into so many columns. */
static size_t last_words(struct nh_string text, size_t columns)
{
    size_t at = 0;
    while (at < text.len && terminal_columns((struct nh_string){
                                text.data + at, text.len - at}) > columns) {
        const char *blank = memchr(text.data + at + 1, ' ', text.len - at - 1);
        at = blank ? (size_t)(blank - text.data) : text.len;
    }
    return at;
}

/* Bytes of the text's first words that fit into so many columns. */
static size_t first_words(struct nh_string text, size_t columns)
{
    size_t end = text.len;
    while (end > 0 &&
           terminal_columns((struct nh_string){text.data, end}) > columns) {
        end--;
        while (end > 0 && text.data[end] != ' ')
            end--;
    }
    return end;
}

static void put_blanks(struct buf *out, size_t count)
{
    for (; count > 0; count--)
        buf_append_byte(out, ' ');
}

/* Appends text, and blanks up to so many columns. */
static void put_cell(struct buf *out, struct nh_string text, unsigned columns)
{
    struct buf cell = BUF_INIT;
    layout_trim(&cell, text, columns);
    const size_t used =
        terminal_columns((struct nh_string){cell.data, cell.len});
    buf_append(out, cell.data, cell.len);
    put_blanks(out, used < columns ? columns - used : 0);
    out->failed = out->failed || cell.failed;
    buf_release(&cell);
}

static void put_match(struct printer *p, const struct nh_concordance_line *l,
                      size_t columns)
{
    struct layout bold = {0, 0, 0, p->colour};
    struct nh_string match = l->match;
    match.len = first_words(match, columns);
    if (match.len == 0 && columns > 3)
        layout_trim(&p->out, l->match, (unsigned)columns);
    else
        layout_put(&p->out, &bold, match, l->highlights, l->highlight_count);
}

static void put_text(struct printer *p, const struct nh_concordance_line *l)
{
    const size_t prefix = DATE_COLUMNS + p->id_columns + 4,
                 rest = p->width > prefix ? p->width - prefix : 0,
                 half = rest * 9 / 20;
    const struct nh_string day = {
        l->date.data, l->date.len < DATE_COLUMNS ? l->date.len : DATE_COLUMNS};
    put_cell(&p->out, day, DATE_COLUMNS);
    put_blanks(&p->out, 2);
    put_cell(&p->out, l->id, p->id_columns);
    put_blanks(&p->out, 2);
    const size_t at = last_words(l->left, half);
    const struct nh_string left = {l->left.data + at, l->left.len - at};
    put_blanks(&p->out, half - terminal_columns(left));
    output_clean(&p->out, left, false);
    const size_t room = rest - half, used = terminal_columns(l->match);
    put_match(p, l, room);
    if (used < room)
        output_clean(&p->out,
                     (struct nh_string){l->right.data,
                                        first_words(l->right, room - used)},
                     false);
    while (p->out.len && p->out.data[p->out.len - 1] == ' ')
        p->out.len--;
    buf_append_byte(&p->out, '\n');
}

/* ---- JSON and CSV. */

static struct slice slice_from(struct nh_string s)
{
    return (struct slice){s.data, s.len};
}

static void put_optional(struct buf *out, const char *key, struct nh_string s)
{
    json_key(out, key);
    if (s.len)
        json_string(out, slice_from(s));
    else
        buf_append_str(out, "null");
}

static void put_jsonl(struct printer *p, const struct nh_concordance_line *l)
{
    struct buf *out = &p->out;
    buf_append_byte(out, '{');
    json_member(out, "id", slice_from(l->id));
    json_member(out, "title", slice_from(l->title));
    put_optional(out, "date", l->date);
    put_optional(out, "source", l->source);
    json_member(out, "part", slice_of(l->in_title ? "title" : "body"));
    json_key(out, "start");
    buf_printf(out, "%zu", l->start);
    json_key(out, "end");
    buf_printf(out, "%zu", l->start + l->len);
    json_member(out, "left", slice_from(l->left));
    json_member(out, "match", slice_from(l->match));
    json_member(out, "right", slice_from(l->right));
    buf_append_str(out, "}\n");
}

static void put_csv(struct printer *p, const struct nh_concordance_line *l)
{
    struct buf *out = &p->out;
    csv_text(out, l->id);
    csv_text(out, l->date);
    csv_text(out, l->source);
    csv_name(out, l->in_title ? "title" : "body");
    csv_text(out, l->left);
    csv_text(out, l->match);
    csv_text(out, l->right);
    csv_end(out);
}

/* ---- All lines. */

static void drain(struct printer *p, bool all)
{
    if (p->out.failed || (!all && p->out.len < DRAIN_BYTES))
        return;
    fwrite(p->out.data, 1, p->out.len, stdout); /* errors: command_finish */
    buf_reset(&p->out);
}

/* Says how many occurrences there are, and if the lines are a sample. */
static void put_summary(struct printer *p)
{
    uint64_t articles;
    const uint64_t total = nh_concordance_total(p->lines, &articles);
    const size_t count = nh_concordance_count(p->lines);
    struct buf text = BUF_INIT;
    if (count < total)
        buf_printf(&text, "a random sample of %zu of ", count);
    buf_printf(&text, "%" PRIu64 " occurrence%s in %" PRIu64 " article%s",
               total, total == 1 ? "" : "s", articles,
               articles == 1 ? "" : "s");
    if (count < total)
        buf_printf(&text, " (--seed %" PRIu64 "; --all prints all)", p->seed);
    if (p->format == FORMAT_TEXT) {
        struct layout l = {p->width, 0, 0, false};
        layout_put(&p->out, &l, (struct nh_string){text.data, text.len}, NULL,
                   0);
        buf_append_byte(&p->out, '\n');
    } else if (count < total) {
        say("%.*s\n", (int)text.len, text.data);
    }
    p->out.failed = p->out.failed || text.failed;
    buf_release(&text);
}

/* Finds how wide the ids are. */
static int measure_ids(struct printer *p, struct nh_error *err)
{
    const struct nh_concordance_line *l;
    int rc = NH_OK;
    for (size_t i = 0; rc == NH_OK && i < nh_concordance_count(p->lines) &&
                       p->id_columns < p->width / ID_PART;
         i++) {
        rc = nh_concordance_line(&l, p->lines, i, err);
        const size_t columns = rc == NH_OK ? terminal_columns(l->id) : 0;
        if (columns > p->id_columns)
            p->id_columns = columns < p->width / ID_PART ? (unsigned)columns
                                                         : p->width / ID_PART;
    }
    return rc;
}

static int print_lines(struct printer *p, struct nh_error *err)
{
    static void (*const put[])(struct printer *,
                               const struct nh_concordance_line *) = {
        put_text, put_jsonl, put_csv};
    const struct nh_concordance_line *l;
    int rc = p->format == FORMAT_TEXT ? measure_ids(p, err) : NH_OK;
    if (p->format == FORMAT_CSV)
        buf_append_str(&p->out, "id,date,source,part,left,match,right\n");
    for (size_t i = 0; rc == NH_OK && i < nh_concordance_count(p->lines); i++) {
        rc = nh_concordance_line(&l, p->lines, i, err);
        if (rc == NH_OK) {
            put[p->format](p, l);
            drain(p, false);
        }
    }
    if (rc == NH_OK)
        put_summary(p);
    if (rc == NH_OK && p->out.failed)
        rc = error_nomem(err);
    drain(p, true);
    return rc;
}

static bool read_options(const struct options *o, struct printer *p,
                         struct nh_concordance_options *c)
{
    long limit = NH_CONCORDANCE_LIMIT, seed = 1,
         context = NH_CONCORDANCE_CONTEXT, expand = 0, effort = 0;
    if (!options_number(o, "limit", 1, UINT32_MAX - 1, &limit) ||
        !options_number(o, "seed", 0, INT32_MAX, &seed) ||
        !options_number(o, "context", 0, NH_CONCORDANCE_CONTEXT_MAX,
                        &context) ||
        !options_number(o, "expand", 1, UINT32_MAX, &expand) ||
        !options_number(o, "effort", 1, UINT32_MAX, &effort))
        return false;
    p->format = (enum format)options_choice(o, "format");
    p->width = terminal_width();
    if (p->width == 0)
        p->width = WIDTH;
    p->colour = terminal_colour((enum colour_when)options_choice(o, "color"));
    p->seed = c->seed = (uint64_t)seed;
    c->sort = (enum nh_concordance_sort)options_choice(o, "sort");
    c->limit = options_get(o, "all") ? UINT32_MAX : (uint32_t)limit;
    /* A line of text has no more words than columns. */
    c->context = p->format == FORMAT_TEXT ? p->width / 2 : (uint32_t)context;
    c->since = options_get(o, "since");
    c->until = options_get(o, "until");
    c->expand = (uint32_t)expand;
    c->effort = (uint32_t)effort;
    return true;
}

static int print_concordance(const struct options *o, struct printer *p,
                             nh_index *index, const struct buf *query,
                             const struct nh_concordance_options *c)
{
    struct nh_error err;
    struct buf log = BUF_INIT;
    int status;
    int rc = nh_index_concordance(&p->lines, index, query->data, query->len, c,
                                  &err);
    if (rc == NH_OK) {
        pager_start(p->format == FORMAT_TEXT && !options_get(o, "no-pager"));
        status =
            nh_concordance_total(p->lines, NULL) ? EXIT_FOUND : EXIT_NOTHING;
        rc = print_lines(p, &err);
        if (rc != NH_OK)
            status = command_fail(&err);
    } else {
        status = query_error_report(&log, &err, NULL, query->data, query->len);
        fwrite(log.data, 1, log.len, stderr);
        buf_release(&log);
    }
    nh_concordance_free(p->lines);
    return status;
}

static int run_concordance(const struct options *o)
{
    struct nh_error err;
    struct nh_concordance_options c = NH_CONCORDANCE_OPTIONS_INIT;
    struct printer p;
    struct buf query = BUF_INIT;
    nh_index *index;
    int status;
    memset(&p, 0, sizeof p);
    if (!read_options(o, &p, &c))
        return EXIT_USAGE;
    if (o->count < 1) {
        say("newshound concordance: what is to be shown? Give a query\n");
        return EXIT_USAGE;
    }
    if (!options_join(o, &query)) {
        error_nomem(&err);
        status = command_fail(&err);
    } else if (nh_index_open(&index, command_index_path(o), &err) != NH_OK) {
        status = command_fail(&err);
    } else {
        status = print_concordance(o, &p, index, &query, &c);
        nh_index_close(index);
    }
    buf_release(&p.out);
    buf_release(&query);
    return command_finish(status);
}

const struct command command_concordance = {
    "concordance",
    "show every occurrence of a query in its context",
    "[OPTIONS] QUERY...",
    "  newshound concordance inflation\n"
    "  newshound concordance --sort right '\"climate change\"'\n"
    "  newshound concordance --all --sort oldest person:Leike\n"
    "  newshound concordance --format jsonl --all 'wage* NEAR/5 price*'\n",
    options,
    run_concordance};
