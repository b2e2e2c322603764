/* Owns the choice of a page's authors.
 * Promises names, not addresses, logins of the site's system or the site
 * itself; none where no byline is sure. */
#include "corpus/markup/html_page.h"

#include <string.h>
#include <strings.h>

/* Longest text of an element that is taken for a byline, and the most words of
 * a name: "Dr. Maria del Carmen de la Cruz Lopez" has eight. */
#define BYLINE_BYTES 160
#define NAME_WORDS 8
/* Lines around the title in which a byline without a class is looked for. */
#define LINES_BEFORE 3
#define LINES_BEHIND 8

/* ---- What a byline says: without what stands before and behind the name. */

static const char *const before[] = {"written by",
                                     "posted by",
                                     "published by",
                                     "reported by",
                                     "edited by",
                                     "words by",
                                     "text by",
                                     "by:",
                                     "by ",
                                     "author:",
                                     "authors:",
                                     "author ",
                                     "von:",
                                     "von ",
                                     "autor:",
                                     "autorin:",
                                     "autoren:",
                                     "autor ",
                                     "autorin ",
                                     "text:",
                                     "text von",
                                     "verfasst von",
                                     "geschrieben von",
                                     "redaktion:",
                                     "ein beitrag von",
                                     "ein artikel von",
                                     "eingestellt von",
                                     "interview:",
                                     "por:",
                                     "por ",
                                     "escrito por",
                                     "par ",
                                     "di ",
                                     "a cura di",
                                     "door ",
                                     "geschreven door",
                                     "av ",
                                     "af ",
                                     "tekst:",
                                     "autore:",
                                     "auteur:",
                                     "auteur :",
                                     "autor(a):",
                                     "skrevet af",
                                     "napisao",
                                     "autor/in:",
                                     "autor*in:",
                                     "gepostet von",
                                     "ver\xC3\xB6"
                                     "ffentlicht von",
                                     "publicado por",
                                     "publi\xC3\xA9 par",
                                     "pubblicato da",
                                     "posted by:",
                                     "foto:"};

/* Where the name ends: dates, places and roles follow. */
static const char *const behind[] = {" | ",
                                     " - ",
                                     " \xE2\x80\x93 ",
                                     " \xE2\x80\x94 ",
                                     " \xE2\x80\xA2 ",
                                     " \xC2\xB7 ",
                                     " \xC2\xBB ",
                                     " am ",
                                     " on ",
                                     " veröffentlicht",
                                     " / ",
                                     " // ",
                                     "\xE2\x80\xA2",
                                     " (",
                                     " @",
                                     " um ",
                                     " vom ",
                                     " Uhr",
                                     " updated",
                                     " Updated",
                                     " in ",
                                     " auf ",
                                     " at "};

/* Whether a text is nothing but the beginning of a byline. */
static bool is_before(struct slice text)
{
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        size_t n = strlen(before[i]);
        n -= strchr(" :", before[i][n - 1]) != NULL;
        if (text.len == n && strncasecmp(text.data, before[i], n) == 0)
            return true;
    }
    return false;
}

/* Takes away what stands before a name; whether there was something. */
static bool skip_before(struct slice *text)
{
    bool found = false;
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        if (!slice_starts(*text, before[i]))
            continue;
        const size_t n = strlen(before[i]);
        *text = slice_trim((struct slice){text->data + n, text->len - n});
        found = true;
        i = (size_t)-1; /* "Posted by: Author: ..." */
    }
    return found;
}

static struct slice cut_behind(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        bool end = text.data[i] >= '0' && text.data[i] <= '9' &&
                   (i == 0 || text.data[i - 1] == ' ');
        for (size_t k = 0; i && k < sizeof behind / sizeof *behind; k++) {
            const size_t n = strlen(behind[k]);
            end = end || (i + n <= text.len &&
                          memcmp(text.data + i, behind[k], n) == 0);
        }
        if (end)
            text.len = i;
    }
    text = slice_trim(text);
    while (text.len && strchr(",:-|/", text.data[text.len - 1]))
        text = slice_trim((struct slice){text.data, text.len - 1});
    return text;
}

/* ---- What is no name. */

static bool is_address(struct slice text)
{
    static const char *const parts[] = {"http:", "https:", "www.", "@",
                                        ".com",  ".de",    "[at]"};
    for (size_t i = 0; i < text.len; i++)
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
            if (slice_starts((struct slice){text.data + i, text.len - i},
                             parts[k]))
                return true;
    return false;
}

/* What systems put where there is no author, and words that stand before and
 * behind bylines. */
