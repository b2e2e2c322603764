/* Rows and cells of tables: what parts them, what quotes mean, where a row ends
 * (csv_rows.c). */
#ifndef CORPUS_STRUCTURED_CSV_ROWS_H
#define CORPUS_STRUCTURED_CSV_ROWS_H

#include "common/base/buf.h"

/* How a table is written. */
struct csv_dialect {
    char mark;      /* between cells: , ; | ^ a tab or U+0001 */
    bool cr;        /* rows end with a carriage return alone */
    bool backslash; /* \" in a quoted cell is a quotation mark */
    bool loose;     /* words may stand behind a quotation: "A" and B */
    bool escapes;   /* \n, \t and \\ are what data bases mean by them */
};

enum csv_end {
    CSV_CELL, /* the cell ended, there are more in its row */
    CSV_ROW,  /* the row ended with it */
    CSV_MORE, /* the bytes end inside of it */
    CSV_OPEN  /* its quotation mark is never closed */
};

/* Reads the cell at *p, which is then behind what ends it, and appends its text
 * to `out`, which may be NULL. `last`: no bytes follow `end`. A cell is quoted
 * if a quotation mark is the first in it; a mark inside of a cell that is not
 * is a character, as is one in a quoted cell that neither is doubled nor stands
 * at the end. With `loose`, a cell that begins with a quotation mark ends at
 * the first mark between cells that is not inside of a pair of quotation marks.
 */
enum csv_end csv_cell(const char **p, const char *end, bool last,
                      const struct csv_dialect *d, struct buf *out);
/* Reads a row: *size gets its bytes with its line end, *cells the number of its
 * cells. CSV_ROW, CSV_MORE or CSV_OPEN. */
enum csv_end csv_row(struct slice text, bool last, const struct csv_dialect *d,
                     size_t *size, size_t *cells);

/* The first row of a table. */
struct csv_head {
    struct csv_dialect dialect;
    size_t skipped;   /* bytes before the row of names */
    struct slice row; /* the names, in the text that was looked at */
    size_t size;      /* of the row with its line end */
    size_t names;     /* cells of the row */
    size_t known;     /* of these, names of fields */
    bool text;        /* one of them is a title's or a body's */
    size_t shift;     /* 1: each row begins with a cell that has no name */
};

/* Tells from the first bytes of a table how it is written; whether all cells of
 * the first row can be names. */
bool csv_look(struct slice text, struct csv_head *out);
/* Whether one of the names is a title's or a text's, and there are rows behind
 * that fit the first. */
bool csv_has_columns(struct slice text, const struct csv_head *h);
/* Whether text consists of rows with equally many cells, whatever their names:
 * three rows at least. */
bool csv_is_table(struct slice text, struct csv_head *out);

#endif
