/* Owns the table of fields. Promises that term prefixes never collide: values
 * under multi-letter prefixes are folded and so never begin with a capital. */
#include "common/text/schema.h"

#include <pthread.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "common/base/hash.h"
#include "common/base/utf8.h"

/* ---- Names of fields in records of JSON, columns of tables and front matter,
 * the best first, as schema_find_key compares them: in lower case, without
 * accents, blanks and punctuation. English, then the languages of the press.
 * Of BODY, the names from "leadparagraph" on are of a part of the text. */

#define ID_NAMES                                                               \
    "id _id docno docid uuid guid articleid uri "                              \
    "documentid storyid storiesid newsid postid itemid "                       \
    "objectid accessionnumber proquestdocumentid storeid "                     \
    "identifier doi articleno newsno accessionno urn "                         \
    "docidentifier textid"
#define TITLE_NAMES                                                            \
    "headline title head headlines headlinemain webtitle "                     \
    "titlerendered headingline heading headlinetext "                          \
    "articletitle newstitle storytitle posttitle "                             \
    "pagetitle titletext maintitle hed titel uberschrift "                     \
    "ueberschrift schlagzeile titre titulo titular "                           \
    "encabezado manchete titolo kop rubrik overskrift "                        \
    "otsikko tytuł tytul nagłowek titulek nadpis nazov "                     \
    "cim baslik baslık judul tieude titlu naslov "                            \
    "заголовок название 标题 標題 "                       \
    "题目 タイトル 見出し 제목 articleheadline "                    \
    "newsheadline webheadline printheadline displaytitle "                     \
    "fulltitle titrearticle titulonoticia tittel titol "                       \
    "заглавие τιτλοσ כותרת "                                \
    "العنوان عنوان शीर्षक tieuđe "                    \
    "หัวข้อ titlepage titlerss slugline"
#define BODY_NAMES                                                             \
    "body maintext ctext text content articletext "                            \
    "articlebody fulltext bodytext bodyhtml bodyxhtml "                        \
    "contenttext contenthtml contents contentrendered "                        \
    "bodyvalue bodyprocessed fieldsbodytext "                                  \
    "articlecontent newscontent newstext storytext "                           \
    "selftext documenttext doctext textcontent plaintext "                     \
    "rawtext article story html encoded inhalt "                               \
    "artikeltext volltext beitrag nachricht texte contenu "                    \
    "corps texto contenido cuerpo noticia conteudo corpo "                     \
    "testo contenuto articolo tekst inhoud artikel "                           \
    "innehall brodtext indhold brodtekst brødtekst "                          \
    "innhold teksti sisalto tresc obsah szoveg tartalom "                      \
    "metin icerik isi noidung continut besedilo "                              \
    "текст содержание 内容 正文 全文 "                    \
    "本文 내용 본문 articlefulltext newsbody "                           \
    "storybody postcontent postbody pagecontent pagetext "                     \
    "fullarticle fullstory fullcontent cleantext "                             \
    "textcleaned cleanedtext textbody articlehtml bodyplain "                  \
    "bodymarkdown markdown document documentbody "                             \
    "paragraphs sentences newsarticle news haupttext "                         \
    "fliesstext meldung artikelinhalt texteintegral "                          \
    "textecomplet textointegral textocompleto "                                \
    "testocompleto articulo volledigetekst sadrzaj "                           \
    "съдържание зміст κειμενο "                          \
    "περιεχομενο טקסט תוכן النص "                       \
    "نص المحتوى متن सामग्री "                        \
    "पाठ เนื้อหา leadparagraph "                           \
    "abstract descriptiontext description "                                    \
    "shortdescription summary snippet excerpt trailtext "                      \
    "standfirst teaser dek highlights lead lede intro "                        \
    "beschreibung zusammenfassung resume resumen resumo "                      \
    "sommario samenvatting streszczenie opis"
