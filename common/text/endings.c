/* Owns the table of endings that tools/make_endings.py learned from the
 * vocabularies that Snowball's stemmers are tested with. */
#include "common/text/endings.h"

#include <string.h>

/* An ending as folded words have it, and with its accents. Of each language the
 * longer ones first. One that stays as it is keeps shorter ones away. */
struct ending {
    const char *plain, *accented;
};

static const struct ending catalan[] = {
    {"ancias", "àncias"}, {"ancies", "àncies"}, {"ancia", "ància"},
    {"eixer", "éixer"},   {"icias", "ícias"},   {"icies", "ícies"},
    {"istic", "ístic"},   {"orias", "òrias"},   {"ories", "òries"},
    {"icia", "ícia"},     {"ncas", "nças"},     {"oria", "òria"},
    {"uits", "uïts"},     {"dos", "dos"},       {"nca", "nça"},
    {"do", "do"},         {"os", "ós"},         {"o", "ó"},
};

static const struct ending french[] = {
    {"erent", "èrent"}, {"ismes", "ïsmes"}, {"eres", "ères"}, {"isme", "ïsme"},
    {"ites", "ités"},   {"ees", "ées"},     {"ere", "ère"},   {"ite", "ité"},
    {"at", "ât"},       {"ee", "ée"},
};

static const struct ending hungarian[] = {
    {"tettek", "tették"}, {"hatok", "hatók"}, {"iokat", "iókat"},
    {"okent", "őként"},   {"ottak", "ották"}, {"atok", "atok"},
    {"elok", "elők"},     {"oban", "óban"},   {"oben", "őben"},
    {"obol", "őből"},     {"ohoz", "őhöz"},   {"onak", "ónak"},
    {"onek", "őnek"},     {"orol", "őről"},   {"otol", "őtől"},
    {"oval", "óval"},     {"ovel", "ővel"},   {"stak", "sták"},
    {"tova", "tóvá"},     {"zert", "zert"},   {"ent", "ént"},
    {"ert", "ért"},       {"iok", "iók"},     {"iot", "iót"},
    {"jak", "ják"},       {"jan", "ján"},     {"jet", "jét"},
    {"kat", "kat"},       {"lot", "lőt"},     {"mat", "mat"},
    {"nal", "nál"},       {"nam", "nám"},     {"nel", "nél"},
    {"oan", "óan"},       {"oba", "óba"},     {"oen", "ően"},
    {"ora", "óra"},       {"ore", "őre"},     {"ove", "ővé"},
    {"rot", "rőt"},       {"tok", "tők"},     {"zak", "zák"},
    {"zot", "zőt"},       {"at", "át"},       {"ol", "ől"},
    {"o", "ő"},
};

static const struct ending irish[] = {
    {"achtain", "achtain"}, {"mistear", "mistéar"},
    {"iochta", "íochta"},   {"oidigh", "óidigh"},
    {"adail", "adaíl"},     {"bhail", "bháil"},
    {"dhain", "dhain"},     {"iocht", "íocht"},
    {"laire", "láire"},     {"lairi", "láirí"},
    {"mhain", "mhain"},     {"otail", "otail"},
    {"rgail", "rgáil"},     {"rsain", "rsain"},
    {"hail", "hail"},       {"iail", "iail"},
    {"iain", "iain"},       {"uain", "uain"},
    {"ail", "áil"},         {"uil", "úil"},
    {"in", "ín"},           {"i", "í"},
};

static const struct ending italian[] = {
    {"iera", "iera"},
    {"vita", "vità"},
    {"ra", "rà"},
};

