/* Owns the abbreviations of names. Promises that a name written out is its own
 * plain form. */
#include "searcher/present/plain_name.h"

#include <string.h>

/* Fields that an abbreviation is used in. */
enum { IN_ORG = 1, IN_PLACE = 2, IN_PERSON = 4 };

/* Abbreviations of one word and what they stand for; "": nothing, at the end of
 * a name. Those of states are the Associated Press's and the post's that mean
 * nothing else. Small letters, as names are folded. */
static const struct {
    const char *from, *to;
    unsigned fields;
} abbreviations[] = {
    {"inc", "", IN_ORG},
    {"ltd", "", IN_ORG},
    {"llc", "", IN_ORG},
    {"plc", "", IN_ORG},
    {"corp", "", IN_ORG},
    {"corporation", "", IN_ORG},
    {"incorporated", "", IN_ORG},
    {"limited", "", IN_ORG},
    {"co", "company", IN_ORG},
    {"cos", "companies", IN_ORG},
    {"bros", "brothers", IN_ORG},
    {"dept", "department", IN_ORG},
    {"univ", "university", IN_ORG},
    {"assn", "association", IN_ORG},
    {"intl", "international", IN_ORG},
    {"natl", "national", IN_ORG},
    {"govt", "government", IN_ORG},
    {"st", "saint", IN_PLACE},
    {"ste", "sainte", IN_PLACE},
    {"mt", "mount", IN_PLACE},
    {"ft", "fort", IN_PLACE},
    {"pt", "point", IN_PLACE},
    {"ala", "alabama", IN_PLACE},
    {"ariz", "arizona", IN_PLACE},
    {"ark", "arkansas", IN_PLACE},
    {"calif", "california", IN_PLACE},
    {"colo", "colorado", IN_PLACE},
    {"conn", "connecticut", IN_PLACE},
    {"del", "delaware", IN_PLACE},
    {"fla", "florida", IN_PLACE},
    {"ill", "illinois", IN_PLACE},
    {"ind", "indiana", IN_PLACE},
    {"kan", "kansas", IN_PLACE},
    {"ky", "kentucky", IN_PLACE},
    {"md", "maryland", IN_PLACE},
    {"mass", "massachusetts", IN_PLACE},
    {"mich", "michigan", IN_PLACE},
    {"minn", "minnesota", IN_PLACE},
    {"miss", "mississippi", IN_PLACE},
    {"mo", "missouri", IN_PLACE},
    {"mont", "montana", IN_PLACE},
    {"neb", "nebraska", IN_PLACE},
    {"nev", "nevada", IN_PLACE},
    {"okla", "oklahoma", IN_PLACE},
    {"ore", "oregon", IN_PLACE},
    {"penn", "pennsylvania", IN_PLACE},
    {"tenn", "tennessee", IN_PLACE},
    {"tex", "texas", IN_PLACE},
    {"vt", "vermont", IN_PLACE},
    {"wis", "wisconsin", IN_PLACE},
    {"wyo", "wyoming", IN_PLACE},
    {"ont", "ontario", IN_PLACE},
    {"que", "quebec", IN_PLACE},
    {"sask", "saskatchewan", IN_PLACE},
    {"chas", "charles", IN_PERSON},
    {"geo", "george", IN_PERSON},
    {"wm", "william", IN_PERSON},
    {"thos", "thomas", IN_PERSON},
    {"jas", "james", IN_PERSON},
};

/* Whole names that are the same. */
static const struct {
    const char *from, *to;
} same_names[] = {{"us", "united states"},
                  {"united states of america", "united states"},
                  {"uk", "united kingdom"},
                  {"dc", "washington dc"},
                  {"district of columbia", "washington dc"},
                  {"washington d c", "washington dc"},
                  {"nyc", "new york city"},
                  {"uae", "united arab emirates"}};

static unsigned bit_of(enum field field)
{
    return field == FIELD_ORG     ? IN_ORG
           : field == FIELD_PLACE ? IN_PLACE
                                  : IN_PERSON;
}

/* Returns what a word stands for, or the word; an empty slice for Inc. */
static struct slice written_out(struct slice word, unsigned field)
{
    for (size_t i = 0; i < sizeof abbreviations / sizeof *abbreviations; i++)
        if ((abbreviations[i].fields & field) &&
            slice_equal(word, slice_of(abbreviations[i].from)))
            return slice_of(abbreviations[i].to);
    return word;
}

void plain_name(enum field field, struct slice folded, struct buf *out)
{
    const unsigned bit = bit_of(field);
    struct slice rest = folded, word;
    const size_t start = out->len;
    bool first = true;
    for (size_t i = 0;
         field == FIELD_PLACE && i < sizeof same_names / sizeof *same_names;
         i++)
        if (slice_equal(folded, slice_of(same_names[i].from))) {
            buf_append_str(out, same_names[i].to);
            return;
        }
    for (; (word = slice_word(&rest)).len > 0; first = false) {
        const struct slice full = written_out(word, bit);
        if (first && rest.len && bit != IN_PERSON &&
            slice_equal(word, slice_of("the")))
            continue;
        if (full.len == 0 && (rest.len || out->len == start))
            buf_append(out, word.data, word.len); /* not at the end */
        else if (full.len)
            buf_append(out, full.data, full.len);
        else
            break;
        if (rest.len)
            buf_append_byte(out, ' ');
    }
    if (out->len > start && out->data[out->len - 1] == ' ')
        out->len--;
}

void plain_name_initials(struct slice folded, struct buf *out)
{
    static const char *const small[] = {"of", "and", "the", "for", "in",
                                        "to", "on",  "at",  "de",  "a"};
    struct slice word;
    while ((word = slice_word(&folded)).len > 0) {
        bool skip = false;
        for (size_t i = 0; i < sizeof small / sizeof *small; i++)
            skip = skip || slice_equal(word, slice_of(small[i]));
        if (!skip)
            buf_append_byte(out, (uint8_t)word.data[0]);
    }
}

bool plain_name_is_suffix(struct slice word)
{
    static const char *const suffixes[] = {"jr", "sr", "ii", "iii", "iv"};
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
        if (slice_equal(word, slice_of(suffixes[i])))
            return true;
    return false;
}
