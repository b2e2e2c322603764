/* Owns the table of fields. Promises that term prefixes never collide: values
 * under multi-letter prefixes are folded and so never begin with a capital. */
#include "common/text/schema.h"

#include <string.h>
#include <strings.h>

#include "common/base/hash.h"

const struct field_def schema_fields[FIELD_COUNT] = {
    [FIELD_ID] = {"id", "", "id _id docno doc_id uuid guid article_id uri", "Q",
                  NULL, FIELD_KIND_EXACT, false, false, true,
                  "the article's identifier", "id:reuters-1"},
    [FIELD_TITLE] = {"title", "headline",
                     "headline title head headlines slugline", "S", NULL,
                     FIELD_KIND_TEXT, false, false, true,
                     "words or a phrase of the title", "title:safety"},
    [FIELD_BODY] = {"body", "",
                    "body text content maintext article_text articleBody "
                    "full_text body_text body_html body_xhtml content_text "
                    "content_html contents description_text description "
                    "summary",
                    "", NULL, FIELD_KIND_TEXT, false, false, false,
                    "the article's text", ""},
    [FIELD_DATE] = {"date", "",
                    "date published published_date date_publish datePublished "
                    "pub_date pubDate publish_date published_at publishedAt "
                    "created_at firstpublished firstcreated versioncreated "
                    "date_published timestamp",
                    "", NULL, FIELD_KIND_DATE, false, false, true,
                    "a day, month, year or range of them",
                    "date:2024-05-01..2024-05-17"},
    [FIELD_SOURCE] = {"source", "publisher",
                      "source publisher publication source_name "
                      "source_domain site provider",
                      "XSRC", NULL, FIELD_KIND_LABEL, false, false, true,
                      "who published it", "source:senate.gov"},
    [FIELD_AUTHOR] = {"author", "by",
                      "author authors byline creator by bylines", "A", "XAW",
                      FIELD_KIND_NAME, true, false, true, "who wrote it",
                      "author:Dickens"},
    [FIELD_URL] = {"url", "link", "url link article_url canonical_url", "U",
                   NULL, FIELD_KIND_EXACT, false, false, true,
                   "the article's address", "url:https://example.org/news/1"},
    [FIELD_SECTION] = {"section", "", "section category kicker desk", "XSEC",
                       NULL, FIELD_KIND_LABEL, false, false, true,
                       "the section or desk", "section:business"},
    [FIELD_TOPIC] = {"topic", "tag",
                     "topic topics tags keywords keyword subjects subject "
                     "categories",
                     "K", NULL, FIELD_KIND_LABEL, true, false, true,
                     "a subject label", "topic:cocoa"},
    [FIELD_LANGUAGE] = {"lang", "language", "language lang", "L", NULL,
                        FIELD_KIND_LABEL, false, false, true,
                        "the language code", "lang:en"},
    [FIELD_PERSON] = {"person", "people", "person persons people", "XPN", "XPW",
                      FIELD_KIND_NAME, true, true, true,
                      "a person who is named", "person:\"Jan Leike\""},
    [FIELD_ORG] = {"org", "organization organisation company",
                   "org orgs organizations organisations organisation "
                   "organization companies",
                   "XON", "XOW", FIELD_KIND_NAME, true, true, true,
                   "an organisation that is named", "org:OpenAI"},
    [FIELD_PLACE] = {"place", "location", "place places locations gpe", "XLN",
                     "XLW", FIELD_KIND_NAME, true, true, true,
                     "a place that is named", "place:\"San Francisco\""},
    [FIELD_COPIES] = {"copies", "", "", "Q", NULL, FIELD_KIND_EXACT, true,
                      false, true, "an article and those with the same text",
                      "copies:leike-resigns"},
};

/* Position of `name` in a space-separated list, or -1. */
static int list_find(const char *list, struct slice name)
{
    int at = 0;
    for (const char *p = list; *p; at++) {
        size_t len = strcspn(p, " ");
        if (len == name.len && strncasecmp(p, name.data, len) == 0)
            return at;
        p += len;
        p += strspn(p, " ");
    }
    return -1;
}

int schema_find(struct slice name)
{
    for (int f = 0; f < FIELD_COUNT; f++) {
        const struct field_def *def = &schema_fields[f];
        if (def->queryable && (list_find(def->name, name) >= 0 ||
                               list_find(def->aliases, name) >= 0))
            return f;
    }
    return -1;
}

int schema_find_key(struct slice key, int *rank)
{
    for (int f = 0; f < FIELD_COUNT; f++) {
        int at = list_find(schema_fields[f].keys, key);
        if (at >= 0) {
            *rank = at;
            return f;
        }
    }
    return -1;
}

#define SUGGEST_MAX 24

/* Levenshtein distance of two short ASCII strings, case-insensitive. */
static size_t edit_distance(struct slice a, const char *b)
{
    size_t row[SUGGEST_MAX + 1], n = strlen(b);
    for (size_t j = 0; j <= n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            size_t best =
                diagonal + (size_t)((a.data[i - 1] | 0x20) != b[j - 1]);
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[n];
}

const char *schema_suggest(struct slice name)
{
    const char *found = NULL;
    size_t least = 3;
    if (name.len == 0 || name.len > SUGGEST_MAX)
        return NULL;
    for (int f = 0; f < FIELD_COUNT; f++) {
        if (!schema_fields[f].queryable)
            continue;
        size_t d = edit_distance(name, schema_fields[f].name);
        if (d < least && d < name.len) {
            least = d;
            found = schema_fields[f].name;
        }
    }
    return found;
}

void schema_term(struct buf *out, const char *prefix, struct slice value)
{
    buf_reset(out);
    buf_append_str(out, prefix);
    /* Xapian spends two bytes on a NUL in a key. */
    size_t nuls = 0;
    for (size_t i = 0; i < value.len; i++)
        nuls += value.data[i] == '\0';
    if (out->len + value.len + nuls <= SCHEMA_TERM_MAX) {
        buf_append(out, value.data, value.len);
        return;
    }
    uint64_t h = hash64(value.data, value.len);
    size_t keep = (SCHEMA_TERM_MAX - 17 - out->len) / (nuls ? 2 : 1);
    buf_append(out, value.data, keep < value.len ? keep : value.len);
    buf_printf(out, "~%016llx", (unsigned long long)h);
}
