/* Splitting and parsing of records in every format. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"
#include "corpus/reader.h"
#include "tests/fuzz/fuzz.h"

/* Splits the bytes as a file. */
static void split(const struct reader *reader, const char *path)
{
    struct input in;
    struct nh_error err;
    struct slice record;
    uint64_t offset, last = 0;
    int rc;
    if (input_open(&in, path, &err) != NH_OK)
        return;
    while ((rc = reader->split(&in, &record, &offset, &err)) == 1 ||
           rc == NH_EDATA) {
        if (offset < last)
            abort();
        last = offset;
    }
    input_close(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct parse_context ctx;
    static struct article article;
    struct nh_error err;
    struct slice record = {(const char *)data, size};
    if (size == 0)
        return 0;
    /* As a file for the reader that it looks like. */
    const struct reader *detected = reader_detect(record, &err);
    FILE *f = detected ? fopen("fuzz.in", "wb") : NULL;
    if (f && fwrite(data, 1, size, f) == size && fclose(f) == 0)
        split(detected, "fuzz.in");
    for (size_t i = 0; reader_table[i]; i++) {
        if (reader_table[i] != detected && (i + size) % 4 != 0)
            continue; /* another time */
        article_reset(&article);
        if (reader_table[i]->parse(&ctx, record, &article, &err) != NH_OK)
            continue;
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
    return 0;
}
