/* Owns the notation of tables. Promises that what is never closed costs no more
 * than the way to the next quotation mark that opens a cell.
 *
 * A cell is quoted if a quotation mark is the first in it. In a quoted cell a
 * run of quotation marks stands for half as many; one that is left over closes
 * the cell if the mark between cells or the end of the row is behind it, else
 * it is a character. If there was a line end in the cell, and it stands where
 * cells begin, it opens the next cell: then this one was never closed. */
#include "corpus/structured/csv_rows.h"

#include <string.h>

#include "common/text/schema.h"

/* Blanks before the mark that opens a cell, and behind the one that closes it:
 * people put one or two. */
#define BLANKS_MAX 8
/* Longest name of a column, bytes. */
#define NAME_MAX_BYTES 64
/* Most columns. */
#define COLUMNS_MAX 1024
/* Rows that are compared. */
#define ROWS_COMPARED 20

static bool is_line_end(char c, const struct csv_dialect *d)
{
    return d->cr ? c == '\r' : c == '\n';
}

static const char *skip_blanks(const char *p, const char *end,
                               const struct csv_dialect *d)
{
    for (int i = 0; i < BLANKS_MAX && p < end &&
                    (*p == ' ' || (*p == '\t' && d->mark != '\t'));
         i++)
        p++;
    return p;
}

/* Whether a cell ends at p, behind its closing mark; *at_end: it cannot be
 * told, for the bytes end. */
static bool ends_cell(const char *p, const char *end,
                      const struct csv_dialect *d, bool *at_end)
{
    p = skip_blanks(p, end, d);
    if (p < end && *p == '\r' && !d->cr)
        p++;
    *at_end = p == end;
    return p < end && (*p == d->mark || is_line_end(*p, d));
}

/* Whether a cell could begin at p, which is not the first byte. */
static bool begins_cell(const char *p, const char *start,
                        const struct csv_dialect *d)
{
    for (int i = 0; i < BLANKS_MAX && p > start && p[-1] == ' '; i++)
        p--;
    return p > start && (p[-1] == d->mark || is_line_end(p[-1], d));
}

static size_t quote_run(const char *p, const char *end)
{
    size_t n = 0;
    while (p + n < end && p[n] == '"')
        n++;
    return n;
}

static void put(struct buf *out, const char *from, size_t n)
{
    if (out)
        buf_append(out, from, n);
}

static enum csv_end plain_cell(const char **p, const char *end, bool last,
                               const struct csv_dialect *d, struct buf *out)
{
    const char *from = *p, *s = from;
    while (s < end && *s != d->mark && !is_line_end(*s, d))
        s++;
    if (s == end && !last)
        return CSV_MORE;
    *p = s;
    const bool row = s == end || *s != d->mark;
    if (row && s > from && s[-1] == '\r')
        s--;
    put(out, from, (size_t)(s - from));
    if (*p == end)
        return CSV_ROW;
    ++*p;
    return row ? CSV_ROW : CSV_CELL;
}

/* Moves behind the end of a cell that is closed. */
static enum csv_end close_cell(const char **p, const char *end,
                               const struct csv_dialect *d)
{
    const char *s = skip_blanks(*p, end, d);
    if (s < end && *s == '\r' && !d->cr)
        s++;
    const bool more = s < end && *s == d->mark;
    *p = s < end ? s + 1 : s;
    return more ? CSV_CELL : CSV_ROW;
}

/* Whether \" or \\ or a backslash before a line end stands at s. */
static bool is_escape(const char *s, const char *end)
{
    return *s == '\\' && s + 1 < end &&
           (s[1] == '"' || s[1] == '\\' || s[1] == '\n');
}

/* Appends what is between the quotation marks around a cell, with doubled ones
 * inside as one; a cell that has none around it as it is. */
static void put_loose(struct buf *out, const char *from, const char *end)
{
    if (end - from < 2 || end[-1] != '"') {
        put(out, from, (size_t)(end - from));
        return;
    }
    from++;
    end--;
    while (from < end) {
        const char *at = memchr(from, '"', (size_t)(end - from));
        const char *next = at ? at + 1 : end;
        put(out, from, (size_t)(next - from));
        from = next + (next < end && at && *next == '"');
    }
}

/* The first quotation mark from s on that is no \", or the end. */
static const char *find_quote(const char *s, const char *end,
                              const struct csv_dialect *d)
{
    if (!d->backslash) {
        const char *at = memchr(s, '"', (size_t)(end - s));
        return at ? at : end;
    }
    while (s < end && *s != '"')
        s += is_escape(s, end) ? 2 : 1;
    return s < end ? s : end;
}

