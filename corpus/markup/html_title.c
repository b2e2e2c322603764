/* Owns the choice of a page's title.
 * Promises the headline that readers see, where one can be told from logos,
 * names of sections and other articles' headlines. */
#include "corpus/markup/html_page.h"

#include <string.h>

/* Longest text that is taken for a headline. */
#define TITLE_BYTES 400

/* What is known of a heading. */
struct heading {
    const xmlNode *node;
    struct slice text;
    int agrees; /* with what the page says its title is: 2, in part: 1 */
    int score;
};

/* What speaks for a heading. A heading of TITLE_SCORE or more is the title. */
enum {
    AGREES = 6, /* its letters are those of <title>, og:title or the like */
    AGREES_PART = 2,
    IS_H1 = 3,   /* sites use it for the headline, or else for their logo */
    IS_ITEM = 4, /* itemprop=headline */
    IS_TITLED = 1,
    ONLY_H1 = 2, /* of several, none may be the headline */
    IN_ARTICLE = 1,
    IS_ASIDE = -8,
    IS_LOGO = -8,  /* the site's name, or leads to its first page */
    IS_SHORT = -3, /* one word: a section's name, mostly */
    TITLE_SCORE = 4
};

/* ---- Cutting the site's name off. */

/* Where the last or first part of a title ends or begins: "Title | Site". */
static const char *const between[] = {
    " | ",        " - ",        " \xE2\x80\x93 ", " \xE2\x80\x94 ", " :: ",
    " \xC2\xBB ", " \xC2\xAB ", " \xE2\x80\xA2 ", " \xC2\xB7 ",     " / ",
    " > "};

struct parts {
    struct slice first, rest, head, last;
};

static size_t find(struct slice text, const char *what, size_t from)
{
    const size_t n = strlen(what);
    for (size_t i = from; i + n <= text.len; i++)
        if (memcmp(text.data + i, what, n) == 0)
            return i;
    return text.len;
}

/* Splits a title at its first and last mark; false if it has none. */
static bool split(struct slice title, struct parts *out)
{
    size_t first = title.len, last = 0, first_n = 0, last_n = 0;
    for (size_t i = 0; i < sizeof between / sizeof *between; i++) {
        const size_t n = strlen(between[i]);
        for (size_t at = 0; (at = find(title, between[i], at)) < title.len;
             at += n - 1) {
            if (at < first) {
                first = at;
                first_n = n;
            }
            if (at >= last) {
                last = at;
                last_n = n;
            }
        }
    }
    if (first == title.len)
        return false;
    *out = (struct parts){
        {title.data, first},
        {title.data + first + first_n, title.len - first - first_n},
        {title.data, last},
        {title.data + last + last_n, title.len - last - last_n}};
    return true;
}

/* The host of the page's address, without "www.". */
static struct slice host_of(const struct html_page *p)
{
    struct slice url = p->url;
    for (size_t i = 0; i + 3 < url.len; i++)
        if (memcmp(url.data + i, "://", 3) == 0) {
            url.data += i + 3;
            url.len -= i + 3;
            break;
        }
    size_t n = 0;
    while (n < url.len && url.data[n] != '/' && url.data[n] != ':')
        n++;
    url.len = n;
    if (slice_starts(url, "www.")) {
        url.data += 4;
        url.len -= 4;
    }
    return url;
}

bool html_is_site(const struct html_page *p, struct slice name)
{
    return html_same_letters(name, p->site) ||
           html_letters_within(name, host_of(p));
}

/* A title without the name of the site at one of its ends. Where the name is
 * not known, a last part that is shorter than what stands before it is one. */
static struct slice without_site(const struct html_page *p, struct slice title)
{
    struct parts parts;
    if (!split(title, &parts))
        return title;
    if (html_is_site(p, parts.last))
        return without_site(p, parts.head);
    if (html_is_site(p, parts.first))
        return parts.rest;
    return parts.head.len >= parts.last.len ? parts.head : title;
}

/* ---- Scoring. */

static bool leads_home(const xmlNode *heading)
{
    static html_words logo = {['b' - 'a'] = "brand branding blogtitle ",
                              ['l' - 'a'] = "logo* ",
                              ['s' - 'a'] = "site sitename sitetitle "};
    const xmlNode *n = heading;
    for (int i = 0; i < 3 && n->type == XML_ELEMENT_NODE; i++, n = n->parent) {
        if (html_has_word(n, logo))
            return true;
        if (html_named(n, " body html "))
            break;
    }
    for (n = heading; n; n = xml_walk(n, heading)) {
        const char *href = html_value(n, "href");
        const char *host = strstr(href, "://");
        const char *path = host ? strchr(host + 3, '/') : href;
        if (html_named(n, " a ") && *href &&
            (!path || !*path || strcmp(path, "/") == 0))
            return true;
    }
    return false;
}

