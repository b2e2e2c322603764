/* Owns the words of written dates.
 * Promises that a shortened name means a month only if it can mean no other. */
#include "common/text/date_words.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <utf8proc.h>

/* Names as they stand in dates, nominative and genitive, folded: small letters
 * without accents. Languages: English, German, French, Spanish, Portuguese,
 * Italian, Catalan, Romanian, Dutch, Swedish, Danish, Norwegian, Finnish,
 * Polish, Czech, Slovak, Croatian, Slovene, Hungarian, Turkish, Indonesian,
 * Russian, Ukrainian, Bulgarian, Greek. A name may be cut to three letters or
 * more, where that leaves one month. */
static const char *const months[12] = {
    "january januar janvier enero janeiro gennaio gener ianuarie januari "
    "tammikuu tammikuuta stycznia styczen ledna leden januara sijecanj "
    "sijecnja januarja ocak января январь січня січень януари ιανουαριου "
    "ιανουαριοσ janner",
    "february februar fevrier febrero fevereiro febbraio febrer februarie "
    "februari helmikuu helmikuuta lutego luty unora unor februara veljaca "
    "veljace februarja subat февраля февраль лютого лютии февруари "
    "φεβρουαριου φεβρουαριοσ feber",
    "march mar marz mars marzo marco marc martie maart marts maaliskuu "
    "maaliskuuta marca marzec brezna brezen marec ozujak ozujka marcius mart "
    "maret марта март березня березень μαρτιου μαρτιοσ mrt maerz",
    "april avril abril aprile aprilie huhtikuu huhtikuuta kwietnia kwiecien "
    "dubna duben aprila travanj travnja aprilis nisan апреля апрель квітня "
    "квітень април απριλιου απριλιοσ",
    "may mai mayo maio maggio maig mei maj toukokuu toukokuuta maja kvetna "
    "kveten svibanj svibnja majus mayis mayıs мая маи травня травень μαιου "
    "μαιοσ",
    "june juni juin junio junho giugno juny iunie kesakuu kesakuuta czerwca "
    "czerwiec cervna cerven juna lipanj lipnja junija junij junius haziran "
    "июня июнь червня червень юни ιουνιου ιουνιοσ",
    "july juli juillet julio julho luglio juliol iulie heinakuu heinakuuta "
    "lipca lipiec cervence cervenec jula srpanj srpnja julija julij julius "
    "temmuz июля июль липня липень юли ιουλιου ιουλιοσ",
    "august aout agosto agost augustus augusti elokuu elokuuta sierpnia "
    "sierpien srpna srpen augusta kolovoz kolovoza avgusta avgust augusztus "
    "agustos agustus августа август серпня серпень αυγουστου αυγουστοσ",
    "september septembre septiembre setiembre setembro settembre setembre "
    "septembrie syyskuu syyskuuta wrzesnia wrzesien zari septembra rujan "
    "rujna szeptember eylul сентября сентябрь вересня вересень септември "
    "σεπτεμβριου σεπτεμβριοσ",
    "october oktober octobre octubre outubro ottobre octombrie lokakuu "
    "lokakuuta pazdziernika pazdziernik rijna rijen oktobra listopad "
    "listopada ekim октября октябрь жовтня жовтень октомври οκτωβριου "
    "οκτωβριοσ",
    "november novembre noviembre novembro noiembrie marraskuu marraskuuta "
    "listopada listopad listopadu novembra studeni studenoga studenog kasim "
    "kasım ноября ноябрь листопада листопад ноември νοεμβριου νοεμβριοσ",
    "december dezember decembre diciembre dezembro dicembre desembre "
    "decembrie desember joulukuu joulukuuta grudnia grudzien prosince "
    "prosinec decembra prosinac prosinca aralik aralık декабря декабрь "
    "грудня грудень декември δεκεμβριου δεκεμβριοσ"};

/* From Monday on. */
static const char *const weekdays[7] = {
    "monday montag lundi lunes segunda lunedi dilluns luni maandag mandag "
    "maanantai maanantaina poniedzialek pondeli pondelok ponedjeljak "
    "ponedeljek hetfo pazartesi senin понедельник понеділок понеделник "
    "δευτερα 月",
    "tuesday dienstag mardi martes terca martedi dimarts marti dinsdag tisdag "
    "tirsdag tiistai tiistaina wtorek utery utorok utorak torek kedd sali "
    "selasa вторник вівторок τριτη 火",
    "wednesday mittwoch mercredi miercoles quarta mercoledi dimecres miercuri "
    "woensdag onsdag keskiviikko keskiviikkona sroda streda srijeda sreda "
    "szerda carsamba rabu среда середа сряда τεταρτη 水",
    "thursday donnerstag jeudi jueves quinta giovedi dijous joi donderdag "
    "torsdag torstai torstaina czwartek ctvrtek stvrtok cetvrtak cetrtek "
    "csutortok persembe kamis четверг четвер четвъртък πεμπτη 木",
    "friday freitag vendredi viernes sexta venerdi divendres vineri vrijdag "
    "fredag perjantai perjantaina piatek patek piatok petak petek pentek cuma "
    "jumat пятница пятниця петък παρασκευη 金",
    "saturday samstag sonnabend samedi sabado sabato dissabte sambata "
    "zaterdag lordag lørdag lauantai lauantaina sobota subota szombat "
    "cumartesi sabtu суббота субота събота σαββατο 土",
    "sunday sonntag dimanche domingo domenica diumenge duminica zondag sondag "
    "søndag sunnuntai sunnuntaina niedziela nedele nedela nedjelja nedelja "
    "vasarnap pazar minggu воскресенье неділя неделя κυριακη 日"};

