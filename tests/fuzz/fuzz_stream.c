/* The stream decoder and scanner on any bytes: in bounds, and an error or
 * text. */
#include <stdlib.h>
#include <string.h>

#include "common/stream/stream.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct dict *dict;
    static struct stream_decoded decoded;
    struct slice stream = {(const char *)data, size};
    struct slice words[2] = {{"the", 3}, {"zyzzyva", 7}};
    struct stream_phrase p;
    if (!dict && dict_builtin(&dict, NULL) != NH_OK)
        abort();
    stream_decode(dict, stream, &decoded, NULL);
    for (int scope = SCOPE_ANY; scope <= SCOPE_BODY; scope++) {
        if (stream_phrase_init(&p, dict, words, 2, NULL) != NH_OK)
            abort();
        stream_phrase_match(&p, dict, stream, (enum stream_scope)scope);
        stream_phrase_release(&p);
    }
    return 0;
}
