/* Owns the reader of tables: the first row has names of fields, each other row
 * is an article. Promises that a row that cannot be read is reported and costs
 * no other. csv_rows.c has the notation. */
#include <string.h>

#include "common/text/charset.h"
#include "corpus/input/reader.h"
#include "corpus/structured/csv_rows.h"
#include "corpus/structured/values.h"

/* Bytes from which it is told how a table is written. */
#define LOOK_BYTES 65536

static bool csv_detect(struct slice head)
{
    struct csv_head h;
    return csv_look(head, &h) && csv_has_columns(head, &h);
}

/* ---- Splitting. What all records of a table begin with, in in->shared: the
 * first HEAD_BYTES say how it is written, then come the names. */

enum {
    HEAD_MARK,                  /* the mark between cells */
    HEAD_FLAGS,                 /* of enum head_flag */
    HEAD_COUNT,                 /* two bytes, little-endian: cells of a row */
    HEAD_SIZE = HEAD_COUNT + 2, /* four: bytes of the row of names */
    HEAD_BYTES = HEAD_SIZE + 4
};

enum head_flag {
    FLAG_CR = 1,
    FLAG_BACKSLASH = 2,
    FLAG_SHIFT = 4,
    FLAG_LOST = 8, /* in a row that could not be read: not yet at the next */
    FLAG_LOOSE = 16,
    FLAG_ESCAPES = 32
};

static struct csv_dialect dialect_of(const char *head)
{
    const int flags = head[HEAD_FLAGS];
    return (struct csv_dialect){.mark = head[HEAD_MARK],
                                .cr = (flags & FLAG_CR) != 0,
                                .backslash = (flags & FLAG_BACKSLASH) != 0,
                                .loose = (flags & FLAG_LOOSE) != 0,
                                .escapes = (flags & FLAG_ESCAPES) != 0};
}

/* Reads the row of names. 1, 0 for an empty file, or an error. */
static int start(struct input *in, struct nh_error *err)
{
    struct slice text;
    struct csv_head h;
    int rc = input_look(in, LOOK_BYTES, &text, err);
    if (rc == INPUT_IDLE) /* a feed that is slow: its first bytes must do */
        rc = input_peek(in, 1, &text, err);
    if (rc != NH_OK)
        return rc;
    if (text.len > 2 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0) {
        input_skip(in, 3);
        text = (struct slice){text.data + 3, text.len - 3};
    }
    if (slice_trim(text).len == 0)
        return 0;
    if (!csv_look(text, &h))
        return error_set_at(err, NH_EDATA, in->offset,
                            "the first row has no names of columns");
    const unsigned flags = (h.dialect.cr ? FLAG_CR : 0u) |
                           (h.dialect.backslash ? FLAG_BACKSLASH : 0u) |
                           (h.dialect.loose ? FLAG_LOOSE : 0u) |
                           (h.dialect.escapes ? FLAG_ESCAPES : 0u) |
                           (h.shift ? FLAG_SHIFT : 0u);
    buf_append_byte(&in->shared, (uint8_t)h.dialect.mark);
    buf_append_byte(&in->shared, (uint8_t)flags);
    buf_append_le(&in->shared, h.names + h.shift, 2);
    buf_append_le(&in->shared, h.size, 4);
    buf_append(&in->shared, h.row.data, h.size);
    input_skip(in, h.skipped + h.size);
    return in->shared.failed ? error_nomem(err) : 1;
}

/* A row: where it begins, how long it is, how it is read. */
struct row {
    struct slice text; /* all that there is from its beginning on */
    size_t size, cells;
    enum csv_end end;
    bool loose; /* how it is read */
};

/* Reads a row that has not as many cells as there are names, or is never
 * closed, by pairs of quotation marks, if it fits then. */
static void try_loose(struct row *row, struct csv_dialect d, size_t names)
{
    const char *line =
        memchr(row->text.data, d.cr ? '\r' : '\n', row->text.len);
    const struct slice text = {row->text.data,
                               row->end == CSV_ROW ? row->size
                               : line ? (size_t)(line - row->text.data) + 1
                                      : row->text.len};
    size_t size, cells;
    d.loose = true;
    if (csv_row(text, true, &d, &size, &cells) != CSV_ROW || cells != names)
        return;
    row->size = size;
    row->cells = cells;
    row->end = CSV_ROW;
    row->loose = true;
}

