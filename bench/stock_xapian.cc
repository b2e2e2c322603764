/* Xapian as its documentation has it: TermGenerator with stems and positions,
 * QueryParser, boolean terms for authors, values for dates and facets.
 *
 *   stock_xapian index ARTICLES.tsv OUT
 *   stock_xapian search OUT QUERIES ROUNDS
 *
 * workload.py has the files. search prints for each query the least time in so
 * many rounds of a search for the best ten, in microseconds, and the number of
 * matches. It reads databases of scriptindex, too. */
#include <cctype>
#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <xapian.h>

enum slot { SLOT_DATE, SLOT_AUTHOR };

static std::vector<std::string> split(const std::string &line)
{
    std::vector<std::string> cells;
    std::istringstream in(line);
    for (std::string cell; std::getline(in, cell, '\t');)
        cells.push_back(cell);
    cells.resize(5);
    return cells;
}

static std::string author_term(const std::string &author)
{
    bool capital = !author.empty() && isupper((unsigned char)author[0]);
    return (capital ? "XA:" : "XA") + author;
}

static int index(const char *from, const char *to)
{
    Xapian::WritableDatabase db(to, Xapian::DB_CREATE_OR_OVERWRITE);
    Xapian::TermGenerator generator;
    generator.set_stemmer(Xapian::Stem("english"));
    std::ifstream file(from);
    for (std::string line; std::getline(file, line);) {
        std::vector<std::string> cells = split(line);
        Xapian::Document doc;
        generator.set_document(doc);
        generator.index_text(cells[0]);
        generator.increase_termpos();
        generator.index_text(cells[1]);
        if (!cells[2].empty() && cells[2].size() < 200)
            doc.add_boolean_term(author_term(cells[2]));
        doc.add_value(SLOT_AUTHOR, cells[2]);
        if (cells[3] != "0")
            doc.add_value(SLOT_DATE, cells[3]);
        db.add_document(doc);
    }
    db.commit();
    return 0;
}

static Xapian::Query parse(Xapian::QueryParser &parser,
                           const std::vector<std::string> &q)
{
    std::string words = q[1];
    parser.set_default_op(q[0] == "or" ? Xapian::Query::OP_OR
                                       : Xapian::Query::OP_AND);
    if (q[0] == "phrase" || q[0] == "groups")
        words = "\"" + words + "\"";
    if (q[0] == "near")
        words.replace(words.find(' '), 1, " NEAR/8 ");
    if (q[0] == "prefix")
        words += "*";
    Xapian::Query query;
    if (!words.empty())
        query =
            parser.parse_query(words, Xapian::QueryParser::FLAG_PHRASE |
                                          Xapian::QueryParser::FLAG_BOOLEAN |
                                          Xapian::QueryParser::FLAG_WILDCARD);
    if (!q[2].empty()) {
        Xapian::Query author(author_term(q[2]));
        query = words.empty()
                    ? author
                    : Xapian::Query(Xapian::Query::OP_FILTER, query, author);
    }
    if (q[3] != "0")
        query = Xapian::Query(Xapian::Query::OP_FILTER, query,
                              Xapian::Query(Xapian::Query::OP_VALUE_RANGE,
                                            SLOT_DATE, q[3], q[4]));
    return query;
}

static Xapian::doccount run(const Xapian::Database &db,
                            Xapian::QueryParser &parser,
                            const std::vector<std::string> &q, bool count)
{
    Xapian::Enquire enquire(db);
    Xapian::ValueCountMatchSpy authors(SLOT_AUTHOR);
    bool facet = q[0] == "facet";
    enquire.set_query(parse(parser, q));
    if (q[0] == "newest")
        enquire.set_sort_by_value(SLOT_DATE, true);
    if (facet)
        enquire.add_matchspy(&authors);
    Xapian::MSet found =
        enquire.get_mset(0, 10, facet || count ? db.get_doccount() : 0);
    if (facet)
        for (auto i = authors.top_values_begin(10);
             i != authors.top_values_end(10); ++i)
            (*i).size();
    return found.get_matches_estimated();
}

static int search(const char *path, const char *queries, int rounds)
{
    Xapian::Database db(path);
    Xapian::QueryParser parser;
    parser.set_database(db);
    parser.set_stemmer(Xapian::Stem("english"));
    std::ifstream file(queries);
    std::vector<std::vector<std::string>> all;
    for (std::string line; std::getline(file, line);)
        all.push_back(split(line));
    std::vector<double> best(all.size(), 1e18);
    for (int round = 0; round < rounds; round++)
        for (size_t i = 0; i < all.size(); i++) {
            auto start = std::chrono::steady_clock::now();
            run(db, parser, all[i], false);
            std::chrono::duration<double, std::micro> time =
                std::chrono::steady_clock::now() - start;
            if (time.count() < best[i])
                best[i] = time.count();
        }
    for (size_t i = 0; i < all.size(); i++)
        std::cout << best[i] << " " << run(db, parser, all[i], true) << "\n";
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && argv[1][0] == 'i')
        return index(argv[2], argv[3]);
    return argc == 5 ? search(argv[2], argv[3], std::stoi(argv[4])) : 2;
}
