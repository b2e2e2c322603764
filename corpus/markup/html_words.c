/* Owns what names, classes and styles of elements say about them.
 * Promises time linear in the attributes of an element. */
#include "corpus/markup/html_page.h"

#include <string.h>

bool html_named(const xmlNode *node, const char *names)
{
    char name[16];
    const size_t len = strlen((const char *)node->name);
    if (len > sizeof name - 3)
        return false;
    name[0] = name[len + 1] = ' ';
    memcpy(name + 1, node->name, len);
    name[len + 2] = '\0';
    return strstr(names, name) != NULL;
}

const char *html_value(const xmlNode *node, const char *name)
{
    const struct slice value = xml_attribute(node, name);
    return value.len ? value.data : "";
}

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

bool html_next_word(const char **text, char word[HTML_WORD_MAX])
{
    const char *p = *text;
    size_t n = 0;
    while (*p && !is_letter(*p)) {
        const bool variant = strncmp(p, "--", 2) == 0;
        p += variant ? strcspn(p, " \t\r\n\f") : 1;
    }
    for (const char *start = p; is_letter(*p); p++) {
        if (p > start && *p <= 'Z' && p[-1] >= 'a')
            break;
        if (n < HTML_WORD_MAX - 1)
            word[n++] = (char)(*p | 32);
    }
    word[n] = '\0';
    *text = p;
    return n > 0;
}

static bool listed(const char *word, html_words words)
{
    const char *list = words[word[0] - 'a'];
    while (list && *list) {
        const size_t n = strcspn(list, " *");
        if (strncmp(list, word, n) == 0 && (list[n] == '*' || word[n] == '\0'))
            return true;
        list += n + 1;
    }
    return false;
}

bool html_has_word(const xmlNode *node, html_words words)
{
    static const char *const attributes[] = {"class", "id", "role",
                                             "data-component"};
    char word[HTML_WORD_MAX];
    if (!node->properties)
        return false;
    for (size_t i = 0; i < sizeof attributes / sizeof *attributes; i++)
        for (const char *text = html_value(node, attributes[i]);
             html_next_word(&text, word);)
            if (listed(word, words))
                return true;
    return false;
}

/* Whether a style has a property with a value, with white space or without. */
static bool has_style(const char *style, const char *property,
                      const char *value)
{
    for (const char *at = style; (at = strstr(at, property)); at++) {
        const char *v = at + strlen(property);
        v += strspn(v, " :");
        if (strncmp(v, value, strlen(value)) == 0)
            return true;
    }
    return false;
}

bool html_invisible(const xmlNode *node)
{
    if (!node->properties)
        return false;
    const char *style = html_value(node, "style");
    return xmlHasProp((xmlNode *)(uintptr_t)node, BAD_CAST "hidden") ||
           strcmp(html_value(node, "aria-hidden"), "true") == 0 ||
           has_style(style, "display", "none") ||
           has_style(style, "visibility", "hidden");
}

static html_words beside = {
    ['a' - 'a'] = "aside ",
    ['b' - 'a'] = "breadcrumb* bottom ",
    ['c' - 'a'] = "comment comments commentlist cookie* carousel* copyright "
                  "calendar* ",
    ['d' - 'a'] = "disqus* ",
    ['e' - 'a'] = "event events ",
    ['l' - 'a'] = "latest ",
    ['m' - 'a'] = "menu* masthead mostread mostpopular ",
    ['n' - 'a'] = "nav* newsletter* newest ticker* ",
    ['p' - 'a'] = "popular* promo* ",
    ['r' - 'a'] = "related* recommend* recent* respond ",
    ['s' - 'a'] = "sidebar* similar* slider* ",
    ['t' - 'a'] = "teaser* trending* topbar ticker* ",
    ['w' - 'a'] = "widget* weather* "};

static html_words footers = {['f' - 'a'] = "footer* foot "};

/* Whether one of the elements from `node` up is `wanted`. */
static bool is_within(const xmlNode *node, const xmlNode *wanted)
{
    for (int i = 0; node && i < HTML_ANCESTORS; i++, node = node->parent)
        if (node == wanted)
            return true;
    return false;
}

/* Whether an element is an article, by its name, its class or its type. */
static bool is_article(const xmlNode *n)
{
    static html_words article = {['a' - 'a'] = "article artikel ",
                                 ['e' - 'a'] = "entry ",
                                 ['p' - 'a'] = "post "};
    return html_named(n, " article ") ||
           strstr(html_value(n, "itemtype"), "Article") ||
           html_has_word(n, article);
}

