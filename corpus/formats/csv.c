/* Owns the reader of tables: CSV as RFC 4180 has it, also with semicolons or
 * tabs, the first row names of fields. */
#include <string.h>

#include "common/text/charset.h"
#include "corpus/input/reader.h"

#define COLUMNS_MAX 256

/* The cell at *p, without its quotes, in `out`; *p is then behind the mark that
 * ends it, or at the end. False at the end of the row. */
static bool next_cell(const char **p, const char *end, char mark,
                      struct buf *out)
{
    const char *s = *p;
    buf_reset(out);
    if (s > end)
        return false;
    if (s < end && *s == '"') {
        for (s++; s < end; s++) {
            if (*s == '"' && s + 1 < end && s[1] == '"')
                s++;
            else if (*s == '"')
                break;
            buf_append_byte(out, (uint8_t)*s);
        }
        s++;
    }
    for (; s < end && *s != mark; s++)
        buf_append_byte(out, (uint8_t)*s);
    *p = s + 1;
    return true;
}

/* What is between cells of a row of names: what there is most of. */
static char mark_of(struct slice row)
{
    static const char marks[] = {',', ';', '\t'};
    size_t most = 0;
    char found = '\0';
    for (size_t m = 0; m < sizeof marks; m++) {
        size_t count = 0;
        for (size_t i = 0; i < row.len; i++)
            count += row.data[i] == marks[m];
        if (count > most) {
            most = count;
            found = marks[m];
        }
    }
    return found;
}

static struct slice first_line(struct slice text)
{
    const char *end = text.len ? memchr(text.data, '\n', text.len) : NULL;
    return slice_trim(
        (struct slice){text.data, end ? (size_t)(end - text.data) : text.len});
}

/* A title or a text, and something else, among the names of the first row,
 * which are all names. */
static bool csv_detect(struct slice head)
{
    const struct slice row = first_line(head);
    const char mark = mark_of(row), *p = row.data;
    struct buf cell = BUF_INIT;
    bool text = false, names = mark != '\0' && row.len < head.len;
    size_t count = 0;
    while (names && next_cell(&p, row.data + row.len, mark, &cell)) {
        int rank;
        const struct slice name = slice_trim(buf_slice(&cell));
        const int field = reader_field(NULL, name, &rank);
        text = text || field == FIELD_TITLE || field == FIELD_BODY;
        names =
            name.len > 0 && name.len < 64 && !memchr(name.data, '.', name.len);
        count++;
    }
    buf_release(&cell);
    return names && text && count > 1 && count <= COLUMNS_MAX;
}

/* Where the row that begins at `at` ends: *end is behind its line end. 1; 0 if
 * there is no row; or an error. */
static int find_row(struct input *in, size_t *end, struct nh_error *err)
{
    size_t at = 0;
    bool quoted = false;
    char c = 0;
    int found;
    while ((found = input_byte(in, at, &c, err)) == 1 &&
           (quoted || c != '\n')) {
        if (c == '"')
            quoted = !quoted;
        at++;
    }
    if (found < 0)
        return found;
    *end = at + (found == 1);
    return *end > 0;
}

static int csv_split(struct input *in, struct slice *record, uint64_t *offset,
                     struct nh_error *err)
{
    struct slice have;
    size_t end = 0;
    for (;;) {
        int found = find_row(in, &end, err);
        *offset = in->offset;
        if (found < 0)
            return input_give_up(in, found);
        if (found == 0)
            return 0;
        int rc = input_peek(in, end, &have, err);
        if (rc != NH_OK)
            return rc;
        const struct slice row = slice_trim((struct slice){have.data, end});
        const bool names = in->offset == 0;
        buf_reset(names ? &in->shared : &in->record);
        if (names)
            buf_append(&in->shared, row.data, row.len);
        else
            buf_append(&in->record, in->shared.data, in->shared.len);
        buf_append_byte(names ? &in->shared : &in->record, '\n');
        if (!names)
            buf_append(&in->record, row.data, row.len);
        const bool empty = row.len == 0;
        input_skip(in, end);
        if (in->shared.failed || in->record.failed)
            return error_nomem(err);
        if (names || empty)
            continue;
        *record = (struct slice){in->record.data, in->record.len};
        return 1;
    }
}