/* Reads a cell that begins with a quotation mark, by pairs of these marks. */
static enum csv_end loose_cell(const char **p, const char *end, bool last,
                               const struct csv_dialect *d, struct buf *out)
{
    const char *const from = *p, *s = from;
    bool open = false, lines = false;
    while (s < end && (open || (*s != d->mark && !is_line_end(*s, d)))) {
        if (open && *s != '"') { /* most of the bytes are passed over here */
            const char *next = find_quote(s, end, d);
            lines = lines || memchr(s, d->cr ? '\r' : '\n', (size_t)(next - s));
            s = next;
            continue;
        }
        if (d->backslash && is_escape(s, end)) {
            s += 2;
            continue;
        }
        const size_t n = quote_run(s, end);
        bool at_end;
        if (n % 2 && open && lines && !ends_cell(s + n, end, d, &at_end) &&
            !at_end)
            return CSV_OPEN; /* the mark of another row, not of this one */
        open = open != (n % 2 == 1);
        s += n ? n : 1;
    }
    if (s >= end && !last)
        return CSV_MORE;
    if (open)
        return CSV_OPEN;
    *p = s;
    while (s > from && (s[-1] == '\r' || s[-1] == ' '))
        s--;
    if (out)
        put_loose(out, from, s);
    return close_cell(p, end, d);
}

/* Puts line ends, tabs and backslashes for \n, \t and \\ behind `from`. */
static void undo_escapes(struct buf *out, size_t from)
{
    static const char codes[] = "ntr\\", means[] = "\n\t\n\\";
    size_t len = from;
    for (size_t i = from; i < out->len; i++) {
        const char c = out->data[i];
        const char *at = c == '\\' && i + 1 < out->len
                             ? memchr(codes, out->data[i + 1], 4)
                             : NULL;
        i += at != NULL;
        out->data[len++] = at ? means[at - codes] : c;
    }
    out->len = len;
}

/* Reads a quoted cell from behind its opening mark. */
static enum csv_end quoted_cell(const char **p, const char *end, bool last,
                                const struct csv_dialect *d, struct buf *out)
{
    const char *const start = *p, *s = start, *from = start;
    const char *line = NULL; /* the first line end in it, once it is known */
    bool backslash = d->backslash;
    while (s < end) {
        if (backslash && is_escape(s, end)) {
            put(out, from, (size_t)(s - from));
            from = s + 1;
            s += 2;
            continue;
        }
        if (*s != '"') { /* most of the bytes are passed over here */
            const char *next = backslash ? s + 1 : find_quote(s, end, d);
            if (!line)
                line = memchr(s, d->cr ? '\r' : '\n', (size_t)(next - s));
            s = next;
            continue;
        }
        const size_t n = quote_run(s, end);
        bool at_end;
        const bool ends = ends_cell(s + n, end, d, &at_end);
        if (at_end && !last)
            return CSV_MORE;
        /* The first \" of a table may stand behind the bytes that were looked
         * at. */
        const bool escape = n == 1 && s > start && s[-1] == '\\' && !ends;
        backslash = backslash || escape;
        put(out, from, (size_t)(s - from) - escape + n / 2);
        from = s + n;
        if (n % 2 && (ends || at_end)) {
            *p = s + n;
            return close_cell(p, end, d);
        }
        if (n % 2 && line && begins_cell(s, start, d))
            return CSV_OPEN;
        put(out, "\"", n % 2);
        s += n;
    }
    return last ? CSV_OPEN : CSV_MORE;
}

enum csv_end csv_cell(const char **p, const char *end, bool last,
                      const struct csv_dialect *d, struct buf *out)
{
    const char *s = skip_blanks(*p, end, d);
    const size_t n = quote_run(s, end), from = out ? out->len : 0;
    bool at_end;
    if (n == 0) {
        const enum csv_end found = plain_cell(p, end, last, d, out);
        if (out && d->escapes)
            undo_escapes(out, from);
        return found;
    }
    if (d->loose) {
        *p = s;
        return loose_cell(p, end, last, d, out);
    }
    const bool ends = ends_cell(s + n, end, d, &at_end);
    if (at_end && !last)
        return CSV_MORE;
    if (n % 2 == 0 && !ends && !at_end) /* ""so it is"" */
        return plain_cell(p, end, last, d, out);
    *p = s + 1;
    if (n % 2)
        return quoted_cell(p, end, last, d, out);
    put(out, s, (n - 2) / 2);
    *p = s + n;
    return close_cell(p, end, d);
}

enum csv_end csv_row(struct slice text, bool last, const struct csv_dialect *d,
                     size_t *size, size_t *cells)
{
    const char *p = text.data;
    enum csv_end found = CSV_CELL;
    for (*cells = 0; found == CSV_CELL; ++*cells)
        found = csv_cell(&p, text.data + text.len, last, d, NULL);
    *size = (size_t)(p - text.data);
    return found;
}