/* Finds the next row. An error of the input, or 1. */
static int find_row(struct input *in, struct row *row, struct nh_error *err)
{
    const struct csv_dialect d = dialect_of(in->shared.data);
    const size_t names =
        le_read((const uint8_t *)in->shared.data + HEAD_COUNT, 2);
    struct slice *const text = &row->text;
    size_t want = 1;
    for (;;) {
        int rc = input_peek(in, want, text, err);
        if (rc == INPUT_IDLE && want > 1) /* less than twice as much came */
            rc = input_peek(in, want / 2 + 1, text, err);
        if (rc != NH_OK)
            return rc;
        row->end = CSV_ROW;
        row->size = row->cells = 0;
        row->loose = d.loose;
        if (!text->len)
            return 1;
        const bool last = text->len < want;
        row->end = csv_row(*text, last, &d, &row->size, &row->cells);
        if (row->end == CSV_MORE && text->len > INPUT_RECORD_MAX)
            row->end = CSV_OPEN;
        if (row->end == CSV_OPEN ||
            (row->end == CSV_ROW && row->cells != names))
            try_loose(row, d, names);
        if (row->end != CSV_MORE)
            return 1;
        want = text->len * 2;
        if (want > INPUT_RECORD_MAX + 1 && text->len <= INPUT_RECORD_MAX)
            want = INPUT_RECORD_MAX + 1;
    }
}

/* Leaves the line behind that a row began with. */
static int leave_line(struct input *in, struct slice text, struct nh_error *err)
{
    const struct csv_dialect d = dialect_of(in->shared.data);
    const char *at = memchr(text.data, d.cr ? '\r' : '\n', text.len);
    const uint64_t offset = in->offset;
    in->shared.data[HEAD_FLAGS] |= FLAG_LOST;
    input_skip(in, at ? (size_t)(at - text.data) + 1 : text.len);
    return error_set_at(err, NH_EDATA, offset,
                        "a quotation mark in the row is never closed");
}

/* Puts a row behind what all records of the table begin with. */
static int make_record(struct input *in, const struct row *row,
                       struct nh_error *err)
{
    buf_reset(&in->record);
    buf_append(&in->record, in->shared.data, in->shared.len);
    buf_append(&in->record, row->text.data, row->size);
    if (in->record.failed)
        return error_nomem(err);
    if (row->loose)
        in->record.data[HEAD_FLAGS] |= FLAG_LOOSE;
    return NH_OK;
}

static int csv_split(struct input *in, struct slice *record, uint64_t *offset,
                     struct nh_error *err)
{
    *offset = in->offset;
    int rc = in->shared.len ? 1 : start(in, err);
    while (rc == 1) {
        struct row row;
        *offset = in->offset;
        rc = find_row(in, &row, err);
        if (rc != 1)
            break;
        if (row.end == CSV_OPEN)
            return leave_line(in, row.text, err);
        if (!row.size)
            return 0;
        const struct slice words =
            slice_trim((struct slice){row.text.data, row.size});
        const bool lost = in->shared.data[HEAD_FLAGS] & FLAG_LOST;
        const uint8_t *const head = (const uint8_t *)in->shared.data;
        /* Lines of a row that was reported have other numbers of cells. */
        const bool good =
            words.len && (!lost || row.cells == le_read(head + HEAD_COUNT, 2));
        if (good) {
            in->shared.data[HEAD_FLAGS] &= ~FLAG_LOST;
            if (make_record(in, &row, err) != NH_OK)
                return NH_ENOMEM;
        }
        input_skip(in, row.size);
        if (!good)
            continue;
        *record = buf_slice(&in->record);
        return 1;
    }
    return rc == 0 ? 0 : input_give_up(in, rc);
}

/* ---- Parsing. */

static bool set_field(struct parse_context *ctx, enum field field, bool markup,
                      struct slice text, struct article *out)
{
    if (field == FIELD_TITLE || field == FIELD_BODY) {
        buf_reset(&ctx->work);
        return values_append_text(ctx, slice_trim(text), markup) &&
               article_text(out,
                            field == FIELD_TITLE ? &out->title : &out->body,
                            buf_slice(&ctx->work));
    }
    const struct json_value v = {.type = JSON_STRING, .text = text};
    if (field != FIELD_DATE)
        return values_add(ctx, out, field, &v);
    article_date(out, text);
    return true;
}

/* The cells of a row for each field, with their quotes: of several columns the
 * best that has something in it. */
struct chosen_cells {
    struct slice cell[FIELD_COUNT];
    int rank[FIELD_COUNT];
    bool markup; /* the body's column is one of HTML */
    size_t names, cells;
};

static bool ends_with_html(struct slice name)
{
    return name.len > 3 &&
           slice_starts((struct slice){name.data + name.len - 4, 4}, "html");
}

/* Whether a cell says that there is nothing in it. */
static bool is_empty(struct parse_context *ctx)
{
    const struct slice text = slice_trim(buf_slice(&ctx->work));
    return text.len < 10 && reader_is_null(text);
}