static const struct ending lithuanian[] = {
    {"ciausia", "čiausią"},
    {"ciausiu", "čiausių"},
    {"ciosios", "čiosios"},
    {"skosios", "škosios"},
    {"ziantis", "žiantis"},
    {"ciomis", "čiomis"},
    {"ciuose", "čiuose"},
    {"etojai", "ėtojai"},
    {"etojas", "ėtojas"},
    {"skasis", "škasis"},
    {"skomis", "škomis"},
    {"ziuose", "žiuose"},
    {"asias", "ąsias"},
    {"ciais", "čiais"},
    {"ciame", "čiame"},
    {"ciams", "čiams"},
    {"ciant", "čiant"},
    {"cioje", "čioje"},
    {"ciojo", "čiojo"},
    {"cioms", "čioms"},
    {"ciose", "čiose"},
    {"ciuju", "čiųjų"},
    {"detas", "dėtas"},
    {"ejais", "ėjais"},
    {"ejams", "ėjams"},
    {"ejant", "ėjant"},
    {"ejosi", "ėjosi"},
    {"ejusi", "ėjusi"},
    {"etoja", "ėtoją"},
    {"etojo", "ėtojo"},
    {"etoju", "ėtojų"},
    {"skais", "škais"},
    {"skaja", "škąją"},
    {"skoje", "škoje"},
    {"skoji", "škoji"},
    {"skojo", "škojo"},
    {"skuju", "škųjų"},
    {"ziais", "žiais"},
    {"ziams", "žiams"},
    {"ziant", "žiant"},
    {"bems", "bėms"},
    {"ciai", "čiai"},
    {"ciam", "čiam"},
    {"cias", "čias"},
    {"ciau", "čiau"},
    {"cios", "čios"},
    {"ciui", "čiui"},
    {"cius", "čius"},
    {"deta", "dėtą"},
    {"ejai", "ėjai"},
    {"ejas", "ėjas"},
    {"ejes", "ėjęs"},
    {"ejos", "ėjos"},
    {"ejui", "ėjui"},
    {"ejus", "ėjus"},
    {"emis", "ėmis"},
    {"kele", "kėlė"},
    {"lems", "lėms"},
    {"nems", "nėms"},
    {"skai", "škai"},
    {"skas", "škas"},
    {"skos", "škos"},
    {"skus", "škus"},
    {"tems", "tėms"},
    {"vems", "vėms"},
    {"ziai", "žiai"},
    {"zios", "žios"},
    {"ziui", "žiui"},
    {"zius", "žius"},
    {"cia", "čią"},
    {"cio", "čio"},
    {"ciu", "čių"},
    {"eja", "ėja"},
    {"eje", "ėje"},
    {"ejo", "ėjo"},
    {"eju", "ėjų"},
    {"ese", "ėse"},
    {"eti", "ėti"},
    {"ska", "šką"},
    {"sko", "ško"},
    {"sku", "škų"},
    {"uji", "ųjį"},
    {"uju", "ųjų"},
    {"zia", "žia"},
    {"zio", "žio"},
    {"ziu", "žių"},
    {"au", "au"},
    {"ni", "nį"},
    {"ri", "rį"},
    {"te", "tę"},
    {"u", "ų"},
};

static const struct ending portuguese[] = {
    {"ancias", "âncias"}, {"avamos", "ávamos"}, {"encias", "ências"},
    {"ancia", "ância"},   {"aveis", "áveis"},   {"encia", "ência"},
    {"iamos", "íamos"},   {"avel", "ável"},     {"caos", "çãos"},
    {"coes", "ções"},     {"ivel", "ível"},     {"aos", "ãos"},
    {"cao", "ção"},       {"ao", "ão"},
};

static const struct ending romanian[] = {
    {"tiunile", "ţiunile"}, {"ntilor", "nţilor"}, {"tiilor", "ţiilor"},
    {"tiunea", "ţiunea"},   {"tiunii", "ţiunii"}, {"atile", "ăţile"},
    {"icuta", "icuţă"},     {"ltati", "lţaţi"},   {"ntati", "nţaţi"},
    {"tiile", "ţiile"},     {"tiune", "ţiune"},   {"tiuni", "ţiuni"},
    {"andu", "ându"},       {"etii", "eţii"},     {"itii", "iţii"},
    {"ntii", "nţii"},       {"tati", "tăţi"},     {"tiei", "ţiei"},
    {"uind", "uind"},       {"utii", "uţii"},     {"and", "ând"},
    {"ind", "înd"},         {"ram", "răm"},       {"ste", "şte"},
    {"sti", "şti"},         {"tia", "ţia"},       {"tie", "ţie"},
    {"ca", "că"},           {"ra", "ră"},         {"si", "şi"},
    {"ti", "ţi"},           {"za", "ză"},
};

