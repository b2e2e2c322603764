/* Vocabularies of any bytes, whose checksum is put right first, read from start
 * to end and from places inside; patterns of the bytes against their words. */
#include <string.h>

#include "common/base/hash.h"
#include "common/store/vocabulary.h"
#include "searcher/query/pattern.h"
#include "tests/fuzz/fuzz.h"

static void read_words(struct vocabulary *v, struct slice from,
                       const struct pattern *p)
{
    struct vocabulary_cursor c;
    struct vocabulary_word word;
    memset(&c, 0, sizeof c);
    if (vocabulary_seek(&c, v, from, NULL) != NH_OK)
        return;
    for (int i = 0; i < 1000 && vocabulary_next(&c, &word, NULL) == 1; i++)
        pattern_matches(p, word.text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf file = BUF_INIT;
    struct vocabulary v;
    struct pattern p;
    if (size < 8)
        return 0;
    struct slice text = {(const char *)data, data[0] % 8u};
    if (!(data[0] % 3 ? pattern_wildcard(&p, text)
                      : pattern_fuzzy(&p, text, 1 + data[0] % 2)))
        pattern_wildcard(&p, (struct slice){"*", 1});
    buf_append_str(&file, VOCABULARY_MAGIC);
    buf_append(&file, data, size);
    if (!file.failed && file.len >= 8 + VOCABULARY_TRAILER) {
        uint8_t *end = (uint8_t *)file.data + file.len;
        uint64_t sum = hash64(file.data, file.len - 8);
        le_write32(end - 8, (uint32_t)sum);
        le_write32(end - 4, (uint32_t)(sum >> 32));
        if (file_replace("fuzz.words", file.data, file.len, NULL) == NH_OK &&
            vocabulary_open(&v, "fuzz.words", NULL) == NH_OK) {
            read_words(&v, (struct slice){"", 0}, &p);
            read_words(&v, text, &p);
            vocabulary_close(&v);
        }
    }
    buf_release(&file);
    return 0;
}
