/* Xapian as its documentation has it: TermGenerator with stems and positions,
 * OP_PHRASE, OP_NEAR and OP_WILDCARD.
 *
 *   stock_xapian index FILE.tsv OUT
 *   stock_xapian search OUT QUERIES
 *
 * Lines of FILE: TITLE TAB BODY; of QUERIES: MODE TAB WORDS, mode phrase, near
 * (8 words) or prefix. search prints for each the least time in ten rounds of a
 * search for the best ten, in microseconds. */
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <xapian.h>

static int index(const char *from, const char *to)
{
    Xapian::WritableDatabase db(to, Xapian::DB_CREATE_OR_OVERWRITE);
    Xapian::TermGenerator generator;
    generator.set_stemmer(Xapian::Stem("english"));
    std::ifstream file(from);
    for (std::string line; std::getline(file, line);) {
        Xapian::Document doc;
        size_t tab = line.find('\t');
        generator.set_document(doc);
        generator.index_text(line.substr(0, tab));
        generator.increase_termpos();
        generator.index_text(line.substr(tab + 1));
        db.add_document(doc);
    }
    db.commit();
    return 0;
}

static Xapian::Query parse(const std::string &line)
{
    std::string mode = line.substr(0, line.find('\t'));
    std::istringstream words(line.substr(line.find('\t') + 1));
    std::vector<std::string> terms;
    for (std::string word; words >> word;)
        terms.push_back(word);
    if (mode == "prefix")
        return Xapian::Query(Xapian::Query::OP_WILDCARD, terms[0]);
    return Xapian::Query(
        mode == "near" ? Xapian::Query::OP_NEAR : Xapian::Query::OP_PHRASE,
        terms.begin(), terms.end(), mode == "near" ? 9 : terms.size());
}

static int search(const char *path, const char *queries)
{
    Xapian::Database db(path);
    std::ifstream file(queries);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        lines.push_back(line);
    std::vector<double> best(lines.size(), 1e9);
    for (int round = 0; round < 10; round++)
        for (size_t i = 0; i < lines.size(); i++) {
            auto start = std::chrono::steady_clock::now();
            Xapian::Enquire enquire(db);
            enquire.set_query(parse(lines[i]));
            enquire.get_mset(0, 10);
            std::chrono::duration<double, std::micro> time =
                std::chrono::steady_clock::now() - start;
            if (time.count() < best[i])
                best[i] = time.count();
        }
    for (double time : best)
        std::cout << time << "\n";
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    return argv[1][0] == 'i' ? index(argv[2], argv[3])
                             : search(argv[2], argv[3]);
}
