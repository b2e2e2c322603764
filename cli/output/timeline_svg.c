/* Owns timelines as charts in SVG 1.1, without scripts or outside resources. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "cli/output/output.h"
#include "cli/output/timeline.h"

/* Units of the picture: the plot, and what is around it. */
#define WIDTH 800.0
#define PLOT 300.0
#define LEFT 64.0
#define RIGHT 16.0
#define TOP 44.0
#define BOTTOM 28.0
#define LEGEND_LINE 20.0
/* Labels on the time axis at most, and lines of the grid, about. */
#define LABELS 10
#define GRID 5
/* Characters of a name in the legend. */
#define NAME_COLUMNS 90

/* Okabe and Ito, "Color universal design", 2008: told apart by nearly all. */
static const char *const colours[] = {"#0072B2", "#D55E00", "#009E73",
                                      "#CC79A7", "#E69F00", "#56B4E9",
                                      "#000000", "#B8A800"};
#define COLOURS (sizeof colours / sizeof *colours)
/* Lines beyond the colours are dashed. */
static const char *const dashes[] = {"", "6 3", "2 3", "8 3 2 3"};

static void put_escaped(struct buf *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        const char *name = c == '&'   ? "&amp;"
                           : c == '<' ? "&lt;"
                           : c == '>' ? "&gt;"
                           : c == '"' ? "&quot;"
                                      : NULL;
        if (name)
            buf_append_str(out, name);
        else
            buf_append_byte(out, (uint8_t)c);
    }
}

static void put_name(struct buf *out, const struct timeline_view *v, size_t i)
{
    struct buf name = BUF_INIT;
    timeline_put_name(&name, v, &v->series[i]);
    struct slice s = buf_slice(&name);
    const size_t end = s.len > NAME_COLUMNS ? NAME_COLUMNS : s.len;
    size_t at = end;
    while (at > 0 && at < s.len && ((unsigned char)s.data[at] & 0xC0) == 0x80)
        at--;
    put_escaped(out, (struct slice){s.data, at});
    if (at < s.len)
        buf_append_str(out, "...");
    out->failed = out->failed || name.failed;
    buf_release(&name);
}

/* The step of the grid: 1, 2 or 5 times a power of ten. */
static double grid_step(const struct timeline_view *v, double most)
{
    const double rough = most / GRID;
    double step = pow(10, floor(log10(rough)));
    const double n = rough / step;
    step *= n > 5 ? 10 : n > 2 ? 5 : n > 1 ? 2 : 1;
    if (v->measure != MEASURE_SHARE && v->measure != MEASURE_PER_MILLION &&
        step < 1)
        step = 1;
    return step;
}

static const char *measure_name(enum measure m)
{
    static const char *const names[] = {"articles", "share of all articles",
                                        "occurrences",
                                        "occurrences per million words"};
    return names[m];
}

static double x_of(size_t period, size_t count)
{
    return LEFT +
           (WIDTH - LEFT - RIGHT) * ((double)period + 0.5) / (double)count;
}

static double y_of(double value, double top)
{
    return TOP + PLOT - (top > 0 ? value / top : 0) * PLOT;
}

static void put_grid(struct buf *out, const struct timeline_view *v,
                     double step, double top)
{
    for (double value = 0; value <= top * (1 + 1e-9); value += step) {
        const double y = y_of(value, top);
        buf_printf(out,
                   "<line x1=\"%.0f\" y1=\"%.1f\" x2=\"%.0f\" y2=\"%.1f\" "
                   "stroke=\"%s\"/>\n<text x=\"%.0f\" y=\"%.1f\" "
                   "text-anchor=\"end\">",
                   LEFT, y, WIDTH - RIGHT, y, value > 0 ? "#ddd" : "#666",
                   LEFT - 8, y + 4);
        if (v->measure == MEASURE_SHARE)
            buf_printf(out, "%g%%", value * 100);
        else
            buf_printf(out, "%g", value);
        buf_append_str(out, "</text>\n");
    }
}

/* Whether a period is the first of its year. */
static bool begins_year(const struct nh_timeline_series *s, size_t k)
{
    return k > 0 && memcmp(s->periods[k].start.data,
                           s->periods[k - 1].start.data, 4) != 0;
}

/* Labels of the time axis: years where there are several, else periods. */
static void put_times(struct buf *out, const struct timeline_view *v)
{
    const struct nh_timeline_series *s = &v->series[0];
    size_t years = 0, year = 0;
    for (size_t k = 0; k < s->count; k++)
        years += begins_year(s, k);
    const bool by_year = years > 2;
    const size_t all = by_year ? years : s->count,
                 every = (all + LABELS - 1) / LABELS;
    for (size_t k = 0; k < s->count; k++) {
        if (by_year ? !begins_year(s, k) || year++ % every > 0 : k % every > 0)
            continue;
        const double x = x_of(k, s->count);
        buf_printf(out,
                   "<line x1=\"%.1f\" y1=\"%.0f\" x2=\"%.1f\" y2=\"%.0f\" "
                   "stroke=\"#666\"/>\n<text x=\"%.1f\" y=\"%.0f\" "
                   "text-anchor=\"middle\">",
                   x, TOP + PLOT, x, TOP + PLOT + 5, x, TOP + PLOT + 20);
        if (by_year)
            buf_append(out, s->periods[k].start.data, 4);
        else
            timeline_put_period(out, v->by, s->periods[k].start);
        buf_append_str(out, "</text>\n");
    }
}