static const char *const nobody[] = {"admin",
                                     "posted",
                                     "stand",
                                     "published",
                                     "updated",
                                     "quelle",
                                     "source",
                                     "text",
                                     "foto",
                                     "redaktion:",
                                     "interview",
                                     "administrator",
                                     "root",
                                     "webmaster",
                                     "unknown",
                                     "anonymous",
                                     "author",
                                     "authors",
                                     "autor",
                                     "autoren",
                                     "none",
                                     "null",
                                     "undefined",
                                     "n/a",
                                     "default",
                                     "user",
                                     "editor",
                                     "autorin",
                                     "about the author",
                                     "share",
                                     "themegrill",
                                     "facebook",
                                     "twitter",
                                     "website",
                                     "super user",
                                     "superuser",
                                     "about the authors",
                                     "byline",
                                     "uber den autor",
                                     "\xC3\xBC"
                                     "ber den autor",
                                     "zum autor",
                                     "der autor",
                                     "kommentar",
                                     "kommentare",
                                     "comments",
                                     "teilen",
                                     "drucken",
                                     "follow"};

static bool is_nobody(struct slice name)
{
    for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++)
        if (name.len == strlen(nobody[i]) && slice_starts(name, nobody[i]))
            return true;
    return false;
}

static size_t count_words(struct slice text)
{
    size_t words = 0;
    while (slice_word(&text).len)
        words++;
    return words;
}

/* How sure a name has to be: of a person, by its form, or any that is not the
 * site's. */
enum trust { PERSON, ANYBODY };

/* Whether each word begins with a capital, or one of another script than
 * Latin, but for particles, and there are two at least. */
static bool is_full_name(struct slice text)
{
    static const char particles[] = " van von der den de la del di da dos du "
                                    "le el al y e i und and & bin ibn "
                                    "zu zur vom ter ten et ";
    size_t words = 0;
    for (struct slice rest = text, word; (word = slice_word(&rest)).len;) {
        char spaced[16] = " ";
        if (word.len < sizeof spaced - 2) {
            memcpy(spaced + 1, word.data, word.len);
            memcpy(spaced + 1 + word.len, " ", 2);
        }
        const unsigned char c = (unsigned char)word.data[0];
        const bool capital = (c >= 'A' && c <= 'Z') || c >= 0x80;
        if (!capital &&
            (word.len >= sizeof spaced - 2 || !strstr(particles, spaced)))
            return false;
        words += capital;
    }
    return words >= 2;
}

/* Whether a text can name authors. */
static bool is_name(const struct html_page *p, struct slice text,
                    enum trust trust)
{
    bool capital = false;
    for (size_t i = 0; i < text.len; i++)
        capital = capital || (text.data[i] >= 'A' && text.data[i] <= 'Z') ||
                  (unsigned char)text.data[i] >= 0x80;
    if (text.len < 2 || is_address(text) || is_nobody(text) || is_before(text))
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (strchr("?!{}<>=", text.data[i]))
            return false;
    if (trust == PERSON && !capital)
        return false;
    if (!capital && count_words(text) > 2)
        return false;
    return !html_is_site(p, text);
}

/* Adds the authors that a byline names; whether there are any. */
static bool add_names(struct html_page *p, struct slice text, size_t words_max,
                      enum trust trust)
{
    const size_t count = p->out->count;
    text = slice_trim(text);
    skip_before(&text);
    text = cut_behind(text);
    if (!is_name(p, text, trust) || count_words(text) > words_max)
        return false;
    if (!reader_add_authors(p->out, text))
        p->failed = true;
    return p->out->count > count;
}

/* ---- Sources, the best first. Each returns whether it named somebody. */

static bool is_organization(const struct html_page *p,
                            const struct json_value *v)
{
    const struct json_value *type =
        v->type == JSON_OBJECT ? html_jsonld_get(p, v, "@type") : NULL;
    static const char end[] = "Organization";
    const size_t n = sizeof end - 1;
    return type && type->type == JSON_STRING && type->text.len >= n &&
           memcmp(type->text.data + type->text.len - n, end, n) == 0;
}

static bool from_jsonld(struct html_page *p, enum trust trust)
{
    static const char *const keys[] = {"author", "creator"};
    bool found = false;
    for (size_t i = 0; i < 2 && !found; i++) {
        const struct json_value *v = html_jsonld_get(p, p->ld_article, keys[i]);
        const bool list = v && v->type == JSON_ARRAY;
        for (v = list ? v->first : v; v; v = list ? v->next : NULL)
            if (trust == ANYBODY || !is_organization(p, v))
                found = add_names(p, html_jsonld_name(p, v), NAME_WORDS * 4,
                                  trust) ||
                        found;
    }
    return found;
}

/* Where systems for blogs put the author: twitter:label1 says what the text of
 * twitter:data1 is. */
