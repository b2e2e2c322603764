/* Owns the mending of queries that people typed into a box: one change of the
 * text for each error, until the rest is a query. */
#include "searcher/query/query.h"

#include <string.h>

/* Bytes of the text that a notice quotes at most. */
#define QUOTED_MAX 60

static struct slice cut(struct slice s)
{
    if (s.len > QUOTED_MAX)
        s.len = QUOTED_MAX;
    return s;
}

/* Appends the text without wildcards and without ~ and what follows it. */
static void strip(struct buf *out, struct slice s)
{
    for (size_t i = 0; i < s.len && s.data[i] != '~'; i++)
        if (!strchr("*?", s.data[i]))
            buf_append_byte(out, (uint8_t)s.data[i]);
}

/* What is to stand in the place of `old`. */
static void replacement(const struct query_fix *fix, struct slice old,
                        struct buf *out)
{
    buf_reset(out);
    if (fix->kind == FIX_REPLACE) {
        buf_append_str(out, fix->with ? fix->with : fix->text);
    } else if (fix->kind == FIX_STRIP) {
        strip(out, old);
    } else {
        buf_append_byte(out, '"');
        buf_append(out, old.data, old.len);
        buf_append_byte(out, '"');
    }
}

static void describe(struct buf *note, struct slice old, const struct buf *new)
{
    old = cut(slice_trim(old));
    struct slice with = cut((struct slice){new->data, new->len});
    if (note->len)
        buf_append_str(note, ", ");
    if (with.len && old.len)
        buf_printf(note, "%.*s for %.*s", (int)with.len, with.data,
                   (int)old.len, old.data);
    else if (old.len)
        buf_printf(note, "%.*s left out", (int)old.len, old.data);
    else if (with.len)
        buf_printf(note, "%.*s added", (int)with.len, with.data);
    else
        buf_append_str(note, "a space left out");
}

/* Changes `text`, and says in `note` how. False if memory ran out. */
static bool mend(struct buf *text, const struct query_fix *fix,
                 struct buf *note)
{
    struct buf next = BUF_INIT, with = BUF_INIT;
    struct slice old = {text->data + fix->offset, fix->length};
    const size_t end = fix->offset + fix->length;
    replacement(fix, old, &with);
    describe(note, old, &with);
    buf_append(&next, text->data, fix->offset);
    buf_append(&next, with.data, with.len);
    buf_append(&next, text->data + end, text->len - end);
    bool good = !next.failed && !with.failed && !note->failed;
    buf_release(&with);
    buf_release(text);
    *text = next;
    return good;
}

int query_parse_lenient(struct query *q, struct slice text, int64_t today,
                        struct buf *mended, struct nh_error *err)
{
    struct buf note = BUF_INIT;
    struct query_fix fix;
    size_t fixes = 0;
    int rc;
    buf_reset(mended);
    buf_append(mended, text.data, text.len);
    if (mended->failed)
        return error_nomem(err);
    while ((rc = query_parse_fix(q, (struct slice){mended->data, mended->len},
                                 today, &fix, err)) != NH_OK &&
           fix.kind != FIX_NONE && fixes++ < QUERY_FIXES_MAX) {
        if (!mend(mended, &fix, &note)) {
            rc = error_nomem(err);
            break;
        }
        if (slice_trim((struct slice){mended->data, mended->len}).len == 0)
            break; /* nothing is left, which does not mean all articles */
    }
    if (rc == NH_OK && fixes > 0) {
        struct buf *b = &q->notice;
        buf_append_str(b, b->len ? "; " : "");
        buf_append_str(b, "searched for ");
        buf_append(b, mended->data, mended->len);
        buf_append_str(b, " (");
        buf_append(b, note.data, note.len);
        buf_append_byte(b, ')');
        if (b->failed) {
            query_release(q);
            rc = error_nomem(err);
        }
    }
    buf_release(&note);
    return rc;
}
