/* Owns the use of libarchive. Promises that nothing is written anywhere, and
 * that names of members are only names. */
#include "corpus/input/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <archive.h>
#include <archive_entry.h>

#include "common/text/charset.h"

/* Bytes that are looked at to see that it is a tar archive: a header. */
#define TAR_BLOCK 512

/* A tar header has its own sum, with spaces in place of it (POSIX.1-1988). */
static bool is_tar(struct slice head)
{
    unsigned long sum = 0;
    if (head.len < TAR_BLOCK || head.data[0] == '\0')
        return false;
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += i >= 148 && i < 156 ? ' ' : (unsigned char)head.data[i];
    char digits[9] = {0};
    memcpy(digits, head.data + 148, 8);
    return strtoul(digits, NULL, 8) == sum;
}

bool archive_detect(struct slice head)
{
    return is_tar(head) ||
           (head.len > 30 && memcmp(head.data, "PK\x03\x04", 4) == 0);
}

/* ---- Documents that are zip archives. */

/* Bytes of a member's header, and where lengths stand in it (APPNOTE 4.3.7). */
#define ZIP_HEADER 30
#define ZIP_NAME_LENGTH 26

/* Name of the member whose header stands at a place; empty if there is none. */
static struct slice member_name(struct slice head, size_t at)
{
    const struct slice none = {"", 0};
    if (head.len - at < ZIP_HEADER ||
        memcmp(head.data + at, "PK\x03\x04", 4) != 0)
        return none;
    const size_t n =
        (size_t)le_read((const uint8_t *)head.data + at + ZIP_NAME_LENGTH, 2);
    return n <= head.len - at - ZIP_HEADER
               ? (struct slice){head.data + at + ZIP_HEADER, n}
               : none;
}

static bool begins_with(struct slice text, const char *with)
{
    const size_t n = strlen(with);
    return text.len >= n && memcmp(text.data, with, n) == 0;
}

/* What the first member of OpenDocument and EPUB says. */
static const char *typed_document(struct slice head)
{
    static const struct {
        const char *type, *what;
    } types[] = {
        {"application/vnd.oasis.opendocument.text", "an OpenDocument text"},
        {"application/vnd.oasis.opendocument", "an OpenDocument file"},
        {"application/epub+zip", "a book in EPUB"}};
    const struct slice name = member_name(head, 0);
    if (!slice_equal(name, slice_of("mimetype")))
        return NULL;
    const size_t extra = (size_t)le_read((const uint8_t *)head.data + 28, 2),
                 at = ZIP_HEADER + name.len + extra;
    if (at >= head.len)
        return NULL;
    const struct slice text = {head.data + at, head.len - at};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (begins_with(text, types[i].type))
            return types[i].what;
    return NULL;
}

const char *archive_document(struct slice head)
{
    static const struct {
        const char *folder, *what;
    } folders[] = {{"word/", "a Word document (.docx)"},
                   {"xl/", "an Excel workbook (.xlsx)"},
                   {"ppt/", "a PowerPoint presentation (.pptx)"}};
    const char *what = typed_document(head);
    bool office = false;
    for (size_t at = 0; !what && at + ZIP_HEADER < head.len;) {
        const struct slice name = member_name(head, at);
        office = office || slice_equal(name, slice_of("[Content_Types].xml")) ||
                 slice_equal(name, slice_of("_rels/.rels")) ||
                 begins_with(name, "docProps/");
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
            if (begins_with(name, folders[i].folder) && (office || at == 0) &&
                name.len > 4 &&
                (memcmp(name.data + name.len - 4, ".xml", 4) == 0 ||
                 memcmp(name.data + name.len - 5, ".rels", 5) == 0))
                what = folders[i].what;
        const char *next = memchr(head.data + at + 1, 'P', head.len - at - 1);
        at = next ? (size_t)(next - head.data) : head.len;
    }
    return what ? what : office ? "a document of an office program" : NULL;
}