static bool from_label(struct html_page *p)
{
    static const char *const labels[] = {"Written by",
                                         "Verfasst von",
                                         "Escrito por",
                                         "Geschreven door",
                                         "Scritto da",
                                         "Skrevet af",
                                         "Author",
                                         "Geschrieben von",
                                         "\xC3\x89"
                                         "crit par"};
    const struct slice label = html_page_meta(p, "twitter:label1");
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (slice_equal(label, slice_of(labels[i])))
            return add_names(
                p, html_page_plain(p, html_page_meta(p, "twitter:data1")),
                NAME_WORDS, ANYBODY);
    return false;
}

static bool from_metas(struct html_page *p, enum trust trust)
{
    static const char *const names[] = {"byl",
                                        "parsely-author",
                                        "sailthru.author",
                                        "article:author",
                                        "author",
                                        "dc.creator",
                                        "dcterms.creator",
                                        "dc:creator",
                                        "cXenseParse:author",
                                        "rbauthors",
                                        "article.author",
                                        "og:author"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool found = false;
        for (size_t k = 0; k < p->metas.count; k++)
            if (html_is_meta(p->metas.at[k], names[i]))
                found =
                    add_names(p,
                              html_page_plain(
                                  p, xml_attribute(p->metas.at[k], "content")),
                              NAME_WORDS * 4, trust) ||
                    found;
        if (found)
            return true;
    }
    return from_label(p);
}

/* The part of a byline that has the name: itemprop=name, or what is called so.
 */
static const xmlNode *name_in(const xmlNode *byline)
{
    static html_words name_words = {['a' - 'a'] = "author authorname autor ",
                                    ['f' - 'a'] = "fn ",
                                    ['n' - 'a'] = "name "};
    for (const xmlNode *n = xml_walk(byline, byline); n;
         n = xml_walk(n, byline))
        if (strcmp(html_value(n, "itemprop"), "name") == 0 ||
            slice_starts(xml_attribute(n, "rel"), "author"))
            return n;
    for (const xmlNode *n = xml_walk(byline, byline); n;
         n = xml_walk(n, byline))
        if (html_named(n, " a span b strong h2 h3 h4 ") &&
            html_has_word(n, name_words))
            return n;
    return NULL;
}

static bool from_elements(struct html_page *p, enum trust trust)
{
    for (size_t i = 0; i < p->names.count; i++) {
        const xmlNode *n = p->names.at[i], *name = name_in(n);
        if (html_is_aside(n, p->heading) || html_invisible(n))
            continue;
        const struct slice content = xml_attribute(n, "content");
        if (content.len &&
            add_names(p, html_page_plain(p, content), NAME_WORDS, trust))
            return true;
        if (name && add_names(p, html_page_line(p, name), NAME_WORDS, trust))
            return true;
        const struct slice text = html_page_line(p, n);
        if (text.len <= BYLINE_BYTES && add_names(p, text, NAME_WORDS, trust))
            return true;
    }
    return false;
}

/* Where the parts of a line begin: "5.2.2020 - Redaktion: Jane Roe". */
static bool add_parts(struct html_page *p, struct slice line)
{
    static const char *const marks[] = {
        "| ", "- ", "\xE2\x80\x93 ", "\xC2\xB7 ", "\xE2\x80\xA2 ", "("};
    for (size_t at = 0; at < line.len; at++) {
        bool begins = at == 0;
        for (size_t i = 0; at && i < sizeof marks / sizeof *marks; i++) {
            const size_t n = strlen(marks[i]);
            begins = begins ||
                     (at >= n && memcmp(line.data + at - n, marks[i], n) == 0);
        }
        struct slice text =
            slice_trim((struct slice){line.data + at, line.len - at});
        if (begins && skip_before(&text) && is_full_name(cut_behind(text)) &&
            add_names(p, text, NAME_WORDS, PERSON))
            return true;
    }
    return false;
}

/* Lines that say who wrote, those near the title first. */
static bool from_lines(struct html_page *p, enum trust trust)
{
    const size_t title = html_title_line(p);
    (void)trust;
    for (int near = 1; near >= 0; near--)
        for (size_t i = 0; i < p->line_count; i++) {
            const struct slice line = slice_of(p->lines[i].text);
            const bool is_near = title < p->line_count &&
                                 i + LINES_BEFORE >= title &&
                                 i <= title + LINES_BEHIND;
            if (i == title || !line.len || is_near != near ||
                line.len > (near ? BYLINE_BYTES : BYLINE_BYTES / 2) ||
                html_is_aside(p->lines[i].node, p->heading))
                continue;
            if (add_parts(p, line))
                return true;
        }
    return false;
}

void html_byline_read(struct html_page *p)
{
    static bool (*const sources[])(struct html_page *, enum trust) = {
        from_jsonld, from_metas, from_elements, from_lines};
    for (int trust = PERSON; trust <= ANYBODY; trust++)
        for (size_t i = 0; i < sizeof sources / sizeof *sources && !p->failed;
             i++)
            if (sources[i](p, (enum trust)trust))
                return;
}
