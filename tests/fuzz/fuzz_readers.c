/* Parsing of records in every format. */
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"
#include "corpus/reader.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct parse_context ctx;
    static struct article article;
    struct nh_error err;
    struct slice record = {(const char *)data, size};
    if (size == 0)
        return 0;
    for (size_t i = 0; reader_table[i]; i++) {
        article_reset(&article);
        if (reader_table[i]->parse(&ctx, record, &article, &err) != NH_OK)
            continue;
        if (!utf8_valid(article.title.data, article.title.len) ||
            !utf8_valid(article.body.data, article.body.len))
            abort();
        for (size_t v = 0; v < article.count; v++)
            if (article.values[v].text.len == 0 ||
                article.values[v].text.len > ARTICLE_VALUE_BYTES)
                abort();
    }
    reader_detect(record, &err);
    return 0;
}
