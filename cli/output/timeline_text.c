/* Owns timelines for people: bars of text.
 * Promises lines that fit the width, unless that is less than a label and its
 * number take. */
#include <inttypes.h>
#include <string.h>

#include "cli/output/output.h"
#include "cli/output/terminal.h"
#include "cli/output/timeline.h"

/* Columns of a series: the least that its bars are worth, beside the number,
 * and blanks between series. */
#define BAR_LEAST 16u
#define GAP 3u

const char *timeline_by_name(enum nh_by by)
{
    static const char *const names[] = {"day", "week", "month", "quarter",
                                        "year"};
    return names[by];
}

double timeline_value(const struct timeline_view *v,
                      const struct nh_timeline_period *p)
{
    switch (v->measure) {
    case MEASURE_ARTICLES:
        return (double)p->articles;
    case MEASURE_SHARE:
        return p->share;
    case MEASURE_OCCURRENCES:
        return (double)p->occurrences;
    case MEASURE_PER_MILLION:
        break;
    }
    return p->per_million;
}

double timeline_most(const struct timeline_view *v)
{
    double most = 0;
    for (size_t i = 0; i < v->count; i++)
        for (size_t k = 0; k < v->series[i].count; k++) {
            const double value = timeline_value(v, &v->series[i].periods[k]);
            most = value > most ? value : most;
        }
    return most;
}

void timeline_put_value(struct buf *out, enum measure measure, double value)
{
    if (measure == MEASURE_SHARE)
        buf_printf(out, "%.2f%%", value * 100);
    else if (measure == MEASURE_PER_MILLION)
        buf_printf(out, "%.1f", value);
    else
        buf_printf(out, "%.0f", value);
}

void timeline_put_period(struct buf *out, enum nh_by by, struct nh_string start)
{
    if (by == NH_BY_QUARTER && start.len >= 7) {
        const int month = (start.data[5] - '0') * 10 + start.data[6] - '0';
        buf_append(out, start.data, 4);
        buf_printf(out, " Q%d", (month + 2) / 3);
        return;
    }
    buf_append(out, start.data, start.len);
}

void timeline_put_name(struct buf *out, const struct timeline_view *v,
                       const struct nh_timeline_series *s)
{
    bool queries = false;
    for (size_t i = 0; i < v->count; i++)
        queries = queries || v->series[i].query.data == NULL ||
                  strcmp(v->series[i].query.data, s->query.data) != 0;
    if (!v->field || queries)
        output_clean(out, s->query, false);
    if (v->field && queries)
        buf_append_str(out, ": ");
    if (v->field)
        output_clean(out, s->value, false);
}

static void put_blanks(struct buf *out, size_t count)
{
    for (; count > 0; count--)
        buf_append_byte(out, ' ');
}

/* Appends text on the right side of so many columns. */
static void put_right(struct buf *out, const struct buf *text, size_t columns)
{
    put_blanks(out, text->len < columns ? columns - text->len : 0);
    buf_append(out, text->data, text->len);
}

/* A bar of so many eighths of columns. Every eighth has a character from U+2588
 * (a whole column) to U+258F. */
static void put_bar(struct buf *out, size_t eighths, size_t columns)
{
    const size_t whole = eighths / 8, rest = eighths % 8;
    for (size_t i = 0; i < whole; i++)
        buf_append_str(out, "\xe2\x96\x88");
    if (rest) {
        buf_append_str(out, "\xe2\x96");
        buf_append_byte(out, (uint8_t)(0x88 + 8 - rest));
    }
    put_blanks(out,
               columns > whole + (rest > 0) ? columns - whole - (rest > 0) : 0);
}

/* How a block of series is laid out. */
struct block {
    size_t first, count;       /* series */
    size_t label, number, bar; /* columns */
    double most;
};