/* ---- The first row. */

static struct slice first_line(struct slice text)
{
    size_t n = 0;
    while (n < text.len && text.data[n] != '\n' && text.data[n] != '\r')
        n++;
    return (struct slice){text.data, n};
}

/* Whether \" stands before a letter, which it does only where it stands for a
 * quotation mark. */
static bool has_escapes(struct slice text)
{
    const char *const end = text.data + text.len, *p = text.data;
    while (p < end && (p = memchr(p, '\\', (size_t)(end - p)))) {
        const unsigned char c = end - p > 2 ? (unsigned char)p[2] : 0;
        if (c && p[1] == '"' &&
            ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
             (c >= '0' && c <= '9') || c >= 0x80))
            return true;
        p++;
    }
    return false;
}

/* Whether a table of tabs has the escapes of data bases: each backslash begins
 * one, and there are two or \N, which is NULL. */
static bool has_codes(struct slice text)
{
    const char *const end = text.data + text.len, *p = text.data;
    size_t count = 0;
    while (p < end && (p = memchr(p, '\\', (size_t)(end - p)))) {
        if (p + 1 < end && !strchr("ntr\\N", p[1]))
            return false;
        count += p + 1 < end && p[1] == 'N' ? 2 : 1;
        p += 2;
    }
    return count > 1;
}

/* Whether a cell can be the name of a column. */
static bool is_name(struct slice cell)
{
    return cell.len < NAME_MAX_BYTES &&
           (cell.len == 0 || !strchr(".!?:", cell.data[cell.len - 1]));
}

/* Reads the row at the beginning of the text as one of names, with this mark
 * between them; whether it can be one. */
static bool read_names(struct slice text, struct csv_head *h)
{
    struct buf cell = BUF_INIT;
    const char *p = text.data;
    enum csv_end found = CSV_CELL;
    bool names = true;
    size_t empty = 0;
    h->names = h->known = 0;
    h->text = false;
    while (found == CSV_CELL && h->names < COLUMNS_MAX) {
        int rank;
        buf_reset(&cell);
        found = csv_cell(&p, text.data + text.len, true, &h->dialect, &cell);
        const struct slice name = slice_trim(buf_slice(&cell));
        const int field = schema_find_key(name, &rank);
        h->known += field >= 0;
        h->text = h->text || field == FIELD_TITLE || field == FIELD_BODY;
        names = names && is_name(name);
        empty += name.len == 0;
        h->names++;
    }
    buf_release(&cell);
    h->size = (size_t)(p - text.data);
    h->row = (struct slice){text.data, h->size};
    return names && found == CSV_ROW && empty * 2 <= h->names;
}

/* Tables with tabs are written without quotation marks around cells, mostly. */
static void set_mark(struct csv_head *h, char mark, struct slice text)
{
    h->dialect.mark = mark;
    h->dialect.loose = mark == '\t';
    h->dialect.escapes = mark == '\t' && has_codes(text);
}

/* Chooses the mark by which most cells of the row are names of fields, then by
 * which there are most. */
static bool choose_mark(struct slice text, struct csv_head *h)
{
    static const char marks[] = {',', ';', '\t', '|', '^', '\x01'};
    struct csv_head best = *h;
    bool found = false;
    best.known = best.names = 0;
    for (size_t m = 0; m < sizeof marks; m++) {
        struct csv_head one = *h;
        set_mark(&one, marks[m], text);
        if (!read_names(text, &one) || one.names < 2 ||
            (found && (one.known < best.known ||
                       (one.known == best.known && one.names <= best.names))))
            continue;
        best = one;
        found = true;
    }
    *h = best;
    return found;
}

/* Passes over what may stand before the row of names: empty lines, comments,
 * the line "sep=;" of Excel, which says the mark. */
static struct slice skip_before(struct slice text, struct csv_head *h)
{
    for (;;) {
        const struct slice line = first_line(text);
        const struct slice words = slice_trim(line);
        size_t n = line.len;
        if (slice_starts(words, "sep=") && words.len == 5)
            h->dialect.mark = words.data[4];
        else if (slice_equal(line, slice_of("sep=\t")))
            h->dialect.mark = '\t';
        else if (words.len && words.data[0] != '#')
            return text;
        if (n == text.len)
            return (struct slice){text.data + n, 0};
        n +=
            text.data[n] == '\r' && n + 1 < text.len && text.data[n + 1] == '\n'
                ? 2
                : 1;
        text = (struct slice){text.data + n, text.len - n};
    }
}

/* Compares the rows behind the first: *rows that are whole, *same of them with
 * `cells` cells. */
