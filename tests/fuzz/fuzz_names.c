/* Rules about names on any bytes, and what they make of the names in them:
 * what a filter finds because of rules is shown so. */
#include <stdlib.h>

#include "common/text/analysis.h"
#include "searcher/index/name_rules.h"
#include "tests/fuzz/fuzz.h"

static void use(const struct name_rules *r, struct slice line)
{
    struct buf folded = BUF_INIT;
    size_t count = 0;
    analysis_fold_name(line, &folded);
    const struct slice name = {folded.data ? folded.data : "", folded.len};
    const struct query_node filter = {
        .kind = QUERY_FILTER, .field = FIELD_ORG, .value = name, .whole = true};
    struct name_change *changes =
        name_rules_changes(r, &filter, (struct slice){"", 0}, &count);
    for (size_t i = 0; changes && i < count; i++) {
        enum field field = changes[i].stored;
        struct slice text;
        const bool shown =
            name_rules_map(r, &field, changes[i].folded, &text) &&
            field == FIELD_ORG;
        if (shown != changes[i].found)
            abort();
    }
    free(changes);
    buf_release(&folded);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct name_rules *r;
    struct slice rest = {(const char *)data, size};
    if (name_rules_read(&r, rest, "fuzz", NULL) != NH_OK)
        return 0;
    for (size_t i = 0; i < 16 && rest.len; i++) {
        const size_t len = rest.len < 5 ? rest.len : rest.len / 2;
        use(r, (struct slice){rest.data, len});
        rest.data += len;
        rest.len -= len;
    }
    name_rules_free(r);
    return 0;
}