static const struct ending spanish[] = {
    {"nderas", "nderás"}, {"torias", "torias"}, {"ecios", "eciós"},
    {"iamos", "íamos"},   {"ndera", "nderá"},   {"ndios", "ndiós"},
    {"toria", "toria"},   {"ecio", "eció"},     {"fias", "fías"},
    {"gias", "gías"},     {"iran", "irán"},     {"iras", "irás"},
    {"ndio", "ndió"},     {"rias", "rías"},     {"tias", "tías"},
    {"tios", "tiós"},     {"fia", "fía"},       {"gia", "gía"},
    {"ian", "ían"},       {"ion", "ión"},       {"ira", "irá"},
    {"ria", "ría"},       {"tia", "tía"},       {"tio", "tió"},
};

static const struct ending turkish[] = {
    {"gimizde", "ğimizde"},
    {"gimizin", "ğımızın"},
    {"gindaki", "ğındaki"},
    {"gindeki", "ğindeki"},
    {"ginizda", "ğınızda"},
    {"nmistir", "nmıştır"},
    {"slerdir", "şlerdir"},
    {"acinin", "acının"},
    {"aginin", "ağının"},
    {"alidir", "alıdır"},
    {"aliyiz", "alıyız"},
    {"aninin", "anının"},
    {"aridir", "arıdır"},
    {"arinin", "arının"},
    {"asidir", "asıdır"},
    {"asinin", "asının"},
    {"gimiza", "ğımıza"},
    {"gimize", "ğimize"},
    {"gimizi", "ğımızı"},
    {"gindan", "ğından"},
    {"ginden", "ğinden"},
    {"ginizi", "ğınızı"},
    {"gundan", "ğundan"},
    {"ilarin", "ıların"},
    {"u'nden", "ü'nden"},
    {"ulerin", "ülerin"},
    {"undeki", "ündeki"},
    {"aksin", "aksın"},
    {"aktir", "aktır"},
    {"andir", "andır"},
    {"anmis", "anmış"},
    {"ansin", "ansın"},
    {"ardir", "ardır"},
    {"asini", "asını"},
    {"asmis", "aşmış"},
    {"atmis", "atmış"},
    {"gidir", "ğidir"},
    {"gimde", "ğimde"},
    {"gimiz", "ğımız"},
    {"ginda", "ğında"},
    {"ginde", "ğinde"},
    {"ginin", "ğinin"},
    {"giniz", "ğınız"},
    {"giyla", "ğıyla"},
    {"giyle", "ğiyle"},
    {"gumuz", "ğümüz"},
    {"gunda", "ğunda"},
    {"gunde", "ğünde"},
    {"gunun", "ğunun"},
    {"gunuz", "ğünüz"},
    {"indan", "ından"},
    {"irlar", "ırlar"},
    {"islar", "ışlar"},
    {"u'nde", "ü'nde"},
    {"ukler", "ükler"},
    {"ukten", "ükten"},
    {"ulere", "ülere"},
    {"unden", "ünden"},
    {"urler", "ürler"},
    {"adir", "adır"},
    {"akti", "aktı"},
    {"amin", "amın"},
    {"andi", "andı"},
    {"anim", "anım"},
    {"anin", "anın"},
    {"aniz", "anız"},
    {"ardi", "ardı"},
    {"arin", "arın"},
    {"ariz", "arız"},
    {"asin", "asın"},
    {"asiz", "asız"},
    {"asti", "aştı"},
    {"atir", "atır"},
    {"atti", "attı"},
    {"aydi", "aydı"},
    {"ayim", "ayım"},
    {"ayiz", "ayız"},
    {"egiz", "eğiz"},
    {"gima", "ğıma"},
    {"gimi", "ğımı"},
    {"gina", "ğına"},
    {"gine", "ğine"},
    {"gini", "ğını"},
    {"gumu", "ğümü"},
    {"guna", "ğuna"},
    {"gune", "ğüne"},
    {"gunu", "ğünü"},
    {"ilar", "ılar"},
    {"inca", "ınca"},
    {"inda", "ında"},
    {"iyla", "ıyla"},
    {"ngin", "ngın"},
    {"slar", "şlar"},
    {"sler", "şler"},
    {"stir", "ştir"},
    {"stur", "ştur"},
    {"ugun", "üğün"},
    {"ukle", "ükle"},
    {"ukte", "ükte"},
    {"uler", "üler"},
    {"umde", "ümde"},
    {"unde", "ünde"},
    {"uyle", "üyle"},
    {"aci", "acı"},
    {"agi", "ağı"},
    {"aji", "ajı"},
    {"ali", "alı"},
    {"ami", "amı"},
    {"ani", "anı"},
    {"ari", "arı"},
    {"asi", "ası"},
    {"ati", "atı"},
    {"ayi", "ayı"},
    {"gim", "ğım"},
    {"gin", "ğın"},
    {"giz", "ğız"},
    {"gum", "ğüm"},
    {"ina", "ına"},
    {"kca", "kça"},
    {"kce", "kçe"},
    {"uge", "üğe"},
    {"ume", "üme"},
    {"une", "üne"},
    {"uye", "üye"},
    {"uze", "üze"},
    {"ga", "ğa"},
    {"ge", "ğe"},
    {"gi", "ği"},
    {"gu", "ğu"},
    {"ug", "uğ"},
    {"s", "ş"},
};

