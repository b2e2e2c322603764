/* Owns the choice of the day on which the article of a page was published.
 * Promises no clock of the page and no date of another article.
 *
 * What may be the date is collected with a weight for where it stands; the
 * heaviest wins, the first of equals. */
#include "corpus/markup/html_page.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Weights. Fitted on half of a set of marked pages. */
enum {
    SAID = 100,        /* the article's datePublished */
    SAID_ITEM = 90,    /* the same in microdata */
    SAID_OF_PAGE = 76, /* that of the page around the article */
    TIME_NAMED = 80,   /* <time> that says it is the date of publication */
    TIME_BARE = 60,    /* another that is not beside the article */
    IN_ADDRESS = 64,   /* /2024/05/17/ */
    LINE_BARE = 40,    /* a line of the page near its title */
    LINE_NAMED = 12,   /* more for a class that says date */
    LINE_SAYS = 14,    /* more for "published", "online since" */
    LINE_ALONE = 8,    /* more for a line that is nothing but a date */
    LINE_NEAR = 20,    /* more beside the title, less two a line */
    LINE_MODIFIED = -10,
    MODIFIED = 34, /* when it was changed last */
    MONTH_IN_ADDRESS = 30,
    LEAST = 30 /* less is no date */
};

/* No page is older: what has no date gets one of the year 1 by some systems. */
#define YEAR_1000 (-30610224000)

/* Most dates that are compared; pages with more have a calendar. */
#define OFFERS_MAX 128

struct choice {
    struct html_page *page;
    struct {
        struct nh_date date;
        int weight;
    } offers[OFFERS_MAX];
    size_t count;
};

static void offer(struct choice *c, struct nh_date date, int weight)
{
    if (weight >= LEAST && c->count < OFFERS_MAX && date.precision &&
        date.seconds >= YEAR_1000) {
        c->offers[c->count].date = date;
        c->offers[c->count++].weight = weight;
    }
}

/* Whether a time is midnight of the day behind it in Central Europe, where
 * systems write days so: 22:00 or 23:00 UTC, to the second. */
static bool is_midnight(const struct html_page *p, struct nh_date date)
{
    static const char *const languages[] = {"de", "fr", "it", "nl", "da", "nb",
                                            "no", "sv", "pl", "cs", "es", "hu"};
    const struct slice lang = article_get(p->out, FIELD_LANGUAGE);
    const int64_t clock = date.seconds - date_day_of(date.seconds) * 86400;
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        if (slice_starts(lang, languages[i]))
            return clock == 22 * 3600 || clock == 23 * 3600;
    return false;
}

/* The heaviest offer. What is a day off from a time in it, and is a day that
 * readers see, is the day of the page's own zone, which is kept in place of the
 * time. */
static struct nh_date choose(const struct choice *c)
{
    struct nh_date date = {0, DATE_NONE};
    int weight = 0;
    for (size_t i = 0; i < c->count; i++)
        if (c->offers[i].weight > weight) {
            weight = c->offers[i].weight;
            date = c->offers[i].date;
        }
    if (date.precision <= DATE_DAY)
        return date;
    if (is_midnight(c->page, date)) {
        date.seconds = (date_day_of(date.seconds) + 1) * 86400;
        date.precision = DATE_DAY;
        return date;
    }
    const int64_t day = date_day_of(date.seconds);
    struct nh_date other = date;
    for (size_t i = 0; i < c->count; i++) {
        const int64_t off = date_day_of(c->offers[i].date.seconds) - day;
        if (c->offers[i].date.precision != DATE_DAY ||
            c->offers[i].weight < LINE_BARE + LINE_NAMED)
            continue;
        if (off == 0)
            return date;
        if (off == 1 || off == -1)
            other = c->offers[i].date;
    }
    return other;
}

/* ---- Dates as machines write them. */

/* Where a zone moves a time to another day of UTC, the day that the page shows
 * is kept, and the time is not. */
static struct nh_date shown_day(struct slice text, struct nh_date date)
{
    struct nh_date day;
    if (date.precision > DATE_DAY && text.len > 10 &&
        date_parse((struct slice){text.data, 10}, &day) &&
        day.precision == DATE_DAY &&
        date_day_of(day.seconds) != date_day_of(date.seconds))
        return day;
    return date;
}

static void offer_text(struct choice *c, struct slice text, int weight)
{
    struct nh_date date;
    text = slice_trim(text);
    if (date_parse(text, &date))
        offer(c, shown_day(text, date), weight);
}

