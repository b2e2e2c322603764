/* The layout of the public structs on 64-bit systems: programs that were built
 * against an older header go on to work, as long as this compiles. A struct
 * that the library fills may grow at its end, one with a size too, by a line
 * here. */
#include <newshound.h>
#include <newshound_reading.h>
#include <newshound_writer.h>

#define FROZEN(type, bytes)                                                    \
    _Static_assert(sizeof(type) == (bytes), #type " has changed")
#define PLACE(type, member, at)                                                \
    _Static_assert(offsetof(type, member) == (at), #member " has moved")

FROZEN(struct nh_error, 792);
PLACE(struct nh_error, message, 24);
PLACE(struct nh_error, hint, 536);
FROZEN(struct nh_string, 16);
FROZEN(struct nh_list, 16);
FROZEN(struct nh_stats, 80);
PLACE(struct nh_stats, map, 48);
FROZEN(struct nh_search_options, 104);
PLACE(struct nh_search_options, flags, 20);
PLACE(struct nh_search_options, facets, 64);
PLACE(struct nh_search_options, recency, 96);
FROZEN(struct nh_total, 32);
FROZEN(struct nh_period, 48);
FROZEN(struct nh_facet_value, 24);
FROZEN(struct nh_facet, 48);
FROZEN(struct nh_group, 40);
FROZEN(struct nh_span, 16);
FROZEN(struct nh_snippet, 40);
FROZEN(struct nh_hit, 280);
PLACE(struct nh_hit, id, 16);
PLACE(struct nh_hit, time, 128);
PLACE(struct nh_hit, author, 136);
PLACE(struct nh_hit, copies, 216);
PLACE(struct nh_hit, snippet, 224);
PLACE(struct nh_hit, heading, 264);
FROZEN(struct nh_term_score, 32);
FROZEN(struct nh_reason, 32);
FROZEN(struct nh_completion, 24);
FROZEN(struct nh_proposal, 80);
FROZEN(struct nh_article_view, 48);
PLACE(struct nh_article_view, body, 8);
FROZEN(struct nh_mention, 56);
FROZEN(struct nh_writer_options, 104);
PLACE(struct nh_writer_options, jobs, 56);
PLACE(struct nh_writer_options, ctx, 80);
PLACE(struct nh_writer_options, follow_links, 88);
PLACE(struct nh_writer_options, date_order, 92);
PLACE(struct nh_writer_options, change_options, 96);
FROZEN(struct nh_value, 24);
FROZEN(struct nh_counts, 48);
FROZEN(struct nh_timeline_options, 64);
PLACE(struct nh_timeline_options, field, 40);
FROZEN(struct nh_timeline_period, 64);
FROZEN(struct nh_timeline_series, 80);
FROZEN(struct nh_concordance_options, 64);
PLACE(struct nh_concordance_options, since, 32);
FROZEN(struct nh_concordance_line, 160);
PLACE(struct nh_concordance_line, left, 88);
_Static_assert(NH_EINTERNAL == -11 && NH_EQUERY == -3 && NH_SORT_OLDEST == 2 &&
                   NH_SEARCH_COLLAPSE == 16 && NH_NAMES_NONE == 2,
               "numbers that programs were built with have changed");

int main(void)
{
    return 0;
}