static int score_of(const struct html_page *p, const struct heading *h,
                    size_t h1s)
{
    const xmlNode *n = h->node;
    const bool h1 = html_named(n, " h1 ");
    const bool item = strcmp(html_value(n, "itemprop"), "headline") == 0;
    const bool word = !memchr(h->text.data, ' ', h->text.len);
    return (h->agrees == 2 ? AGREES
            : h->agrees    ? AGREES_PART
                           : 0) +
           (h1 ? IS_H1 : 0) + (item ? IS_ITEM : 0) +
           (h1 && h1s == 1 ? ONLY_H1 : 0) +
           (html_is_aside(n, NULL) ? IS_ASIDE : 0) +
           (html_is_site(p, h->text) || leads_home(n) ? IS_LOGO : 0) +
           (word ? IS_SHORT : 0) + (html_in_article(n) ? IN_ARTICLE : 0) +
           (html_named(n, " div p span td b font ") ? -IS_TITLED : 0);
}

/* How far a heading is the title: 2 if each has at least half of the other, 1
 * if it is a smaller part of it, 0. */
static int agreement(struct slice heading, struct slice title)
{
    const bool within = html_letters_within(heading, title);
    const bool around = html_letters_within(title, heading);
    const size_t longer = heading.len > title.len ? heading.len : title.len;
    const size_t shorter = heading.len > title.len ? title.len : heading.len;
    if (!within && !around)
        return 0;
    return shorter * 2 >= longer ? 2 : within;
}

/* The best heading, or one without a node. */
static struct heading find_heading(struct html_page *p,
                                   const struct slice *titles, size_t count)
{
    struct heading best = {NULL, {"", 0}, 0, TITLE_SCORE - 1};
    size_t h1s = 0;
    for (size_t i = 0; i < p->heads.count; i++)
        h1s += html_named(p->heads.at[i], " h1 ");
    for (size_t i = 0; i < p->heads.count && !p->failed; i++) {
        struct heading h = {p->heads.at[i], {"", 0}, 0, 0};
        h.text = html_page_line(p, h.node);
        if (h.text.len == 0 || h.text.len > TITLE_BYTES)
            continue;
        for (size_t k = 0; k < count; k++) {
            const int how = agreement(h.text, titles[k]);
            h.agrees = how > h.agrees ? how : h.agrees;
        }
        h.score = score_of(p, &h, h1s);
        if (h.score > best.score)
            best = h;
    }
    return best;
}

void html_title_read(struct html_page *p)
{
    static const char *const names[] = {"og:title", "twitter:title", "dc.title",
                                        "parsely-title", "sailthru.title"};
    struct slice titles[sizeof names / sizeof *names + 2];
    size_t count = 0;
    const struct json_value *headline =
        html_jsonld_get(p, p->ld_article, "headline");
    if (headline && headline->type == JSON_STRING && headline->text.len)
        titles[count++] = html_page_plain(p, headline->text);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct slice value = html_page_meta(p, names[i]);
        if (value.len)
            titles[count++] = html_page_plain(p, value);
    }
    if (p->title)
        titles[count++] = html_page_line(p, p->title);
    for (size_t i = 0; i < count; i++)
        titles[i] = without_site(p, titles[i]);
    const struct heading best = find_heading(p, titles, count);
    struct slice title = best.text;
    p->heading = best.node;
    for (size_t i = 0; i < count && !title.len; i++)
        if (!html_is_site(p, titles[i]))
            title = titles[i];
    for (size_t i = 0; i < count && !title.len; i++)
        title = titles[i];
    if (!article_text(p->out, &p->out->title, title))
        p->failed = true;
}

size_t html_title_line(const struct html_page *p)
{
    for (size_t i = 0; i < p->line_count; i++)
        for (const xmlNode *n = p->lines[i].first; n && p->heading;
             n = n->parent)
            if (n == p->heading)
                return i;
            else if (n->type != XML_ELEMENT_NODE || html_named(n, " body "))
                break;
    return p->line_count;
}