static void from_jsonld(struct choice *c)
{
    static const struct {
        const char *key;
        int article, page;
    } keys[] = {{"datePublished", SAID, SAID_OF_PAGE},
                {"dateCreated", SAID - 5, SAID_OF_PAGE - 5},
                {"uploadDate", SAID - 6, 0},
                {"dateModified", MODIFIED, MODIFIED - 1}};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const struct json_value *v =
            html_jsonld_get(c->page, c->page->ld_article, keys[i].key);
        if (v && (v->type == JSON_STRING || v->type == JSON_NUMBER))
            offer_text(c, v->text, keys[i].article);
        v = html_jsonld_get(c->page, c->page->ld_page, keys[i].key);
        if (v && v->type == JSON_STRING)
            offer_text(c, v->text, keys[i].page);
    }
}

static const struct {
    const char *name; /* of the property, in any case */
    int weight;
} metas[] = {{"article:published_time", 98},
             {"datePublished", 97},
             {"og:article:published_time", 96},
             {"article:published", 96},
             {"parsely-pub-date", 95},
             {"sailthru.date", 94},
             {"pubdate", 93},
             {"pub_date", 93},
             {"publishdate", 93},
             {"publish-date", 93},
             {"publish_date", 93},
             {"publication_date", 93},
             {"publication-date", 93},
             {"publisheddate", 93},
             {"published_date", 93},
             {"ob:date", 92},
             {"bt:pubdate", 92},
             {"article.published", 92},
             {"article_date_original", 92},
             {"og:pubdate", 92},
             {"rnews:datepublished", 92},
             {"citation_publication_date", 92},
             {"citation_date", 91},
             {"dc.date.issued", 90},
             {"dcterms.issued", 90},
             {"dcterms.created", 90},
             {"dc.date.created", 90},
             {"dcterms.date", 89},
             {"dc.date", 89},
             {"dc:date", 89},
             {"cXenseParse:recs:publishtime", 89},
             {"dc.created", 88},
             {"date_published", 93},
             {"datecreated", 88},
             {"created", 70},
             {"date", 78},
             {"dateModified", MODIFIED},
             {"article:modified_time", MODIFIED},
             {"og:updated_time", MODIFIED - 1},
             {"dcterms.modified", MODIFIED - 2},
             {"dc.date.modified", MODIFIED - 2},
             {"last-modified", MODIFIED - 3}};

static void from_metas(struct choice *c)
{
    static const char *const attributes[] = {"property", "name", "itemprop",
                                             "http-equiv"};
    for (size_t k = 0; k < c->page->metas.count; k++) {
        const xmlNode *meta = c->page->metas.at[k];
        for (size_t a = 0; a < 4; a++) {
            const char *name = html_value(meta, attributes[a]);
            for (size_t i = 0; *name && i < sizeof metas / sizeof *metas; i++)
                if (strcasecmp(name, metas[i].name) == 0)
                    offer_text(c, xml_attribute(meta, "content"),
                               metas[i].weight);
        }
    }
}

/* ---- Dates as people write them. */

/* What stands before the date in a line, and how it is called. */
static html_words date_words = {
    ['c' - 'a'] = "created ",
    ['d' - 'a'] = "date* datum* dtstart ",
    ['e' - 'a'] = "entrydate erstellt ",
    ['f' - 'a'] = "fecha ",
    ['m' - 'a'] = "meta metadata metainfo ",
    ['p' - 'a'] =
        "published publish publication pubdate postdate posted postmeta ",
    ['t' - 'a'] = "time* tstamp "};
static html_words modified_words = {['m' - 'a'] = "modified ",
                                    ['l' - 'a'] = "lastmod ",
                                    ['u' - 'a'] = "updated update "};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Number of digits at a place. */
static size_t digits_at(const char *text)
{
    size_t n = 0;
    while (is_digit(text[n]))
        n++;
    return n;
}

/* Whether days come before months in dates with "/" in a language. English has
 * both orders. */
static bool day_first(struct slice lang)
{
    return slice_starts(lang, "en-GB") || slice_starts(lang, "en-AU") ||
           (lang.len >= 2 && !slice_starts(lang, "en"));
}

/* Reads "17.5.2024", "17/05/2024", "17-05-2024" where the order is sure: dots
 * stand behind days, and other languages than English begin with them. */
