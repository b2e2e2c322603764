/* Owns timelines for programs: CSV and JSON. */
#include <inttypes.h>
#include <string.h>

#include "cli/output/csv.h"
#include "cli/output/timeline.h"
#include "common/base/json_out.h"

#define JSON_VERSION 1

void timeline_csv(struct buf *out, const struct timeline_view *v)
{
    csv_name(out, "query");
    if (v->field)
        csv_name(out, v->field);
    csv_name(out, "start");
    csv_name(out, "articles");
    csv_name(out, "all_articles");
    csv_name(out, "share");
    if (v->occurrences) {
        csv_name(out, "occurrences");
        csv_name(out, "all_words");
        csv_name(out, "per_million");
    }
    csv_end(out);
    for (size_t i = 0; i < v->count; i++)
        for (size_t k = 0; k < v->series[i].count; k++) {
            const struct nh_timeline_period *p = &v->series[i].periods[k];
            csv_text(out, v->series[i].query);
            if (v->field)
                csv_text(out, v->series[i].value);
            csv_text(out, p->start);
            csv_count(out, p->articles);
            csv_count(out, p->all_articles);
            csv_real(out, p->share);
            if (v->occurrences) {
                csv_count(out, p->occurrences);
                csv_count(out, p->all_words);
                csv_real(out, p->per_million);
            }
            csv_end(out);
        }
}

static void put_count(struct buf *out, const char *key, uint64_t value)
{
    json_key(out, key);
    buf_printf(out, "%" PRIu64, value);
}

static void put_real(struct buf *out, const char *key, double value)
{
    json_key(out, key);
    buf_printf(out, "%.9g", value);
}

static void put_period(struct buf *out, const struct timeline_view *v,
                       const struct nh_timeline_period *p)
{
    json_comma(out);
    buf_append_byte(out, '{');
    json_member(out, "start", (struct slice){p->start.data, p->start.len});
    put_count(out, "articles", p->articles);
    if (v->occurrences)
        put_count(out, "occurrences", p->occurrences);
    put_real(out, "share", p->share);
    if (v->occurrences)
        put_real(out, "per_million", p->per_million);
    put_count(out, "all_articles", p->all_articles);
    if (v->occurrences)
        put_count(out, "all_words", p->all_words);
    buf_append_byte(out, '}');
}

static void put_series(struct buf *out, const struct timeline_view *v,
                       const struct nh_timeline_series *s)
{
    json_comma(out);
    buf_append_byte(out, '{');
    json_member(out, "query", (struct slice){s->query.data, s->query.len});
    if (v->field)
        json_member(out, "value", (struct slice){s->value.data, s->value.len});
    put_count(out, "articles", s->articles);
    put_count(out, "undated", s->undated);
    if (v->occurrences)
        put_count(out, "occurrences", s->occurrences);
    json_key(out, "periods");
    buf_append_byte(out, '[');
    for (size_t k = 0; k < s->count; k++)
        put_period(out, v, &s->periods[k]);
    buf_append_str(out, "]}");
}

void timeline_json(struct buf *out, const struct timeline_view *v)
{
    buf_append_byte(out, '{');
    put_count(out, "version", JSON_VERSION);
    json_member(out, "by", slice_of(timeline_by_name(v->by)));
    if (v->field)
        json_member(out, "field", slice_of(v->field));
    json_key(out, "series");
    buf_append_byte(out, '[');
    for (size_t i = 0; i < v->count; i++)
        put_series(out, v, &v->series[i]);
    buf_append_str(out, "]}\n");
}