/* An error of libarchive's. */
static int archive_failed(struct archive *a, const char *name,
                          struct nh_error *err)
{
    const char *why = archive_error_string(a);
    if (archive_errno(a) == ENOMEM)
        return error_nomem(err);
    return error_set(err, NH_EIO, "cannot unpack '%s': %s", name,
                     why ? why : "it is damaged");
}

/* ---- Packed files. */

struct unpack_stage {
    struct stage stage;
    const char *name;
    struct archive *archive; /* NULL before the first read */
    int failed;              /* of the stage below */
    struct nh_error error;
    char bytes[65536];
};

static la_ssize_t read_below(struct archive *a, void *data, const void **out)
{
    struct unpack_stage *u = data;
    struct stage *below = u->stage.below;
    size_t got;
    int rc;
    (void)a;
    do /* libarchive cannot be told to come again */
        rc = below->read(below, u->bytes, sizeof u->bytes, &got, &u->error);
    while (rc == INPUT_IDLE);
    u->failed = rc;
    *out = u->bytes;
    return rc == NH_OK ? (la_ssize_t)got : -1;
}

static int unpack_error(const struct unpack_stage *u, struct nh_error *err)
{
    if (u->failed == NH_OK)
        return archive_failed(u->archive, u->name, err);
    if (err)
        *err = u->error;
    return u->failed;
}

static int start_unpacking(struct unpack_stage *u, struct nh_error *err)
{
    struct archive_entry *entry;
    struct archive *a = u->archive = archive_read_new();
    if (!a)
        return error_nomem(err);
    if (archive_read_support_filter_xz(a) < ARCHIVE_WARN ||
        archive_read_support_filter_zstd(a) < ARCHIVE_WARN ||
        archive_read_support_filter_bzip2(a) < ARCHIVE_WARN ||
        archive_read_support_format_raw(a) < ARCHIVE_WARN)
        return error_nomem(err);
    return archive_read_open(a, u, NULL, read_below, NULL) == ARCHIVE_OK &&
                   archive_read_next_header(a, &entry) == ARCHIVE_OK
               ? NH_OK
               : unpack_error(u, err);
}

static int unpack_read(struct stage *s, char *to, size_t room, size_t *got,
                       struct nh_error *err)
{
    struct unpack_stage *u = (struct unpack_stage *)s;
    int rc = u->archive ? NH_OK : start_unpacking(u, err);
    *got = 0;
    if (rc != NH_OK)
        return rc;
    const la_ssize_t n = archive_read_data(u->archive, to, room);
    if (n < 0)
        return unpack_error(u, err);
    *got = (size_t)n;
    return NH_OK;
}

static void unpack_free(struct stage *s)
{
    archive_read_free(((struct unpack_stage *)s)->archive);
    free(s);
}

struct stage *stage_unpack(struct stage *below, const char *name)
{
    struct unpack_stage *u = calloc(1, sizeof *u);
    if (!u)
        return NULL;
    u->stage = (struct stage){unpack_read, unpack_free, below};
    u->name = name;
    return &u->stage;
}

/* ---- Archives. */

struct archive_reader {
    struct input *in;
    struct archive *archive;
    size_t given; /* bytes of the window that libarchive has */
    int failed;   /* of the input */
    struct nh_error error;
    struct buf name;
};

static la_ssize_t read_input(struct archive *a, void *data, const void **out)
{
    struct archive_reader *r = data;
    struct slice have;
    int rc;
    (void)a;
    input_skip(r->in, r->given);
    r->given = 0;
    do
        rc = input_peek(r->in, 1, &have, &r->error);
    while (rc == INPUT_IDLE);
    r->failed = rc;
    if (rc != NH_OK)
        return -1;
    r->given = have.len;
    *out = have.data;
    return (la_ssize_t)have.len;
}

/* Zip has its list of members at the end. */
static la_int64_t seek_input(struct archive *a, void *data, la_int64_t offset,
                             int whence)
{
    struct archive_reader *r = data;
    (void)a;
    const int64_t base = whence == SEEK_SET   ? 0
                         : whence == SEEK_CUR ? (int64_t)r->in->offset
                                              : (int64_t)r->in->size;
    r->given = 0;
    return input_seek(r->in, (uint64_t)(base + offset)) ? base + offset
                                                        : ARCHIVE_FATAL;
}