static bool read_numbers(const struct html_page *p, const char *text,
                         size_t *len, struct nh_date *date)
{
    const size_t d = digits_at(text);
    if (d < 1 || d > 2 || !strchr("./-", text[d]) || !text[d])
        return false;
    const char mark = text[d];
    const char *m_at = text + d + 1;
    m_at += *m_at == ' ';
    const size_t m = digits_at(m_at);
    const char *y_at = m_at + m + 1;
    if (m < 1 || m > 2 || m_at[m] != mark)
        return false;
    y_at += *y_at == ' ';
    const size_t y = digits_at(y_at);
    if ((y != 4 && !(y == 2 && mark == '.')) || (y == 2 && y_at[y] == '.'))
        return false;
    int day = atoi(text), month = atoi(m_at), year = atoi(y_at);
    year += y == 2 ? year < 70 ? 2000 : 1900 : 0;
    const struct slice lang = article_get(p->out, FIELD_LANGUAGE);
    if (mark != '.' && day <= 12 && !day_first(lang)) {
        if (!slice_starts(lang, "en-US"))
            return false;
        const int other = day;
        day = month;
        month = other;
    }
    if (month > 12 && day <= 12 && mark != '.') {
        const int other = day;
        day = month;
        month = other;
    }
    if (year < 1900 || year > 2100 || month < 1 || month > 12 || day < 1 ||
        day > date_month_length(year, month))
        return false;
    *len = (size_t)(y_at + y - text);
    date->seconds = date_days((struct date_civil){year, month, day}) * 86400;
    date->precision = DATE_DAY;
    return true;
}

/* Most words of a date that is written out: "Friday, the 17th of May 2024". */
#define DATE_WORDS 6

/* Ends of the words of a text behind a place. */
static size_t word_end(const char *text, size_t at)
{
    while (text[at] && text[at] != ' ')
        at++;
    return at;
}

/* The longest date of up to DATE_WORDS words that begins at a word. */
static bool read_words(const char *text, size_t *len, struct nh_date *date)
{
    size_t ends[DATE_WORDS], count = 0, at = 0;
    bool digits = false;
    while (text[at] && count < DATE_WORDS) {
        at = word_end(text, at);
        ends[count++] = at;
        at += text[at] == ' ';
    }
    for (size_t i = 0; i < at; i++)
        digits = digits || is_digit(text[i]);
    while (digits && count-- > 0) {
        size_t n = ends[count];
        while (n && strchr(",;:|)(.", text[n - 1]))
            n--;
        if (n >= 6 && date_parse((struct slice){text, n}, date) &&
            date->precision >= DATE_DAY) {
            *len = n;
            return true;
        }
    }
    return false;
}

struct found {
    struct nh_date date;
    size_t at, len;
};

/* The first date in a line. */
static bool find_date(const struct html_page *p, const char *line,
                      struct found *out)
{
    for (size_t at = 0; line[at]; at++) {
        const bool begins = at == 0 || strchr(" (:|,", line[at - 1]) != NULL;
        if (!begins || line[at] == ' ')
            continue;
        if (read_numbers(p, line + at, &out->len, &out->date) ||
            read_words(line + at, &out->len, &out->date)) {
            out->at = at;
            /* A clock that is shown has no zone. */
            out->date.seconds = date_day_of(out->date.seconds) * 86400;
            out->date.precision = DATE_DAY;
            return true;
        }
    }
    return false;
}

static bool has_any(const char *line, size_t len, const char *const *words,
                    size_t count)
{
    for (size_t i = 0; i < len; i++)
        for (size_t k = 0; k < count; k++)
            if (strncasecmp(line + i, words[k], strlen(words[k])) == 0)
                return true;
    return false;
}

/* Weight of the words before a date, and of those for changes in its line. */
static int says(const char *line, size_t len, size_t all)
{
    static const char *const published[] = {"publi",
                                            "posted",
                                            "ver\xC3\xB6"
                                            "ffentlicht",
                                            "erschien",
                                            "erstellt",
                                            "datum",
                                            "date",
                                            "online seit",
                                            "fecha",
                                            "stand:",
                                            "created",
                                            "am ",
                                            "vom ",
                                            "on ",
                                            "pubblicat",
                                            "gepubliceerd",
                                            "opublikowano",
                                            "\xD0\xBE\xD0\xBF\xD1\x83\xD0\xB1"};
    static const char *const modified[] = {
        "updat",           "modif",
        "ge\xC3\xA4ndert", "aktualisiert",
        "edited",          "zuletzt",
        "actualizad",      "aggiorna",
        "bearbeitet",      "mis \xC3\xA0 jour",
        "atualizad"};
    if (has_any(line, all, modified, sizeof modified / sizeof *modified))
        return LINE_MODIFIED;
    return has_any(line, len, published, sizeof published / sizeof *published)
               ? LINE_SAYS
               : 0;
}

/* Elements above a line whose classes are looked at. */
#define CLASSES_UP 3

static int named_so(const xmlNode *n)
{
    for (int i = 0; n && n->type == XML_ELEMENT_NODE && i < CLASSES_UP &&
                    !html_named(n, " body html article main ");
         i++, n = n->parent) {
        if (html_has_word(n, modified_words))
            return LINE_MODIFIED;
        if (html_named(n, " time ") || html_has_word(n, date_words))
            return LINE_NAMED;
    }
    return 0;
}

