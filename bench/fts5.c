/* Indexes JSON lines (title, body) with SQLite FTS5: porter, contentless.
 *   fts5 FILE.jsonl OUT.db */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int main(int argc, char **argv)
{
    sqlite3 *db;
    sqlite3_stmt *insert;
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    long rows = 0;
    if (argc != 3)
        return 2;
    FILE *file = fopen(argv[1], "r");
    if (!file)
        return 1;
    remove(argv[2]);
    must(sqlite3_open(argv[2], &db), db);
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