#define DATE_NAMES                                                             \
    "dategmt datetimepub datetime date published "                             \
    "publisheddate datepublish datepublished pubdate "                         \
    "publishdate publishedat createdat webpublicationdate "                    \
    "publicationdate dateofpublication publicationtime "                       \
    "publicationdatetime issued publishingdate dateutc issuedate issuedon "    \
    "publishedon publishedtime publishtime "                                   \
    "publishdatetime firstpublished firstpublicationdate "                     \
    "firstpublishedat firstcreated versioncreated "                            \
    "displaydate releasedate postdate postedat posted "                        \
    "dateposted datecreated createddate creationdate "                         \
    "created createdutc seendate publishedprint "                              \
    "publishedonline timestamp time datum "                                    \
    "erscheinungsdatum veroffentlichungsdatum "                                \
    "publikationsdatum veroffentlicht datepublication "                        \
    "datedepublication fecha fechapublicacion "                                \
    "fechadepublicacion datapubblicazione "                                    \
    "datadipubblicazione datapublicacao datadepublicacao "                     \
    "publicatiedatum publiceringsdatum dato paivamaara "                       \
    "pvm datapublikacji tarih tanggal ngay дата "                          \
    "日期 发布时间 时间 日付 公開日 날짜 "                      \
    "publishedutc publishedtimestamp timepublished "                           \
    "postedon postdategmt datepub pubdatetime articledate "                    \
    "newsdate storydate docdate printdate "                                    \
    "originalpublicationdate displaydatetime isodate "                         \
    "dateiso veroffentlichtam publiele dateparution "                          \
    "datedeparution fechanoticia fechayhora publicadoel "                      \
    "publicadoem datahora datadapublicacao dataora "                           \
    "pubblicatoil publisertdato publiceret publicerad "                        \
    "julkaistu датапубликации "                                  \
    "датаивремя ημερομηνια תאריך "                    \
    "التاريخ تاريخ تاریخ तारीख "                    \
    "दिनांक tanggalterbit วันที่ "                     \
    "publicationyear data"
#define SOURCE_NAMES                                                           \
    "source containertitle publisher publication "                             \
    "sourcename sourcedomain site provider sitename "                          \
    "newspaper newspapername publicationtitle "                                \
    "publicationname pubtitle medianame mediatitle outlet "                    \
    "outletname newssource newsoutlet sourcetitle journal "                    \
    "journaltitle sitefull hostname sourcehostname "                           \
    "website domain quelle zeitung herausgeber medium "                        \
    "fuente periodico medio fonte giornale testata jornal "                    \
    "veiculo krant bron kalla tidning kilde avis lahde "                       \
    "zrodło gazeta zdroj forras kaynak gazete sumber "                        \
    "nguon источник издание 来源 媒体 "                     \
    "出典 新聞 출처 언론사 publishername "                            \
    "mediaoutlet papername zeitungsname medienname diario "                    \
    "sursa izvor джерело източник πηγη "                    \
    "מקור المصدر منبع स्रोत "                          \
    "แหล่งที่มา cleanurl domainname"
#define AUTHOR_NAMES                                                           \
    "author authors byline creator by bylines "                                \
    "bylineoriginal authorname authornames authorsname "                       \
    "articleauthor writer writers reporter reporters "                         \
    "journalist journalists columnist primaryauthor autor "                    \
    "autoren autorin verfasser auteur auteurs autores "                        \
    "autora autore autori forfatter forfattare skribent "                      \
    "kirjoittaja tekija autorzy szerzo yazar penulis "                         \
    "tacgia avtor автор авторы 作者 著者 "                      \
    "記者 记者 저자 기자 authorlist bylinetext "                       \
    "authorbyline writtenby postedby reportername "                            \
    "creatorname redakteur redaktor redactor redacteur "                       \
    "periodista journaliste journalistes giornalista "                         \
    "автора συγγραφεασ מחבר כתב "                       \
    "الكاتب المؤلف كاتب نویسنده "                       \
    "लेखक ผู้เขียน"
#define URL_NAMES                                                              \
    "url link articleurl canonicalurl weburl newsurl "                         \
    "storyurl pageurl permalink documenturl docurl "                           \
    "originalurl externalurl linkurl href enlace lien "                        \
    "ссылка 链接 網址 网址 articlelink "                           \
    "newslink storylink sourceurl sourcelink shareurl "                        \
    "urlarticle urlnoticia lienarticle webadresse "                            \
    "رابط الرابط קישור लिंक"