static void put_headings(struct buf *out, const struct timeline_view *v,
                         const struct block *b)
{
    const size_t columns = b->number + 1 + b->bar;
    for (size_t i = b->first; i < b->first + b->count; i++) {
        const struct nh_timeline_series *s = &v->series[i];
        struct buf name = BUF_INIT, total = BUF_INIT, line = BUF_INIT;
        timeline_put_name(&name, v, s);
        buf_printf(&total, " (%" PRIu64 ")", s->articles);
        layout_trim(&line, (struct nh_string){name.data, name.len},
                    (unsigned)(columns - total.len));
        buf_append(&line, total.data, total.len);
        if (i == b->first)
            put_blanks(out, b->label);
        put_blanks(out, GAP);
        buf_append(out, line.data, line.len);
        const size_t used =
            terminal_columns((struct nh_string){line.data, line.len});
        if (i + 1 < b->first + b->count && used < columns)
            put_blanks(out, columns - used);
        out->failed = out->failed || name.failed || total.failed || line.failed;
        buf_release(&name);
        buf_release(&total);
        buf_release(&line);
    }
    buf_append_byte(out, '\n');
}

static void trim_line(struct buf *out)
{
    while (out->len && out->data[out->len - 1] == ' ')
        out->len--;
    buf_append_byte(out, '\n');
}

static void put_rows(struct buf *out, const struct timeline_view *v,
                     const struct block *b)
{
    struct buf cell = BUF_INIT;
    for (size_t k = 0; k < v->series[b->first].count; k++) {
        buf_reset(&cell);
        timeline_put_period(&cell, v->by, v->series[b->first].periods[k].start);
        buf_append(out, cell.data, cell.len);
        put_blanks(out, b->label - cell.len);
        for (size_t i = b->first; i < b->first + b->count; i++) {
            const double value = timeline_value(v, &v->series[i].periods[k]);
            size_t eighths =
                b->most > 0
                    ? (size_t)(value / b->most * (double)b->bar * 8 + 0.5)
                    : 0;
            if (value > 0 && eighths == 0)
                eighths = 1;
            buf_reset(&cell);
            timeline_put_value(&cell, v->measure, value);
            put_blanks(out, GAP);
            put_right(out, &cell, b->number);
            buf_append_byte(out, ' ');
            put_bar(out, eighths, b->bar);
        }
        trim_line(out);
    }
    out->failed = out->failed || cell.failed;
    buf_release(&cell);
}

static void put_undated(struct buf *out, const struct timeline_view *v)
{
    for (size_t i = 0; i < v->count; i++) {
        const struct nh_timeline_series *s = &v->series[i];
        if (s->undated == 0)
            continue;
        buf_printf(out, "%" PRIu64 " of %" PRIu64 " articles without a date: ",
                   s->undated, s->articles);
        timeline_put_name(out, v, s);
        buf_append_byte(out, '\n');
    }
}

/* Columns of the longest label and number. */
static void measure_columns(struct block *b, const struct timeline_view *v)
{
    struct buf cell = BUF_INIT;
    timeline_put_value(&cell, v->measure, b->most);
    b->number = cell.len;
    buf_reset(&cell);
    timeline_put_period(&cell, v->by, v->series[0].periods[0].start);
    b->label = cell.len;
    buf_release(&cell);
}

void timeline_text(struct buf *out, const struct timeline_view *v)
{
    struct block b = {0, 0, 0, 0, 0, timeline_most(v)};
    if (v->count > 0 && v->series[0].count > 0) {
        measure_columns(&b, v);
        const size_t least = GAP + b.number + 1 + BAR_LEAST;
        size_t fit = v->width > b.label ? (v->width - b.label) / least : 1;
        fit = fit > v->count ? v->count : fit > 0 ? fit : 1;
        const size_t all = (v->width - b.label) / fit;
        b.bar = all > least ? all - (GAP + b.number + 1) : BAR_LEAST;
        for (; b.first < v->count; b.first += b.count) {
            b.count = v->count - b.first < fit ? v->count - b.first : fit;
            if (b.first > 0)
                buf_append_byte(out, '\n');
            put_headings(out, v, &b);
            put_rows(out, v, &b);
        }
    }
    put_undated(out, v);
}
