/* Files of the index on any bytes: dictionary, manifest; dates. The first byte
 * chooses. */
#include <stdlib.h>

#include "common/date.h"
#include "common/manifest.h"
#include "common/stream/dict.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dict *d;
    struct manifest m;
    struct nh_date date;
    if (size == 0)
        return 0;
    struct slice rest = {(const char *)data + 1, size - 1};
    switch (data[0] % 3) {
    case 0:
        if (dict_load(&d, rest, "fuzz", NULL) == NH_OK)
            dict_free(d);
        break;
    case 1:
        if (manifest_parse(&m, rest, "fuzz", NULL) == NH_OK)
            manifest_release(&m);
        break;
    default:
        if (date_parse(rest, &date)) {
            struct buf out = BUF_INIT;
            date_format(date, &out);
            buf_release(&out);
        }
        int64_t first, last;
        if (date_period(rest, 19860, &first, &last) && first > last)
            abort();
    }
    return 0;
}
