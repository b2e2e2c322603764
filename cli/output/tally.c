/* Owns the summary of what was read. */
#include "cli/output/tally.h"

#include <inttypes.h>
#include <string.h>

#include "cli/output/output.h"
#include "cli/plural.h"

/* Reasons printed for a format. */
#define REASONS_SHOWN 5

static void put_clean(struct buf *out, const char *text)
{
    output_clean(out, (struct nh_string){text, strlen(text)}, false);
}

void tally_say_skipped(struct buf *out, const char *path, uint64_t offset,
                       const char *why)
{
    buf_append_str(out, "newshound: skipped ");
    put_clean(out, path);
    buf_printf(out, " at byte %" PRIu64 ": ", offset);
    put_clean(out, why);
    buf_append_byte(out, '\n');
}

void reasons_add(struct reasons *r, const struct reader *reader,
                 const char *reason)
{
    struct buf key = BUF_INIT;
    buf_append_byte(&key, (uint8_t)reader_number(reader));
    buf_append_str(&key, reason);
    uint32_t n = key.failed ? STRTAB_NONE
                 : r->table.count < REASONS_MAX
                     ? strtab_add(&r->table, key.data, key.len)
                     : strtab_find(&r->table, key.data, key.len);
    if (n != STRTAB_NONE)
        r->counts[n]++;
    buf_release(&key);
}

void reasons_reset(struct reasons *r)
{
    strtab_reset(&r->table);
    memset(r->counts, 0, sizeof r->counts);
}

void reasons_release(struct reasons *r)
{
    strtab_release(&r->table);
}

/* The most frequent reason of a reader that is less so than the last, or as
 * frequent and comes behind it; REASONS_MAX if there is none. */
static uint32_t next_reason(const struct reasons *r, size_t reader,
                            uint32_t last)
{
    uint32_t best = REASONS_MAX;
    for (uint32_t i = 0; i < r->table.count; i++) {
        const uint64_t count = r->counts[i];
        const bool behind = last == REASONS_MAX || count < r->counts[last] ||
                            (count == r->counts[last] && i > last);
        if ((uint8_t)r->table.entries[i].data[0] == reader && behind &&
            (best == REASONS_MAX || count > r->counts[best]))
            best = i;
    }
    return best;
}

static void print_reasons(FILE *to, const struct reasons *r, size_t reader,
                          uint64_t skipped)
{
    uint32_t at = REASONS_MAX;
    for (int shown = 0; shown < REASONS_SHOWN; shown++) {
        at = next_reason(r, reader, at);
        if (at == REASONS_MAX)
            break;
        struct buf line = BUF_INIT;
        buf_printf(&line, "%10" PRIu64 " x ", r->counts[at]);
        put_clean(&line, r->table.entries[at].data + 1);
        buf_append_byte(&line, '\n');
        fwrite(line.data ? line.data : "", 1, line.len, to);
        buf_release(&line);
        skipped -= r->counts[at] < skipped ? r->counts[at] : skipped;
    }
    if (skipped)
        fprintf(to, "%10" PRIu64 " for other reasons\n", skipped);
}

void tally_print(FILE *to, const struct reader_tally *tallies,
                 const struct reasons *reasons)
{
    for (size_t i = 0; i <= READERS_MAX; i++) {
        const struct reader_tally *t = &tallies[i];
        if (t->articles + t->skipped == 0)
            continue;
        fprintf(to, "%-10s ",
                i < READERS_MAX ? reader_table[i]->name : "unknown");
        if (t->articles)
            fprintf(to,
                    "%" PRIu64 " article%s, %" PRIu64
                    " with a date, %.1f MB of text",
                    t->articles, plural(t->articles), t->dated,
                    (double)t->bytes / 1e6);
        if (t->unread_dates)
            fprintf(to, "; %" PRIu64 " date%s not understood", t->unread_dates,
                    plural(t->unread_dates));
        if (t->skipped)
            fprintf(to, "%s%" PRIu64 " skipped", t->articles ? "; " : "",
                    t->skipped);
        fputc('\n', to);
        print_reasons(to, reasons, i, t->skipped);
    }
}
