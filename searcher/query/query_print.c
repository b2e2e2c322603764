/* Owns the printing of query trees for people. */
#include <inttypes.h>
#include <string.h>

#include "common/text/date.h"
#include "searcher/query/query.h"

static void put_day(struct buf *out, int64_t day)
{
    if (day != INT64_MIN && day != INT64_MAX)
        date_format((struct nh_date){day * 86400, DATE_DAY}, out);
}

static void put_words(const struct query_node *n, struct buf *out)
{
    for (size_t i = 0; i < n->word_count; i++) {
        buf_append_byte(out, ' ');
        buf_append(out, n->words[i].text.data, n->words[i].text.len);
    }
    if (n->title)
        buf_append_str(out, ", in the title");
    if (n->plain && n->required)
        buf_append_str(out, ", required");
}

static void put_node(const struct query_node *n, struct buf *out)
{
    static const char *const names[] = {
        "all of",   "any of", "not",          "word", "exactly",
        "filter",   "has",    "date",         "near", "same",
        "wildcard", "fuzzy",  "every article"};
    buf_append_str(out, n->expanded ? "any spelling of" : names[n->kind]);
    switch (n->kind) {
    case QUERY_FILTER:
        buf_printf(out, " %s: %s '", schema_fields[n->field].name,
                   n->whole ? "the whole value"
                   : memchr(n->value.data, ' ', n->value.len)
                       ? "with the words"
                       : "with the word");
        buf_append(out, n->value.data, n->value.len);
        buf_append_byte(out, '\'');
        break;
    case QUERY_HAS:
        buf_printf(out, " %s", schema_fields[n->field].name);
        break;
    case QUERY_DATE:
        buf_append_byte(out, ' ');
        put_day(out, n->first);
        buf_append_str(out, "..");
        put_day(out, n->last);
        break;
    case QUERY_NEAR:
        buf_printf(out, ": %" PRIu32 " words%s", n->distance,
                   n->ordered ? ", in this order" : "");
        break;
    case QUERY_SCOPE:
        buf_append_str(out, n->paragraph ? " paragraph" : " sentence");
        break;
    case QUERY_FUZZY:
        put_words(n, out);
        buf_printf(out, ", %" PRIu32 " edit%s", n->distance,
                   n->distance == 1 ? "" : "s");
        break;
    default:
        put_words(n, out);
    }
    buf_append_byte(out, '\n');
}

static void print(const struct query_node *n, unsigned depth, struct buf *out)
{
    for (unsigned i = 0; i < depth; i++)
        buf_append_str(out, "  ");
    put_node(n, out);
    for (size_t i = 0; i < n->count; i++)
        print(n->children[i], depth + 1, out);
}

void query_print(const struct query_node *node, struct buf *out)
{
    if (node)
        print(node, 0, out);
}
