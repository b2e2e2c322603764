/* Owns `newshound help query`: the query language by examples. A test runs all
 * of them; newshound-query(7) says more. */
#include <stdio.h>

#include "cli/command.h"
#include "common/text/schema.h"

struct help_row {
    const char *example; /* a query; NULL: `text` is a heading */
    const char *text;
};

static const struct help_row rows[] = {
    {NULL, "Words"},
    {"openai safety", "both, in any form and order, in title or text"},
    {"\"safety culture\"", "exactly these words side by side"},
    {"=posts", "exactly this form of the word"},
    {"company's", "the same as company"},
    {"resign*", "words that begin so; * is any letters, ? is one"},
    {"*alignment", "words that end so"},
    {"Schulmann~", "one letter too many, missing, other or swapped"},
    {"Shulmann~2", "two of that"},
    {NULL, "Operators, in capitals"},
    {"leike AND altman", "both"},
    {"kasparov OR leike", "one at least"},
    {"openai -altman", "without altman; also: openai NOT altman"},
    {"openai (safety OR culture)", "groups"},
    {"openai +safety", "safety stays required under --any"},
    {NULL, "Places"},
    {"safety NEAR/8 backseat", "within 8 words; 10 without a number"},
    {"leike ONEAR/20 resigned", "in this order"},
    {"person:Leike NEAR/20 resign*", "near where the name stands in the text"},
    {"(culture backseat)/s", "in one sentence"},
    {"(posts culture)/p", "in one paragraph"},
    {NULL, "Fields; the value follows without a space"},
    {"person:Leike", "a name with this word; org:, place:, author: alike"},
    {"person:\"Jan Leike\"", "this whole name"},
    {"person:(Leike OR Schulman)", "a field for a group"},
    {"place:*", "articles with a place"},
    {"topic:safety", "the whole value; source:, lang:, id:; url: or its site"},
    {"copies:leike-resigns", "an article and those with the same text"},
    {"title:quits", "in the title; also a phrase or a wildcard"},
    {NULL, "Dates, in UTC, both ends included"},
    {"date:2024", "a year; 2024-05 a month, 2024-05-17 a day"},
    {"date:2024-05-14..2024-05-17", "a range; 2024.. and ..2024 are open"},
    {"openai -date:last-week", "also today, yesterday, this-month, last-may"},
    {"openai -date:30d", "the last 30 days; 2w, 6m, 1y"},
};

void print_query_help(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].example)
            printf("  %-30s  %s\n", rows[i].example, rows[i].text);
        else
            printf("%s%s\n", i ? "\n" : "", rows[i].text);
    }
    printf("\nFields\n");
    for (int f = 0; f < FIELD_COUNT; f++)
        if (schema_fields[f].queryable)
            printf("  %-30s  %s\n", schema_fields[f].example,
                   schema_fields[f].help);
    printf("\nman newshound-query says more.\n");
}