/* Dates that are looked at in lines, at most. */
#define SHOWN_MAX 64
/* A line is near the title up to so many lines away. */
#define NEAR_LINES 10

static void from_lines(struct choice *c)
{
    const struct html_page *p = c->page;
    const size_t title = html_title_line(p);
    size_t shown = 0;
    for (size_t i = 0; i < p->line_count && shown < SHOWN_MAX; i++) {
        const struct html_line *line = &p->lines[i];
        struct found found;
        if (line->bytes < 6 || line->bytes > HTML_LINE_BYTES ||
            !strpbrk(line->text, "0123456789") ||
            !find_date(p, line->text, &found))
            continue;
        shown++;
        const int said = says(line->text, found.at, line->bytes);
        if (html_is_aside(line->node, p->heading)) {
            if (said < 0)
                offer(c, found.date, MODIFIED - 4);
            continue;
        }
        const size_t away = title == p->line_count ? NEAR_LINES
                            : i > title            ? i - title
                                                   : (title - i) * 2;
        const int near =
            away < NEAR_LINES ? LINE_NEAR - 2 * (int)away : -LINE_NEAR;
        const int alone = found.len + 12 > line->bytes ? LINE_ALONE : 0;
        const int named = named_so(line->node);
        /* A date in a sentence far from the title is the text's. */
        if (near < 0 && !named && said <= 0 && !alone)
            continue;
        if (line->bytes > 120 && !named)
            continue;
        offer(c, found.date, LINE_BARE + near + alone + named + said);
    }
}

/* ---- Elements that say when. */

static void from_times(struct choice *c)
{
    for (size_t i = 0; i < c->page->times.count; i++) {
        const xmlNode *n = c->page->times.at[i];
        const struct slice machine = xml_attribute(n, "datetime");
        const struct slice content = xml_attribute(n, "content");
        const bool item =
            strcmp(html_value(n, "itemprop"), "datePublished") == 0;
        const int named = named_so(n);
        const bool header = n->parent && html_named(n->parent, " header ") &&
                            !html_in_article(n);
        int weight = item ? SAID_ITEM
                     : xmlHasProp((xmlNode *)(uintptr_t)n, BAD_CAST "pubdate")
                         ? TIME_NAMED
                         : TIME_BARE;
        if (html_is_aside(n, c->page->heading) || header)
            continue;
        if (named < 0 && !item)
            weight = MODIFIED;
        weight += html_in_article(n) ? 4 : 0;
        if (machine.len || content.len) {
            offer_text(c, machine.len ? machine : content, weight);
        } else {
            struct found found;
            const struct slice text = html_page_line(c->page, n);
            if (find_date(c->page, text.data, &found))
                offer(c, found.date, weight);
        }
    }
}

/* ---- The address. */

/* A date in an address: /2019/11/26/, /2019/11/, /2019-11-26, /20191126. */
static void from_address(struct choice *c)
{
    const struct slice url = article_get(c->page->out, FIELD_URL);
    for (size_t i = 0; i + 9 <= url.len; i++) {
        const char *s = url.data + i;
        const size_t left = url.len - i;
        char text[11] = "";
        if ((s[0] != '/' && s[0] != '-' && s[0] != '_') || !is_digit(s[1]))
            continue;
        const size_t year = digits_at(s + 1);
        struct nh_date date;
        size_t len;
        if (year == 2 && s[3] == '-' && left >= 11 &&
            read_numbers(c->page, s + 1, &len, &date)) {
            offer(c, date, IN_ADDRESS - 4);
            continue;
        }
        if (year == 8 && left >= 9) {
            offer_text(c, (struct slice){s + 1, 8}, IN_ADDRESS - 4);
            continue;
        }
        const char mark = s[5];
        if (year != 4 || (mark != '/' && mark != '-') || left < 8 ||
            digits_at(s + 6) != 2)
            continue;
        memcpy(text, s + 1, 10 < left - 1 ? 10 : left - 1);
        text[4] = text[7] = '-';
        const bool day = left >= 11 && s[8] == mark && digits_at(s + 9) == 2;
        if (day)
            offer_text(c, (struct slice){text, 10}, IN_ADDRESS);
        else if (mark == '/' && s[8] == '/')
            offer_text(c, (struct slice){text, 7}, MONTH_IN_ADDRESS);
    }
}

void html_date_read(struct html_page *p)
{
    struct choice c;
    c.page = p;
    c.count = 0;
    from_jsonld(&c);
    from_metas(&c);
    from_times(&c);
    from_address(&c);
    from_lines(&c);
    p->out->date = choose(&c);
}
