/* SQLite FTS5: porter, contentless; authors and dates in a table beside it.
 *
 *   fts5 index ARTICLES.tsv OUT.db
 *   fts5 search OUT.db QUERIES ROUNDS
 *
 * workload.py has the files. search prints for each query the least time in so
 * many rounds of a search for the best ten, in microseconds, and the number of
 * matches. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <sqlite3.h>

static void must(int rc, sqlite3 *db)
{
    if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW) {
        fprintf(stderr, "fts5: %s\n", sqlite3_errmsg(db));
        exit(1);
    }
}

/* Parts a line at its tabs. */
static void part(char *line, char **cells, int count)
{
    line[strcspn(line, "\n")] = '\0';
    for (int i = 0; i < count; i++) {
        cells[i] = line;
        line += strcspn(line, "\t");
        if (*line)
            *line++ = '\0';
    }
}

static int build(const char *from, const char *to)
{
    sqlite3 *db;
    sqlite3_stmt *insert, *fields;
    char *line = NULL, *cells[4];
    size_t cap = 0;
    sqlite3_int64 rows = 0;
    FILE *file = fopen(from, "r");
    if (!file)
        return 1;
    remove(to);
    must(sqlite3_open(to, &db), db);
    must(sqlite3_exec(db,
                      "pragma journal_mode=off; pragma synchronous=off;"
                      "create virtual table t using fts5(title, body,"
                      " content='', tokenize='porter unicode61');"
                      "create table f(id integer primary key, author text,"
                      " date int); begin",
                      NULL, NULL, NULL),
         db);
    must(sqlite3_prepare_v2(db, "insert into t(rowid,title,body) values(?,?,?)",
                            -1, &insert, NULL),
         db);
    must(sqlite3_prepare_v2(db, "insert into f values(?,?,?)", -1, &fields,
                            NULL),
         db);
    while (getline(&line, &cap, file) > 0) {
        part(line, cells, 4);
        sqlite3_bind_int64(insert, 1, ++rows);
        sqlite3_bind_text(insert, 2, cells[0], -1, SQLITE_STATIC);
        sqlite3_bind_text(insert, 3, cells[1], -1, SQLITE_STATIC);
        must(sqlite3_step(insert), db);
        must(sqlite3_reset(insert), db);
        sqlite3_bind_int64(fields, 1, rows);
        sqlite3_bind_text(fields, 2, cells[2], -1, SQLITE_STATIC);
        sqlite3_bind_int64(fields, 3, atoll(cells[3]));
        must(sqlite3_step(fields), db);
        must(sqlite3_reset(fields), db);
    }
    must(sqlite3_exec(db,
                      "create index a on f(author); commit;"
                      "insert into t(t) values('optimize')",
                      NULL, NULL, NULL),
         db);
    sqlite3_finalize(insert);
    sqlite3_finalize(fields);
    sqlite3_close(db);
    return 0;
}

/* How a class is asked: %s is what is before the order and what is counted. */
static const struct shape {
    const char *name, *from, *order;
} shapes[] = {
    {"filter", "from f where author = ?2", "order by id limit 10"},
    {"filter+words",
     "from t, f where t match ?1 and id = t.rowid and author = ?2",
     "order by rank limit 10"},
    {"date+words",
     "from t, f where t match ?1 and id = t.rowid and date between ?3 and ?4",
     "order by rank limit 10"},
    {"newest", "from t, f where t match ?1 and id = t.rowid",
     "order by date desc limit 10"},
    {NULL, "from t where t match ?1", "order by rank limit 10"}};

/* The words as FTS5 wants them. */
static void match(const char *name, const char *words, char *out, size_t size)
{
    char copy[1024], *word, *rest = copy;
    const int near = strcmp(name, "near") == 0;
    snprintf(copy, sizeof copy, "%s", words);
    if (strcmp(name, "phrase") == 0 || strcmp(name, "groups") == 0) {
        snprintf(out, size, "\"%s\"", words);
        return;
    }
    if (strcmp(name, "prefix") == 0) {
        snprintf(out, size, "\"%s\"*", words);
        return;
    }
    size_t len = (size_t)snprintf(out, size, "%s", near ? "NEAR(" : "");
    for (int first = 1; (word = strtok_r(rest, " ", &rest)); first = 0)
        len += (size_t)snprintf(out + len, size - len, "%s\"%s\"",
                                first                     ? ""
                                : strcmp(name, "or") == 0 ? " OR "
                                                          : " ",
                                word);
    if (near) /* so many words between them */
        snprintf(out + len, size - len, ", 7)");
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int run(sqlite3 *db, const char *sql, char **cells, const char *words,
               sqlite3_int64 *number)
{
    sqlite3_stmt *s;
    int rc, rows = 0;
    must(sqlite3_prepare_v2(db, sql, -1, &s, NULL), db);
    sqlite3_bind_text(s, 1, words, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, cells[2], -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, atoll(cells[3]));
    sqlite3_bind_int64(s, 4, atoll(cells[4]));
    while ((rc = sqlite3_step(s)) == SQLITE_ROW) {
        *number = sqlite3_column_int64(s, 0);
        rows++;
    }
    must(rc, db);
    sqlite3_finalize(s);
    return rows;
}

static void search(sqlite3 *db, char *line, int rounds)
{
    char *cells[5], words[2048], sql[512], counted[512], facet[512];
    double best = 1e18;
    sqlite3_int64 number = 0;
    const struct shape *shape = shapes;
    part(line, cells, 5);
    while (shape->name && strcmp(shape->name, cells[0]) != 0)
        shape++;
    match(cells[0], cells[1], words, sizeof words);
    snprintf(sql, sizeof sql, "select %s %s %s",
             strncmp(shape->from, "from f", 6) == 0 ? "id" : "t.rowid",
             shape->from, shape->order);
    snprintf(counted, sizeof counted, "select count(*) %s", shape->from);
    snprintf(facet, sizeof facet,
             "select count(*), author from t, f where t match ?1 and id = "
             "t.rowid group by author order by 1 desc limit 10");
    for (int round = 0; round < rounds; round++) {
        const double start = now();
        run(db, sql, cells, words, &number);
        if (strcmp(cells[0], "facet") == 0)
            run(db, facet, cells, words, &number);
        const double time = now() - start;
        best = time < best ? time : best;
    }
    run(db, counted, cells, words, &number);
    printf("%.1f %lld\n", best, (long long)number);
}

int main(int argc, char **argv)
{
    sqlite3 *db;
    char *line = NULL;
    size_t cap = 0;
    if (argc == 4 && argv[1][0] == 'i')
        return build(argv[2], argv[3]);
    if (argc != 5)
        return 2;
    FILE *file = fopen(argv[3], "r");
    if (!file)
        return 1;
    must(sqlite3_open(argv[2], &db), db);
    must(sqlite3_exec(db, "pragma mmap_size=2000000000", NULL, NULL, NULL), db);
    while (getline(&line, &cap, file) > 0)
        search(db, line, atoi(argv[4]));
    sqlite3_close(db);
    fclose(file);
    free(line);
    return 0;
}
