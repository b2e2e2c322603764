/* SQLite FTS5: porter, contentless.
 *
 *   fts5 index FILE.jsonl OUT.db
 *   fts5 search OUT.db QUERIES
 *
 * Articles are JSON lines (title, body). Lines of QUERIES: MODE TAB WORDS, mode
 * phrase, near (8 words) or prefix; search prints for each the least time in
 * ROUNDS rounds of a search for the best ten, in microseconds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <time.h>

#include <json.h>
#include <sqlite3.h>

static void must(int rc, sqlite3 *db)
{
    if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW) {
        fprintf(stderr, "fts5: %s\n", sqlite3_errmsg(db));
        exit(1);
    }
}

static const char *member(struct json_object *o, const char *key)
{
    struct json_object *value;
    return json_object_object_get_ex(o, key, &value)
               ? json_object_get_string(value)
               : "";
}

static int build(const char *from, const char *to)
{
    sqlite3 *db;
    sqlite3_stmt *insert;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    long rows = 0;
    FILE *file = fopen(from, "r");
    if (!file)
        return 1;
    remove(to);
    must(sqlite3_open(to, &db), db);
    must(sqlite3_exec(db,
                      "pragma journal_mode=off; pragma synchronous=off;"
                      "create virtual table t using fts5(title, body,"
                      " content='', tokenize='porter unicode61'); begin",
                      NULL, NULL, NULL),
         db);
    must(sqlite3_prepare_v2(db, "insert into t(rowid,title,body) values(?,?,?)",
                            -1, &insert, NULL),
         db);
    struct json_tokener *tokener = json_tokener_new();
    while ((len = getline(&line, &cap, file)) > 0) {
        json_tokener_reset(tokener);
        struct json_object *o = json_tokener_parse_ex(tokener, line, (int)len);
        sqlite3_bind_int64(insert, 1, ++rows);
        sqlite3_bind_text(insert, 2, member(o, "title"), -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 3, member(o, "body"), -1, SQLITE_STATIC);
        must(sqlite3_step(insert), db);
        must(sqlite3_reset(insert), db);
        json_object_put(o);
    }
    must(sqlite3_exec(db, "commit; insert into t(t) values('optimize')", NULL,
                      NULL, NULL),
         db);
    sqlite3_finalize(insert);
    sqlite3_close(db);
    printf("%ld rows\n", rows);
    return 0;
}

/* Each takes milliseconds: more rounds than three would take hours. */
#define ROUNDS 3
#define QUERIES_MAX 10000

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* The line as FTS5 wants it. */
static void rewrite(char *line, char *out, size_t size)
{
    char *words = strchr(line, '\t');
    line[strcspn(line, "\n")] = '\0';
    *words++ = '\0';
    if (strcmp(line, "near") == 0) /* so many words between them */
        snprintf(out, size, "NEAR(%s, 7)", words);
    else if (strcmp(line, "prefix") == 0)
        snprintf(out, size, "%s*", words);
    else
        snprintf(out, size, "\"%s\"", words);
}

static int search(const char *path, const char *queries)
{
    static char lines[QUERIES_MAX][256];
    static double best[QUERIES_MAX];
    char *line = NULL;
    size_t cap = 0, count = 0;
    sqlite3 *db;
    sqlite3_stmt *select;
    FILE *file = fopen(queries, "r");
    if (!file)
        return 1;
    while (count < QUERIES_MAX && getline(&line, &cap, file) > 0)
        rewrite(line, lines[count++], sizeof *lines);
    must(sqlite3_open(path, &db), db);
    must(sqlite3_exec(db, "pragma mmap_size=2000000000", NULL, NULL, NULL), db);
    must(sqlite3_prepare_v2(db,
                            "select rowid from t where t match ?"
                            " order by rank limit 10",
                            -1, &select, NULL),
         db);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < count; i++) {
            int rc;
            double start = now();
            sqlite3_bind_text(select, 1, lines[i], -1, SQLITE_STATIC);
            while ((rc = sqlite3_step(select)) == SQLITE_ROW)
                ;
            must(rc, db);
            must(sqlite3_reset(select), db);
            double time = now() - start;
            if (round == 0 || time < best[i])
                best[i] = time;
        }
    for (size_t i = 0; i < count; i++)
        printf("%.1f\n", best[i]);
    sqlite3_finalize(select);
    sqlite3_close(db);
    fclose(file);
    free(line);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    return argv[1][0] == 'i' ? build(argv[2], argv[3])
                             : search(argv[2], argv[3]);
}