static void compare_rows(struct slice text, const struct csv_dialect *d,
                         size_t cells, size_t *rows, size_t *same)
{
    *rows = *same = 0;
    while (text.len && *rows < ROWS_COMPARED) {
        size_t size, count;
        bool whole = csv_row(text, false, d, &size, &count) == CSV_ROW;
        if (!whole && (csv_row(text, true, d, &size, &count) != CSV_ROW ||
                       count != cells))
            return; /* it may be cut off */
        const bool empty = slice_trim((struct slice){text.data, size}).len == 0;
        *rows += !empty;
        *same += !empty && count == cells;
        text = (struct slice){text.data + size, text.len - size};
    }
}

/* Whether the text is one column: its name is a title's or a text's, a row has
 * quotation marks around it, and none has a comma outside of such. */
static bool is_column(struct slice text, struct csv_head *h)
{
    size_t size, count, rows = 0, quoted = 0;
    set_mark(h, ',', text);
    if (!read_names(text, h) || h->names != 1 || !h->text)
        return false;
    text = (struct slice){text.data + h->size, text.len - h->size};
    while (text.len && rows < ROWS_COMPARED &&
           csv_row(text, true, &h->dialect, &size, &count) == CSV_ROW) {
        const struct slice row = slice_trim((struct slice){text.data, size});
        if (count > 1)
            return false;
        rows += row.len > 0;
        quoted +=
            row.len > 1 && row.data[0] == '"' && row.data[row.len - 1] == '"';
        text = (struct slice){text.data + size, text.len - size};
    }
    return rows > 1 && quoted > 0;
}

bool csv_look(struct slice text, struct csv_head *out)
{
    struct csv_head h;
    size_t rows, same;
    memset(&h, 0, sizeof h);
    const struct slice table = skip_before(text, &h);
    const struct slice line = first_line(table);
    h.skipped = (size_t)(table.data - text.data);
    h.dialect.backslash = has_escapes(text);
    h.dialect.cr = line.len + 1 < table.len && table.data[line.len] == '\r' &&
                   table.data[line.len + 1] != '\n';
    if (h.dialect.mark)
        set_mark(&h, h.dialect.mark, table);
    const bool good = h.dialect.mark
                          ? read_names(table, &h) && h.names > 1
                          : choose_mark(table, &h) || is_column(table, &h);
    if (good) {
        const struct slice rest = {table.data + h.size, table.len - h.size};
        compare_rows(rest, &h.dialect, h.names + 1, &rows, &same);
        h.shift = rows > 1 && same == rows;
    }
    *out = h;
    return good;
}

bool csv_has_columns(struct slice text, const struct csv_head *h)
{
    size_t rows, same, size, count;
    const size_t from = h->skipped + h->size;
    const struct slice rest = {text.data + from, text.len - from};
    if (!h->text || !rest.len)
        return false;
    compare_rows(rest, &h->dialect, h->names + h->shift, &rows, &same);
    if (h->known > 1 && csv_row(rest, true, &h->dialect, &size, &count))
        return rows == 0 || same > 0 || count > 1;
    return rows > 0 && same == rows;
}

/* Whether most cells of a line begin with a blank, as what is behind commas in
 * sentences does. */
static bool is_prose(struct slice line, char mark)
{
    size_t marks = 0, blanks = 0;
    for (size_t i = 0; i + 1 < line.len; i++) {
        marks += line.data[i] == mark;
        blanks += line.data[i] == mark && line.data[i + 1] == ' ';
    }
    return blanks * 2 >= marks;
}

bool csv_is_table(struct slice text, struct csv_head *out)
{
    static const char marks[] = {'\t', ',', ';', '|'};
    struct csv_head h;
    memset(&h, 0, sizeof h);
    text = skip_before(text, &h);
    for (size_t m = 0; m < sizeof marks; m++) {
        size_t size, rows, same;
        const bool tab = marks[m] == '\t';
        set_mark(&h, marks[m], text);
        if (csv_row(text, true, &h.dialect, &size, &h.names) != CSV_ROW ||
            h.names < (tab ? 2u : 3u) || size == 0)
            continue;
        h.row = slice_trim((struct slice){text.data, size});
        const struct slice rest = {text.data + size, text.len - size};
        struct csv_head names = h;
        compare_rows(rest, &h.dialect, h.names, &rows, &same);
        /* A transcript has who speaks before a tab. */
        if (tab && h.names == 2 && !read_names(text, &names))
            continue;
        if (rows < 2 || same + (rows > 10) < rows ||
            (!tab && (is_prose(h.row, marks[m]) ||
                      is_prose(first_line(rest), marks[m]))))
            continue;
        *out = h;
        return true;
    }
    return false;
}