#define SECTION_NAMES                                                          \
    "section category kicker desk sectionname "                                \
    "sectiontitle newsdesk articlesection subsection "                         \
    "ressort rubrique seccion secao sezione rubriek "                          \
    "sectie dział kategorie categoria categorie "                             \
    "kategoria kategori раздел рубрика "                          \
    "栏目 分类 카테고리 newstype newscategory "                        \
    "articlecategory categoryname editoria rubrika "                           \
    "rubryka osasto avdeling sektion κατηγορια "                      \
    "القسم التصنيف קטגוריה "                                \
    "श्रेणी"
#define TOPIC_NAMES                                                            \
    "topic topics tags keywords keyword subjects subject "                     \
    "categories desfacet articletags tag subjectterms "                        \
    "term concepts schlagworter schlagworte stichworte "                       \
    "themen thema themes motscles etiquetas palabrasclave "                    \
    "tema temas palavraschave parolechiave argomento "                         \
    "trefwoorden onderwerp tagi temat emne emner теги "                    \
    "тема 关键词 标签 キーワード 태그 "                        \
    "identifierkeyword newskeywords metakeywords taglist keywordlist "         \
    "hashtags schlusselworter schluesselworter nyckelord "                     \
    "stikord avainsanat slowakluczowe klicovaslova "                           \
    "kulcsszavak anahtarkelimeler etiketler etichete "                         \
    "ключевыеслова метки "                                   \
    "ключовіслова"
#define LANGUAGE_NAMES                                                         \
    "language lang languagecode langcode inlanguage "                          \
    "sprache langue idioma lingua taal sprak sprog jezyk "                     \
    "язык 语言 言語 kieli jazyk limba "                                \
    "γλωσσα שפה اللغة भाषा"
#define PERSON_NAMES "person persons people perfacet"
#define ORG_NAMES                                                              \
    "org orgs organizations organisations organisation "                       \
    "organization companies orgfacet"
#define PLACE_NAMES "place places locations gpe geofacet"