/* Words that stand in dates and say nothing. */
static const char fillers[] =
    "of the de del di do da dia den der am um le la el a at on alle ore om klo "
    "kl og und et e y en i o w dnia dne den dan st nd rd th er ten st feira "
    "published posted updated date dated created modified publie le publicado "
    "pubblicato veroffentlicht vom stand gepubliceerd year г года р року в "
    "yil the tai na clock ngay nam 曜 요 星期 今 το του στις και";

static const char hours[] = "uhr h hrs uur часов годин 時 时 点 시";

static const struct {
    const char *name;
    int minutes; /* east of UTC */
    bool summer; /* an hour more in the summer of the United States */
} zones[] = {{"utc", 0, false},    {"gmt", 0, false},     {"z", 0, false},
             {"ut", 0, false},     {"wet", 0, false},     {"west", 60, false},
             {"bst", 60, false},   {"cet", 60, false},    {"cest", 120, false},
             {"mez", 60, false},   {"mesz", 120, false},  {"eet", 120, false},
             {"eest", 180, false}, {"msk", 180, false},   {"cat", 120, false},
             {"sast", 120, false}, {"eat", 180, false},   {"gst", 240, false},
             {"pkt", 300, false},  {"ist", 330, false},   {"wib", 420, false},
             {"hkt", 480, false},  {"sgt", 480, false},   {"awst", 480, false},
             {"jst", 540, false},  {"kst", 540, false},   {"aest", 600, false},
             {"aedt", 660, false}, {"nzst", 720, false},  {"nzdt", 780, false},
             {"hst", -600, false}, {"akst", -540, false}, {"akdt", -480, false},
             {"pst", -480, false}, {"pdt", -420, false},  {"pt", -480, true},
             {"mst", -420, false}, {"mdt", -360, false},  {"mt", -420, true},
             {"cst", -360, false}, {"cdt", -300, false},  {"ct", -360, true},
             {"est", -300, false}, {"edt", -240, false},  {"et", -300, true},
             {"brt", -180, false}, {"art", -180, false}};

/* How well a word fits one of the names with blanks between. */
enum fit { FIT_NONE, FIT_BEGINNING, FIT_WHOLE };

static enum fit fit_of(const char *names, const char *word, size_t len)
{
    enum fit best = FIT_NONE;
    while (*names) {
        const size_t n = strcspn(names, " ");
        if (n >= len && memcmp(names, word, len) == 0) {
            if (n == len)
                return FIT_WHOLE;
            best = FIT_BEGINNING;
        }
        names += n + (names[n] == ' ');
    }
    return best;
}

/* A bit for each list that the word fits: those with the whole word, or else
 * those with a name that begins so, if the word has `least` bytes. */
static unsigned mask_of(const char *const *lists, size_t count,
                        const char *word, size_t len, size_t least)
{
    unsigned whole = 0, beginning = 0;
    for (size_t i = 0; i < count; i++) {
        const enum fit fit = fit_of(lists[i], word, len);
        whole |= fit == FIT_WHOLE ? 1u << i : 0;
        beginning |= fit == FIT_BEGINNING ? 1u << i : 0;
    }
    return whole ? whole : len >= least ? beginning : 0;
}

/* Folds a word into `out`: small letters, no accents. Returns its bytes, 0 if
 * there are too many. */
static size_t fold(struct slice word, char out[DATE_WORD_BYTES])
{
    size_t len = word.len;
    bool ascii = true;
    if (len == 0 || len > DATE_WORD_BYTES)
        return 0;
    for (size_t i = 0; i < len; i++) {
        const char c = word.data[i];
        ascii = ascii && (unsigned char)c < 0x80;
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    if (ascii)
        return len;
    utf8proc_uint8_t *made = NULL;
    const utf8proc_ssize_t n = utf8proc_map(
        (const utf8proc_uint8_t *)word.data, (utf8proc_ssize_t)len, &made,
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_STRIPMARK |
            UTF8PROC_CASEFOLD);
    len = n > 0 && n <= DATE_WORD_BYTES ? (size_t)n : 0;
    if (len)
        memcpy(out, made, len);
    free(made);
    return len;
}

static void find_zone(struct date_word *found, const char *word, size_t len)
{
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (strlen(zones[i].name) == len &&
            memcmp(zones[i].name, word, len) == 0) {
            found->zone = true;
            found->zone_minutes = zones[i].minutes;
            found->zone_summer = zones[i].summer;
        }
}

struct date_word date_word_find(struct slice text)
{
    struct date_word found;
    char word[DATE_WORD_BYTES];
    const size_t len = fold(text, word);
    memset(&found, 0, sizeof found);
    if (len == 0)
        return found;
    found.months = (uint16_t)mask_of(months, 12, word, len, 3);
    if (len == 4 && memcmp(word, "sept", 4) == 0)
        found.months = 1 << 8;
    found.weekdays = (uint8_t)mask_of(weekdays, 7, word, len, 2);
    found.filler = fit_of(fillers, word, len) == FIT_WHOLE;
    found.hour = fit_of(hours, word, len) == FIT_WHOLE;
    found.half =
        len == 2 && word[1] == 'm' && (word[0] == 'a' || word[0] == 'p');
    found.afternoon = found.half && word[0] == 'p';
    found.month_is_next = len == 5 && memcmp(word, "thang", 5) == 0;
    find_zone(&found, word, len);
    return found;
}