static int reader_error(const struct archive_reader *r, struct nh_error *err)
{
    if (r->failed == NH_OK)
        return archive_failed(r->archive, r->in->name, err);
    if (err)
        *err = r->error;
    return r->failed;
}

int archive_reader_open(struct archive_reader **out, struct input *in,
                        struct nh_error *err)
{
    struct archive_reader *r = calloc(1, sizeof *r);
    *out = NULL;
    if (!r)
        return error_nomem(err);
    struct archive *a = r->archive = archive_read_new();
    r->in = in;
    if (!a) {
        free(r);
        return error_nomem(err);
    }
    const bool ready =
        archive_read_support_format_tar(a) >= ARCHIVE_WARN &&
        archive_read_support_format_zip(a) >= ARCHIVE_WARN &&
        archive_read_set_read_callback(a, read_input) == ARCHIVE_OK &&
        (!input_can_seek(in) ||
         archive_read_set_seek_callback(a, seek_input) == ARCHIVE_OK) &&
        archive_read_set_callback_data(a, r) == ARCHIVE_OK;
    if (!ready || archive_read_open1(a) != ARCHIVE_OK) {
        int rc = ready ? reader_error(r, err) : error_nomem(err);
        archive_reader_close(r);
        return rc;
    }
    *out = r;
    return NH_OK;
}

void archive_reader_close(struct archive_reader *a)
{
    if (!a)
        return;
    archive_read_free(a->archive);
    buf_release(&a->name);
    free(a);
}

/* Without "./" in front. */
static int take_name(struct archive_reader *r, struct archive_entry *entry,
                     struct nh_error *err)
{
    const char *name = archive_entry_pathname_utf8(entry);
    if (!name)
        name = archive_entry_pathname(entry);
    if (!name)
        name = "";
    while (name[0] == '.' && name[1] == '/')
        name += 2;
    buf_reset(&r->name);
    return charset_to_utf8(slice_of(name), NULL, &r->name, err);
}

/* As files on the disk that begin with a dot; and what macOS adds. */
static bool is_hidden(const struct buf *name)
{
    static const char macos[] = "__MACOSX/";
    const size_t n = sizeof macos - 1;
    for (size_t i = 0; i < name->len; i++)
        if (name->data[i] == '.' && (i == 0 || name->data[i - 1] == '/') &&
            !(i + 1 < name->len && strchr("./", name->data[i + 1])))
            return true;
    return name->len > n && memcmp(name->data, macos, n) == 0;
}

int archive_reader_next(struct archive_reader *a, struct slice *name,
                        struct nh_error *err)
{
    struct archive_entry *entry;
    for (;;) {
        const int code = archive_read_next_header(a->archive, &entry);
        if (code == ARCHIVE_EOF)
            return 0;
        if (code == ARCHIVE_RETRY)
            continue;
        if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
            return reader_error(a, err);
        const bool file = archive_entry_filetype(entry) == AE_IFREG;
        int rc = take_name(a, entry, err);
        if (rc != NH_OK)
            return rc;
        if (!file || a->name.len == 0 || is_hidden(&a->name))
            continue;
        *name = (struct slice){a->name.data, a->name.len};
        if (archive_entry_is_data_encrypted(entry))
            return error_set(err, NH_EDATA, "it is encrypted");
        return 1;
    }
}

struct member_stage {
    struct stage stage;
    struct archive_reader *reader;
};

static int member_read(struct stage *s, char *to, size_t room, size_t *got,
                       struct nh_error *err)
{
    struct archive_reader *r = ((struct member_stage *)s)->reader;
    const la_ssize_t n = archive_read_data(r->archive, to, room);
    *got = 0;
    if (n < 0)
        return reader_error(r, err);
    *got = (size_t)n;
    return NH_OK;
}

static void member_free(struct stage *s)
{
    free(s);
}

struct stage *archive_reader_stage(struct archive_reader *a)
{
    struct member_stage *m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->stage = (struct stage){member_read, member_free, NULL};
    m->reader = a;
    return &m->stage;
}
