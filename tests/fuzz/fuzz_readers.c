/* Files of every format, packed and in archives: splitting and parsing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"
#include "corpus/records.h"
#include "tests/fuzz/fuzz.h"

static struct parse_context ctx;
static struct article article;

static void check_article(void)
{
    if (!utf8_valid(article.title.data, article.title.len) ||
        !utf8_valid(article.body.data, article.body.len))
        abort();
    for (size_t v = 0; v < article.count; v++)
        if (article.values[v].text.len == 0 ||
            article.values[v].text.len > ARTICLE_VALUE_BYTES ||
            !utf8_valid(article.values[v].text.data,
                        article.values[v].text.len))
            abort();
}

static void parse(const struct reader *reader, struct slice record)
{
    struct nh_error err;
    article_reset(&article);
    if (reader->parse(&ctx, record, &article, &err) == NH_OK)
        check_article();
}

/* Reads the bytes as a file, with the reader that it looks like, or another. */
static void read_file(const char *path, const struct reader *forced)
{
    struct records records;
    struct nh_error err;
    struct slice record;
    uint64_t offset;
    int rc;
    if (records_open(&records, path, forced, &err) != NH_OK)
        return;
    while ((rc = records_next(&records, &record, &offset, &err)) == 1 ||
           rc == NH_EDATA)
        if (rc == 1)
            parse(records.reader, record);
    records_close(&records);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct nh_error err;
    const struct slice bytes = {(const char *)data, size};
    size_t count = 0;
    if (size == 0)
        return 0;
    while (reader_table[count])
        count++;
    FILE *f = fopen("fuzz.in", "wb");
    if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0)
        abort();
    read_file("fuzz.in", NULL);
    /* Another reader meets what is not for it: split, and parsed whole. */
    const struct reader *other = reader_table[(size + data[size / 2]) % count];
    if (reader_detect(bytes, &err) != other) {
        read_file("fuzz.in", other);
        parse(other, bytes);
    }
    return 0;
}