/* What a period has, shown where the mouse rests on it. */
static void put_tip(struct buf *out, const struct timeline_view *v,
                    const struct nh_timeline_period *p)
{
    buf_append_str(out, "<title>");
    timeline_put_period(out, v->by, p->start);
    buf_append_str(out, ": ");
    timeline_put_value(out, v->measure, timeline_value(v, p));
    buf_append_str(out, "</title>");
}

static void put_columns(struct buf *out, const struct timeline_view *v,
                        double top)
{
    const struct nh_timeline_series *s = &v->series[0];
    const double each = (WIDTH - LEFT - RIGHT) / (double)s->count;
    const double width = each > 4 ? each * 0.8 : each;
    buf_printf(out, "<g fill=\"%s\">\n", colours[0]);
    for (size_t k = 0; k < s->count; k++) {
        const double value = timeline_value(v, &s->periods[k]);
        const double y = y_of(value, top);
        if (!(value > 0))
            continue;
        buf_printf(out,
                   "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" "
                   "height=\"%.2f\">",
                   x_of(k, s->count) - width / 2, y, width, TOP + PLOT - y);
        put_tip(out, v, &s->periods[k]);
        buf_append_str(out, "</rect>\n");
    }
    buf_append_str(out, "</g>\n");
}

static void put_line(struct buf *out, const struct timeline_view *v, size_t i,
                     double top)
{
    const struct nh_timeline_series *s = &v->series[i];
    buf_printf(out,
               "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"2\" "
               "stroke-linejoin=\"round\" stroke-dasharray=\"%s\" points=\"",
               colours[i % COLOURS], dashes[i / COLOURS % 4]);
    for (size_t k = 0; k < s->count; k++)
        buf_printf(out, "%s%.2f,%.2f", k ? " " : "", x_of(k, s->count),
                   y_of(timeline_value(v, &s->periods[k]), top));
    buf_append_str(out, "\"/>\n");
    if (s->count > 1)
        return;
    buf_printf(out, "<circle cx=\"%.2f\" cy=\"%.2f\" r=\"3\" fill=\"%s\"/>\n",
               x_of(0, 1), y_of(timeline_value(v, &s->periods[0]), top),
               colours[i % COLOURS]);
}

static void put_legend(struct buf *out, const struct timeline_view *v)
{
    for (size_t i = 0; i < v->count; i++) {
        const double y = TOP + PLOT + BOTTOM + LEGEND_LINE * ((double)i + 0.7);
        buf_printf(out,
                   "<line x1=\"%.0f\" y1=\"%.1f\" x2=\"%.0f\" y2=\"%.1f\" "
                   "stroke=\"%s\" stroke-width=\"3\" "
                   "stroke-dasharray=\"%s\"/>\n<text x=\"%.0f\" y=\"%.1f\">",
                   LEFT, y, LEFT + 24, y, colours[i % COLOURS],
                   dashes[i / COLOURS % 4], LEFT + 32, y + 4);
        put_name(out, v, i);
        buf_append_str(out, "</text>\n");
    }
}

void timeline_svg(struct buf *out, const struct timeline_view *v)
{
    const double most = timeline_most(v);
    const double step = most > 0 ? grid_step(v, most) : 1;
    const double top = most > 0 ? ceil(most / step - 1e-9) * step : 1;
    const bool several = v->count > 1;
    const double height = TOP + PLOT + BOTTOM +
                          (several ? LEGEND_LINE * (double)v->count : 0) + 8;
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f "
               "%.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\" "
               "font-family=\"sans-serif\" font-size=\"12\" fill=\"#333\">\n"
               "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
               "<text x=\"%.0f\" y=\"22\" font-size=\"16\">",
               WIDTH, height, WIDTH, height, LEFT);
    if (v->count == 1) {
        put_name(out, v, 0);
        buf_append_str(out, ": ");
    }
    buf_printf(out, "%s by %s</text>\n", measure_name(v->measure),
               timeline_by_name(v->by));
    put_grid(out, v, step, top);
    if (v->count > 0 && v->series[0].count > 0) {
        put_times(out, v);
        for (size_t i = 0; several && i < v->count; i++)
            put_line(out, v, i, top);
        if (!several)
            put_columns(out, v, top);
    }
    if (several)
        put_legend(out, v);
    buf_append_str(out, "</svg>\n");
}
