/* Owns the writing of tables. */
#include "cli/output/csv.h"

#include <inttypes.h>
#include <string.h>

#include "cli/visible.h"

static void begin(struct buf *out)
{
    if (out->len && out->data[out->len - 1] != '\n')
        buf_append_byte(out, ',');
}

void csv_text(struct buf *out, struct nh_string text)
{
    struct buf shown = BUF_INIT;
    begin(out);
    visible_put(&shown, text.data, text.len, false);
    const struct slice s = buf_slice(&shown);
    bool quotes = s.len == 0; /* an empty cell at the start of a line counts */
    for (size_t i = 0; i < s.len; i++)
        quotes = quotes || strchr("\",\r\n", s.data[i]) != NULL;
    if (quotes)
        buf_append_byte(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] == '"')
            buf_append_byte(out, '"');
        buf_append_byte(out, (uint8_t)s.data[i]);
    }
    if (quotes)
        buf_append_byte(out, '"');
    out->failed = out->failed || shown.failed;
    buf_release(&shown);
}

void csv_name(struct buf *out, const char *name)
{
    csv_text(out, (struct nh_string){name, strlen(name)});
}

void csv_count(struct buf *out, uint64_t number)
{
    begin(out);
    buf_printf(out, "%" PRIu64, number);
}

void csv_real(struct buf *out, double number)
{
    begin(out);
    buf_printf(out, "%.9g", number);
}

void csv_end(struct buf *out)
{
    buf_append_byte(out, '\n');
}