bool html_is_aside(const xmlNode *node, const xmlNode *heading)
{
    bool footer = false; /* of the page, or of an article in it */
    for (int i = 0;
         node && node->type == XML_ELEMENT_NODE && i < HTML_ANCESTORS;
         i++, node = node->parent) {
        if (html_named(node, " body html main "))
            break;
        if (footer && is_article(node))
            return false;
        if (heading && is_within(heading, node))
            break;
        if (html_named(node, " article "))
            return false;
        if (html_named(node, " nav aside ") || html_has_word(node, beside))
            return true;
        footer = footer || html_named(node, " footer ") ||
                 html_has_word(node, footers);
    }
    return footer;
}

bool html_in_article(const xmlNode *n)
{
    for (int i = 0; n && n->type == XML_ELEMENT_NODE && i < HTML_ANCESTORS;
         i++, n = n->parent)
        if (html_named(n, " article main "))
            return true;
    return false;
}

/* What an article's text is called. */
static const char *const body_names[] = {"articlebody",
                                         "article-body",
                                         "article__body",
                                         "article-content",
                                         "story-body",
                                         "storybody",
                                         "story-content",
                                         "entry-content",
                                         "post-content",
                                         "article-text",
                                         "article__content",
                                         "post-body",
                                         "articletext",
                                         "article_body",
                                         "body-copy",
                                         "story-text",
                                         "content-body",
                                         "article-body-content",
                                         "content__article-body",
                                         "articlecontent",
                                         "story_body",
                                         "news-content",
                                         "post__content"};

bool html_is_body_name(const xmlNode *n)
{
    static const char *const attributes[] = {"class", "id", "itemprop"};
    for (size_t i = 0; i < 3; i++) {
        char value[256];
        const char *text = html_value(n, attributes[i]);
        size_t len = 0;
        for (; text[len] && len < sizeof value - 1; len++)
            value[len] =
                (char)(text[len] >= 'A' && text[len] <= 'Z' ? text[len] | 32
                                                            : text[len]);
        value[len] = '\0';
        for (size_t k = 0; k < sizeof body_names / sizeof *body_names; k++)
            if (strstr(value, body_names[k]))
                return true;
    }
    return false;
}

/* How lines begin that are no article's. In lower case. */
static const char *const asides[] = {"advert",
                                     "read more",
                                     "read also",
                                     "also read",
                                     "also on ",
                                     "sign up",
                                     "subscribe",
                                     "share this",
                                     "share on",
                                     "share it",
                                     "follow us",
                                     "click here",
                                     "related:",
                                     "related stories",
                                     "get the latest",
                                     "this slideshow requires",
                                     "like this story",
                                     "more:",
                                     "see also",
                                     "photo:",
                                     "watch:",
                                     "this website uses cookies",
                                     "we use cookies",
                                     "download our",
                                     "join the conversation",
                                     "recommended",
                                     "image copyright",
                                     "media caption",
                                     "story continues",
                                     "continue reading",
                                     "copyright ",
                                     "all rights reserved",
                                     "you may also like",
                                     "don't miss",
                                     "tags:",
                                     "filed under",
                                     "have your say",
                                     "send us your",
                                     "listen to",
                                     "buy now",
                                     "lesen sie auch",
                                     "lesen sie mehr",
                                     "lesen sie hier",
                                     "mehr zum thema",
                                     "auch interessant",
                                     "das k\xC3\xB6nnte sie auch",
                                     "das k\xC3\xB6nnte dich auch",
                                     "schon gelesen",
                                     "jetzt teilen",
                                     "teilen:",
                                     "artikel teilen",
                                     "diesen artikel",
                                     "beitrag teilen",
                                     "anzeige",
                                     "lee tambi\xC3\xA9n",
                                     "le puede interesar",
                                     "puedes ver",
                                     "ver m\xC3\xA1s",
                                     "m\xC3\xA1s informaci\xC3\xB3n:",
                                     "\xC3\xA0 lire aussi",
                                     "lire aussi",
                                     "sur le m\xC3\xAAme sujet",
                                     "leggi anche",
                                     "lees ook",
                                     "leia tamb\xC3\xA9m",
                                     "czytaj te\xC5\xBC",
                                     "zobacz tak\xC5\xBC",
                                     "l\xC3\xA6s ogs\xC3\xA5",
                                     "l\xC3\xA4s ocks\xC3\xA5",
                                     "\xC2\xA9"};

bool html_begins_aside(const char *line)
{
    for (size_t i = 0; i < sizeof asides / sizeof *asides; i++)
        if (strncmp(line, asides[i], strlen(asides[i])) == 0)
            return true;
    return false;
}