/* Adds a value of a cell, or several that are apart by | or ;. */
static bool add_values(struct article *out, enum field field, struct slice text)
{
    if (!schema_fields[field].many)
        return article_add(out, field, text);
    bool good = true;
    while (good && text.len) {
        size_t n = 0;
        while (n < text.len && text.data[n] != '|' && text.data[n] != ';')
            n++;
        good = article_add(out, field, (struct slice){text.data, n});
        n += n < text.len;
        text = (struct slice){text.data + n, text.len - n};
    }
    return good;
}

static bool set_field(struct article *out, enum field field, struct slice text)
{
    if (field == FIELD_TITLE || field == FIELD_BODY)
        return article_text(
            out, field == FIELD_TITLE ? &out->title : &out->body, text);
    if (field != FIELD_DATE)
        return add_values(out, field, text);
    article_date(out, text);
    return true;
}

/* The cells of a row for each field: of several columns the best that has
 * something in it. False if memory ran out. */
static bool choose_cells(struct parse_context *ctx, struct slice names,
                         struct slice row, char mark,
                         struct slice cells[FIELD_COUNT])
{
    int best[FIELD_COUNT];
    const char *name = names.data, *at = row.data;
    const char *const names_end = names.data + names.len, *const end =
                                                              row.data +
                                                              row.len;
    for (int f = 0; f < FIELD_COUNT; f++)
        best[f] = INT32_MAX;
    memset(cells, 0, FIELD_COUNT * sizeof *cells);
    while (at <= end && next_cell(&name, names_end, mark, &ctx->other)) {
        int rank;
        if (ctx->other.failed)
            return false;
        const struct slice key = slice_trim(buf_slice(&ctx->other));
        const int field = reader_field(ctx->map, key, &rank);
        const char *start = at;
        bool quoted = false;
        while (at < end && (quoted || *at != mark))
            quoted = *at++ == '"' ? !quoted : quoted;
        if (field >= 0 && rank < best[field] && at > start) {
            best[field] = rank;
            cells[field] = (struct slice){start, (size_t)(at - start)};
        }
        at++;
    }
    return true;
}

static int read_row(struct parse_context *ctx, struct slice names,
                    struct slice row, struct article *out, struct nh_error *err)
{
    struct slice cells[FIELD_COUNT];
    const char mark = mark_of(names);
    bool good = choose_cells(ctx, names, row, mark, cells);
    for (int f = 0; good && f < FIELD_COUNT; f++) {
        const char *cell = cells[f].data;
        if (!cell)
            continue;
        next_cell(&cell, cell + cells[f].len, mark, &ctx->work);
        good = !ctx->work.failed &&
               set_field(out, (enum field)f, buf_slice(&ctx->work));
    }
    if (!good)
        return error_nomem(err);
    return slice_trim(out->title).len || slice_trim(out->body).len
               ? NH_OK
               : error_set_at(err, NH_EDATA, 0,
                              "the row has neither a title nor a text");
}

static int csv_parse(struct parse_context *ctx, struct slice record,
                     struct article *out, struct nh_error *err)
{
    buf_reset(&ctx->text);
    int rc = charset_to_utf8(record, ctx->charset, &ctx->text, err);
    if (rc != NH_OK)
        return rc;
    const struct slice text = buf_slice(&ctx->text);
    const struct slice names = first_line(text);
    const char *line = text.len ? memchr(text.data, '\n', text.len) : NULL;
    if (!line)
        return error_set_at(err, NH_EDATA, 0, "there is no row of names");
    const struct slice row = {line + 1,
                              (size_t)(text.data + text.len - line - 1)};
    return read_row(ctx, names, row, out, err);
}

const struct reader reader_csv = {
    "csv",
    "tables with names of fields in the first row: CSV, also with ; or tabs",
    false,
    csv_detect,
    csv_split,
    csv_parse};