const struct field_def schema_fields[FIELD_COUNT] = {
    [FIELD_ID] = {"id", "", ID_NAMES, "Q", NULL, NULL, FIELD_KIND_EXACT, false,
                  false, true, "the article's identifier", "id:reuters-1"},
    [FIELD_TITLE] = {"title", "headline", TITLE_NAMES, "S", NULL, NULL,
                     FIELD_KIND_TEXT, false, false, true,
                     "words or a phrase of the title", "title:safety"},
    [FIELD_BODY] = {"body", "", BODY_NAMES, "", NULL, NULL, FIELD_KIND_TEXT,
                    false, false, false, "the article's text", ""},
    [FIELD_DATE] = {"date", "", DATE_NAMES, "", NULL, NULL, FIELD_KIND_DATE,
                    false, false, true, "a day, month, year or range of them",
                    "date:2024-05-01..2024-05-17"},
    [FIELD_SOURCE] = {"source", "publisher", SOURCE_NAMES, "XSRC", NULL, NULL,
                      FIELD_KIND_LABEL, false, false, true, "who published it",
                      "source:senate.gov"},
    [FIELD_AUTHOR] = {"author", "by", AUTHOR_NAMES, "A", "XAW", NULL,
                      FIELD_KIND_NAME, true, false, true, "who wrote it",
                      "author:Dickens"},
    [FIELD_URL] = {"url", "link", URL_NAMES, "U", NULL, "XSITE",
                   FIELD_KIND_EXACT, false, false, true,
                   "the article's address, or a site", "url:example.org"},
    [FIELD_SECTION] = {"section", "", SECTION_NAMES, "XSEC", NULL, NULL,
                       FIELD_KIND_LABEL, false, false, true,
                       "the section or desk", "section:business"},
    [FIELD_TOPIC] = {"topic", "tag", TOPIC_NAMES, "K", NULL, NULL,
                     FIELD_KIND_LABEL, true, false, true, "a subject label",
                     "topic:cocoa"},
    [FIELD_LANGUAGE] = {"lang", "language", LANGUAGE_NAMES, "L", NULL, "XLANG",
                        FIELD_KIND_LABEL, false, false, true,
                        "the language code, with its kinds (en-US)", "lang:en"},
    [FIELD_PERSON] = {"person", "people", PERSON_NAMES, "XPN", "XPW", NULL,
                      FIELD_KIND_NAME, true, true, true,
                      "a person who is named", "person:\"Jan Leike\""},
    [FIELD_ORG] = {"org", "organization organisation company", ORG_NAMES, "XON",
                   "XOW", NULL, FIELD_KIND_NAME, true, true, true,
                   "an organisation that is named", "org:OpenAI"},
    [FIELD_PLACE] = {"place", "location", PLACE_NAMES, "XLN", "XLW", NULL,
                     FIELD_KIND_NAME, true, true, true, "a place that is named",
                     "place:\"San Francisco\""},
    [FIELD_COPIES] = {"copies", "", "", "Q", NULL, NULL, FIELD_KIND_EXACT, true,
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

/* Longest name of a field in records, in bytes, as it is compared. */
#define KEY_MAX 48

/* Appends a character as names are compared: in lower case, a Latin or Greek
 * letter without its accents; letters of other scripts stay whole. Returns the
 * new length, KEY_MAX + 1 if it has no room.
 */
static size_t put_folded(char out[KEY_MAX], size_t len, uint32_t code)
{
    utf8proc_int32_t parts[8];
    int last = 0;
    const bool accents = code < 0x250 || (code >= 0x370 && code < 0x400) ||
                         (code >= 0x1E00 && code < 0x1F00);
    const int options = UTF8PROC_CASEFOLD |
                        (accents ? UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK : 0);
    const utf8proc_ssize_t count = utf8proc_decompose_char(
        (utf8proc_int32_t)code, parts, 8, (utf8proc_option_t)options, &last);
    for (utf8proc_ssize_t i = 0; i < count && i < 8; i++) {
        char bytes[4];
        const size_t n = utf8_encode((uint32_t)parts[i], bytes);
        if (len + n > KEY_MAX)
            return KEY_MAX + 1;
        memcpy(out + len, bytes, n);
        len += n;
    }
    return len;
}

/* Puts a name into the form in which names are compared: without what stands
 * before a colon ("dc:title"), blanks and punctuation, but for "_" at the
 * beginning. Returns its length; 0 for what is no name of a field. */
static size_t fold_key(struct slice key, char out[KEY_MAX])
{
    size_t len = 0, i = 0;
    for (size_t at = 0; at < key.len && at < KEY_MAX; at++)
        if (key.data[at] == ':')
            i = at + 1;
    while (i < key.len && len <= KEY_MAX) {
        const char c = key.data[i];
        uint32_t code;
        const size_t n = utf8_decode(key.data + i, key.len - i, &code);
        if (n == 0)
            return 0;
        i += n;
        if (n > 1)
            len = put_folded(out, len, code);
        else if (c == '_' && len == 0)
            out[len++] = c;
        else if (!strchr(" \t_-./@#()", c) && len == KEY_MAX)
            return 0;
        else if (!strchr(" \t_-./@#()", c))
            out[len++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return len <= KEY_MAX ? len : 0;
}

/* ---- All keys of all fields by their hash, made once. Scanning the lists took
 * most of the time of reading JSON documents. */

/* Places of the table: twice the number of keys at least, a power of two. */
#define KEYS_SIZE 2048

static struct key_entry {
    const char *name; /* NULL: free */
    size_t len;
    int field, rank;
} key_table[KEYS_SIZE];
static pthread_once_t keys_once = PTHREAD_ONCE_INIT;

/* The entry of a key, or the free place where it belongs. */
static struct key_entry *key_place(const char *name, size_t len)
{
    size_t i = (size_t)hash64(name, len) % KEYS_SIZE;
    while (key_table[i].name && (key_table[i].len != len ||
                                 memcmp(key_table[i].name, name, len) != 0))
        i = (i + 1) % KEYS_SIZE;
    return &key_table[i];
}

static void make_keys(void)
{
    size_t count = 0;
    for (int f = 0; f < FIELD_COUNT; f++) {
        const char *p = schema_fields[f].keys;
        for (int rank = 0; *p && count < KEYS_SIZE / 2; rank++) {
            const size_t len = strcspn(p, " ");
            struct key_entry *e = key_place(p, len);
            if (!e->name) {
                *e = (struct key_entry){p, len, f, rank};
                count++;
            }
            p += len;
            p += strspn(p, " ");
        }
    }
}

int schema_find_key(struct slice key, int *rank)
{
    char folded[KEY_MAX];
    const size_t len = fold_key(key, folded);
    pthread_once(&keys_once, make_keys);
    const struct key_entry *e = key_place(folded, len);
    if (!len || !e->name)
        return -1;
    *rank = e->rank;
    return e->field;
}

bool schema_is_part(enum field field, int rank)
{
    static const struct slice first = {"leadparagraph", 13};
    int least = 0;
    return field == FIELD_BODY &&
           schema_find_key(first, &least) == FIELD_BODY && rank >= least;
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

/* ---- What values are part of. */

static bool is_host_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
           c >= 0x80;
}

/* Returns the host of an address, or an empty slice. */
static struct slice host_of(struct slice url)
{
    const struct slice none = {"", 0};
    size_t start = 0, end, dots = 0;
    for (size_t i = 0; i + 2 < url.len && start == 0; i++) {
        if (memcmp(url.data + i, "://", 3) == 0)
            start = i + 3;
        else if (!is_host_byte((unsigned char)url.data[i]))
            break;
    }
    for (end = start; end < url.len && !strchr("/?#", url.data[end]); end++)
        if (url.data[end] == '@')
            start = end + 1;
    for (size_t i = start; i < end; i++) {
        const unsigned char c = (unsigned char)url.data[i];
        if (c == ':')
            end = i;
        else if (!is_host_byte(c))
            return none;
        else
            dots += c == '.';
    }
    return dots ? (struct slice){url.data + start, end - start} : none;
}

/* Returns a host in small letters without www and a full stop at its end. */
static struct slice plain_host(struct slice host, struct buf *scratch)
{
    buf_reset(scratch);
    for (size_t i = 0; i < host.len; i++) {
        const char c = host.data[i];
        buf_append_byte(scratch,
                        (uint8_t)(c >= 'A' && c <= 'Z' ? c | 0x20 : c));
    }
    if (scratch->failed || scratch->len == 0)
        return (struct slice){"", 0};
    struct slice out = {scratch->data, scratch->len};
    if (out.data[out.len - 1] == '.')
        out.len--;
    if (out.len > 4 && memcmp(out.data, "www.", 4) == 0) {
        out.data += 4;
        out.len -= 4;
    }
    return out;
}

/* Puts the host and its ends of two labels or more; a number is whole. */
static size_t wider_hosts(struct slice host, struct slice *out)
{
    size_t count = 0, dots = 0;
    const bool number = host.len && host.data[host.len - 1] >= '0' &&
                        host.data[host.len - 1] <= '9';
    for (size_t i = host.len; !number && i-- > 0;)
        if (host.data[i] == '.' && dots++ && count < SCHEMA_WIDER_MAX)
            out[count++] = (struct slice){host.data + i + 1, host.len - i - 1};
    if (host.len && count < SCHEMA_WIDER_MAX)
        out[count++] = host;
    return count;
}

/* Puts the beginnings of a language: en of en us. */
static size_t wider_languages(struct slice value, struct slice *out)
{
    size_t count = 0;
    for (size_t i = 1; i < value.len && count < SCHEMA_WIDER_MAX; i++)
        if (value.data[i] == ' ')
            out[count++] = (struct slice){value.data, i};
    return count;
}

size_t schema_wider(enum field field, struct slice value, struct buf *scratch,
                    struct slice out[SCHEMA_WIDER_MAX])
{
    return field == FIELD_URL
               ? wider_hosts(plain_host(host_of(value), scratch), out)
           : field == FIELD_LANGUAGE ? wider_languages(value, out)
                                     : 0;
}

struct slice schema_wide_value(enum field field, struct slice value,
                               struct buf *scratch)
{
    if (field != FIELD_URL)
        return value;
    if (value.len && value.data[value.len - 1] == '/')
        value.len--;
    const struct slice host = host_of(value);
    return host.len == value.len ? plain_host(host, scratch)
                                 : (struct slice){"", 0};
}

void schema_divided(struct buf *out, struct slice stem, struct slice a,
                    struct slice b)
{
    buf_append(out, stem.data, stem.len);
    buf_append_byte(out, ' ');
    buf_append(out, a.data, a.len);
    buf_append_byte(out, ' ');
    buf_append(out, b.data, b.len);
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