/* The names that libstemmer takes for each language, and its endings. */
static const struct endings {
    const char *names;
    const struct ending *items;
    size_t count;
} languages[] = {
    {" catalan ca cat ", catalan, sizeof catalan / sizeof *catalan},
    {" french fr fra fre ", french, sizeof french / sizeof *french},
    {" hungarian hu hun ", hungarian, sizeof hungarian / sizeof *hungarian},
    {" irish ga gle ", irish, sizeof irish / sizeof *irish},
    {" italian it ita ", italian, sizeof italian / sizeof *italian},
    {" lithuanian lt lit ", lithuanian, sizeof lithuanian / sizeof *lithuanian},
    {" portuguese pt por ", portuguese, sizeof portuguese / sizeof *portuguese},
    {" romanian ro ron rum ", romanian, sizeof romanian / sizeof *romanian},
    {" spanish es esl spa ", spanish, sizeof spanish / sizeof *spanish},
    {" turkish tr tur ", turkish, sizeof turkish / sizeof *turkish},
};

const struct endings *endings_of(const char *language)
{
    const size_t len = strlen(language);
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        for (const char *at = languages[i].names;
             len > 0 && (at = strstr(at, language)); at++)
            if (at[-1] == ' ' && at[len] == ' ')
                return &languages[i];
    return NULL;
}

bool endings_restore(const struct endings *e, struct slice word,
                     char out[ENDINGS_WORD_MAX], size_t *len)
{
    for (size_t i = 0; i < e->count; i++) {
        const struct ending *x = &e->items[i];
        const size_t cut = strlen(x->plain), add = strlen(x->accented);
        if (word.len <= cut || word.len - cut + add > ENDINGS_WORD_MAX ||
            memcmp(word.data + word.len - cut, x->plain, cut) != 0)
            continue;
        memcpy(out, word.data, word.len - cut);
        memcpy(out + word.len - cut, x->accented, add);
        *len = word.len - cut + add;
        return true;
    }
    return false;
}
