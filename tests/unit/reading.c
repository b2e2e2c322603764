/* Owns the reading of files for tests. */
#include "tests/unit/reading.h"

#include "tests/unit/harness.h"

#include <zlib.h>

#include "common/base/file.h"

static void put_article(const struct article *a, struct buf *out)
{
    const struct slice id = article_get(a, FIELD_ID);
    buf_printf(out, "%.*s|%.*s|%.*s|", (int)id.len, id.data, (int)a->title.len,
               a->title.data, (int)a->body.len, a->body.data);
    date_format(a->date, out);
    for (size_t i = 0; i < a->count; i++)
        if (a->values[i].field != FIELD_ID)
            buf_printf(out, "|%s=%.*s", schema_fields[a->values[i].field].name,
                       (int)a->values[i].text.len, a->values[i].text.data);
    buf_append_byte(out, '\n');
}

void reading_file(const struct reader *r, const char *path, const char *map,
                  struct buf *out)
{
    struct records records;
    struct parse_context ctx;
    struct article a;
    struct nh_error err;
    struct slice record;
    uint64_t offset;
    int rc;
    memset(&ctx, 0, sizeof ctx);
    memset(&a, 0, sizeof a);
    ctx.map = map;
    buf_reset(out);
    assert_int_equal(records_open(&records, path, r, &err), NH_OK);
    while ((rc = records_next(&records, &record, &offset, &err)) != 0) {
        article_reset(&a);
        if (rc == 1)
            rc = records.reader->parse(&ctx, record, &a, &err);
        if (rc == NH_OK)
            put_article(&a, out);
        if (rc == NH_OK && a.damage[0])
            buf_printf(out, "damaged: %s\n", a.damage);
        if (rc != NH_OK)
            buf_printf(out, "bad: %s\n", err.message);
        if (rc != NH_OK && rc != NH_EDATA)
            break; /* the rest of the file */
    }
    records_close(&records);
    parse_context_release(&ctx);
    article_release(&a);
}

void reading_check_bytes(const struct reader *r, struct slice bytes,
                         const char *expected)
{
    struct buf out = BUF_INIT;
    file_replace("reader.in", bytes.data, bytes.len, NULL);
    reading_file(r, "reader.in", NULL, &out);
    assert_string_equal(buf_cstr(&out), expected);
    buf_release(&out);
}

void reading_check(const struct reader *r, const char *text, const char *map,
                   const char *expected)
{
    struct buf out = BUF_INIT;
    file_replace("reader.in", text, strlen(text), NULL);
    reading_file(r, "reader.in", map, &out);
    assert_string_equal(buf_cstr(&out), expected);
    gzFile gz = gzopen("reader.in.gz", "wb");
    gzwrite(gz, text, (unsigned)strlen(text));
    gzclose(gz);
    reading_file(r, "reader.in.gz", map, &out);
    assert_string_equal(buf_cstr(&out), expected);
    buf_release(&out);
}