/* Reads the names and the cells of a row side by side. */
static bool choose_cells(struct parse_context *ctx, struct slice names,
                         struct slice row, const struct csv_dialect *d,
                         struct chosen_cells *c)
{
    const char *name = names.data, *at = row.data;
    enum csv_end more_names = CSV_CELL, more = CSV_CELL;
    for (size_t place = 0; more == CSV_CELL; place++) {
        int rank, field = -1;
        buf_reset(&ctx->other);
        buf_reset(&ctx->work);
        if (more_names == CSV_CELL) {
            more_names =
                csv_cell(&name, names.data + names.len, true, d, &ctx->other);
            field = reader_field_at(ctx, place,
                                    slice_trim(buf_slice(&ctx->other)), &rank);
            c->names = place + 1;
        }
        const char *const from = at;
        more = csv_cell(&at, row.data + row.len, true, d, &ctx->work);
        if (ctx->work.failed || ctx->other.failed)
            return false;
        if (is_empty(ctx))
            continue;
        c->cells = place + 1;
        if (field < 0 || (c->cell[field].data && c->rank[field] <= rank))
            continue;
        c->rank[field] = rank;
        c->cell[field] = (struct slice){from, (size_t)(at - from)};
        if (field == FIELD_BODY)
            c->markup = ends_with_html(slice_trim(buf_slice(&ctx->other)));
    }
    return true;
}

static int read_row(struct parse_context *ctx, struct slice names,
                    struct slice row, const struct csv_dialect *d,
                    struct article *out, struct nh_error *err)
{
    struct chosen_cells c;
    memset(&c, 0, sizeof c);
    bool good = choose_cells(ctx, names, row, d, &c);
    if (good && c.cells > c.names)
        return error_set_at(err, NH_EDATA, 0,
                            "the row has %zu cells, more than the %zu names of "
                            "the first row: a cell with '%c' in it needs "
                            "quotation marks",
                            c.cells, c.names, d->mark);
    for (int f = 0; good && f < FIELD_COUNT; f++) {
        const char *cell = c.cell[f].data;
        if (!cell)
            continue;
        buf_reset(&ctx->cell);
        csv_cell(&cell, cell + c.cell[f].len, true, d, &ctx->cell);
        good = !ctx->cell.failed &&
               set_field(ctx, (enum field)f, f == FIELD_BODY && c.markup,
                         buf_slice(&ctx->cell), out);
    }
    if (!good)
        return error_nomem(err);
    return slice_trim(out->title).len || slice_trim(out->body).len
               ? NH_OK
               : error_set_at(err, NH_EDATA, 0,
                              "the row has neither a title nor a text");
}

/* Puts the names, then the row, into ctx->text as UTF-8. */
static int decode(struct parse_context *ctx, struct slice names,
                  struct slice row, bool shift, size_t *names_len, char mark,
                  struct nh_error *err)
{
    buf_reset(&ctx->text);
    if (shift)
        buf_append_byte(&ctx->text, (uint8_t)mark);
    int rc = charset_to_utf8(names, ctx->charset, &ctx->text, err);
    *names_len = ctx->text.len;
    return rc == NH_OK ? charset_to_utf8(row, ctx->charset, &ctx->text, err)
                       : rc;
}

static int csv_parse(struct parse_context *ctx, struct slice record,
                     struct article *out, struct nh_error *err)
{
    const uint8_t *const head = (const uint8_t *)record.data;
    const uint64_t size =
        record.len < HEAD_BYTES ? 0 : le_read(head + HEAD_SIZE, 4);
    if (size == 0 || size > record.len - HEAD_BYTES)
        return error_set_at(err, NH_EDATA, 0, "there is no row of names");
    const struct csv_dialect d = dialect_of(record.data);
    const struct slice names = {record.data + HEAD_BYTES, (size_t)size},
                       row = {names.data + names.len,
                              record.len - HEAD_BYTES - names.len};
    size_t names_len;
    int rc =
        decode(ctx, names, row, (record.data[HEAD_FLAGS] & FLAG_SHIFT) != 0,
               &names_len, d.mark, err);
    if (rc != NH_OK)
        return rc;
    const struct slice text = buf_slice(&ctx->text);
    return read_row(ctx, (struct slice){text.data, names_len},
                    (struct slice){text.data + names_len, text.len - names_len},
                    &d, out, err);
}

const struct reader reader_csv = {
    "csv",
    "tables with names of fields in the first row: CSV, also with ; | or tabs",
    false,
    csv_detect,
    csv_split,
    csv_parse};
