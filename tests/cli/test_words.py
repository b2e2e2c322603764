"""What counts as a word, and as the same word: letters, names with symbols, stems,
divided words, synonyms. test_words.py NEWSHOUND SOURCE-FOLDER"""

import json
import os
import shutil
import unittest

from program import WORK, run, write

# Language, then pairs of texts that the first word of each finds.
SAME_STEM = {
    "russian": [("старый", "старая"), ("зимний", "зимние"), ("чай", "чая")],
    "spanish": [("producción", "producciones"), ("pagó", "pagar"),
                ("cirugía", "cirugías"), ("elección", "elecciones"),
                ("estrategia", "estrategias"), ("médico", "médicas")],
    "french": [("blessé", "blessées"), ("sécurité", "sécurités"),
               ("votèrent", "voter"), ("dernière", "dernier")],
    "romanian": [("lecțiune", "lecțiuni"), ("franțuzesc", "franțuzească"),
                 ("orașul", "orașului")],
    "hungarian": [("várban", "vár"), ("kérdés", "kérdések"),
                  ("asztalért", "asztal")],
    "turkish": [("kitapları", "kitap"), ("gözleri", "göz")],
    "portuguese": [("organização", "organizações"), ("médico", "médicas")],
}


def ids(index, query, *args):
    status, out, err = run("search", "-d", index, "--format", "ids", "--all",
                           *args, "--", query)
    assert status in (0, 1), err
    return set(out.split())


def make(index, texts, *args):
    """An index of the texts, whose ids are their keys."""
    shutil.rmtree(os.path.join(WORK, index), ignore_errors=True)
    lines = "".join(json.dumps({"id": k, "text": v} if isinstance(v, str) else
                               {"id": k, **v}) + "\n" for k, v in texts.items())
    status, _, err = run("index", "-q", "--no-entities", "-d", index, *args, "-",
                         stdin=lines.encode())
    assert status == 0, err


class Letters(unittest.TestCase):
    def same(self, texts, *args):
        """Each text finds all of them and nothing else."""
        make("same.idx", {**{str(n): text for n, text in enumerate(texts)},
                          "other": "quite another thing"}, *args)
        for text in texts:
            for query in (text, f'"{text}"'):
                with self.subTest(query=query):
                    self.assertEqual(ids("same.idx", query),
                                     {str(n) for n in range(len(texts))})

    def test_letters_with_strokes_and_ligatures_are_spelt_with_plain_ones(self):
        self.same(["Wałęsa", "Walesa", "WALESA"])
        self.same(["Kjærulff", "KJÆRULFF", "Kjaerulff"])
        self.same(["Ðorđe", "Dorde", "đorđe"])
        self.same(["Þingvellir", "Thingvellir"])
        self.same(["œuvre", "Oeuvre", "ŒUVRE"])
        self.same(["Fußball", "FUSSBALL", "Fu\u1e9eball"], "-l", "german")
        self.same(["Iğdır", "IĞDIR", "igdir"], "-l", "turkish")
        self.same(["Οδυσσέας", "ΟΔΥΣΣΕΑΣ", "οδυσσεασ"], "-l", "none")
        self.same(["Ħamrun", "hamrun"])

    def test_vowel_signs_are_letters(self):
        make("signs.idx", {"a": "कमल", "b": "कमला", "c": "किमल", "d": "பலா",
                           "e": "பல", "f": "ガラス", "g": "カラス"}, "-l", "none")
        for key, query in (("a", "कमल"), ("b", "कमला"), ("c", "किमल"),
                           ("d", "பலா"), ("e", "பல"), ("f", '"ガラス"'),
                           ("g", '"カラス"')):
            self.assertEqual(ids("signs.idx", query), {key}, query)

    def test_points_and_tatweel_are_no_letters(self):
        self.same(["مدرسة", "مَدْرَسَة", "مدرســة"], "-l", "none")
        self.same(["שלום", "שָׁלוֹם"], "-l", "none")

    def test_scripts_without_blanks_are_found_by_characters(self):
        make("thai.idx", {"th": "เมื่อวานนี้ตลาดหุ้นปิดทำการ", "km": "ព្រះរាជាណាចក្រកម្ពុជា",
                          "lo": "ນະຄອນຫຼວງວຽງຈັນ", "my": "ရန်ကုန်မြို့"}, "-l", "none")
        for key, query in (("th", "ตลาดหุ้น"), ("km", "កម្ពុជា"), ("lo", "ວຽງຈັນ"),
                           ("my", "ကုန်")):
            self.assertEqual(ids("thai.idx", query), {key})
            self.assertEqual(ids("thai.idx", f'"{query}"'), {key})
        self.assertEqual(ids("thai.idx", "หุ้นตลาด"), set())

    def test_invisible_characters_do_not_cut_words(self):
        for code in "\u2060\ufeff\u200e\u200f\u200c\u200d\u00ad\u202a\u061c":
            make("format.idx", {"a": f"the Rei{code}kjavik treaty",
                                "b": f"the{code} Reikjavik{code} treaty"})
            self.assertEqual(ids("format.idx", "Reikjavik"), {"a", "b"}, ascii(code))
            self.assertEqual(ids("format.idx", '"the Reikjavik treaty"'),
                             {"a", "b"}, ascii(code))
            self.assertEqual(ids("format.idx", f'=Reik{code}javik'), {"a", "b"})

    def test_sentences_end_in_other_scripts(self):
        make("ends.idx", {"ja": "大阪で雨！京都は晴れ。奈良は雪？終わり．次",
                          "hi": "दिल्ली में वर्षा। मुंबई में धूप।"}, "-l", "none")
        for query in ("(大阪 京都)/s", "(京都 奈良)/s", "(終 次)/s", "(दिल्ली मुंबई)/s"):
            self.assertEqual(ids("ends.idx", query), set(), query)
        self.assertEqual(ids("ends.idx", "(京都 晴)/s"), {"ja"})
        self.assertEqual(ids("ends.idx", "(मुंबई धूप)/s"), {"hi"})

    def test_stems_are_those_of_words_with_accents(self):
        for language, pairs in SAME_STEM.items():
            make("stems.idx", {f"{n}{side}": word for n, pair in enumerate(pairs)
                               for side, word in zip("ab", pair)}, "-l", language)
            for n, pair in enumerate(pairs):
                for word in pair:
                    with self.subTest(language=language, word=word):
                        self.assertEqual(ids("stems.idx", word), {f"{n}a", f"{n}b"})

    def test_accents_do_not_matter_where_the_stemmer_needs_them(self):
        self.same(["producción", "produccion", "PRODUCCIÓN"], "-l", "spanish")
        self.same(["activité", "activite"], "-l", "fr")


class Symbols(unittest.TestCase):
    def test_names_with_symbols_are_words(self):
        make("symbols.idx", {
            "cpp": "Written in C++.", "cpp17": "A C++17 compiler (C++) and c++,",
            "cs": "C# or F#?", "c": "The C language, grade C + more",
            "net": "Uses .NET and ASP", "fishing": "net fishing. Net profit",
            "site": "example.net is a site", "astar": "The A* search",
            "emphasis": "*A* is emphasis", "rb": "An R&B singer",
            "letters": "r and b; R & B"})
        for query, found in (
                ("C++", {"cpp", "cpp17"}), ('"C++"', {"cpp", "cpp17"}),
                ("=C++", {"cpp", "cpp17"}), ("c#", {"cs"}), ("F#", {"cs"}),
                ("C", {"c"}), (".NET", {"net"}), (".net -uses", set()),
                ('"uses .NET and"', {"net"}), ("A*", None), ('"A*"', {"astar"}),
                ("R&B", {"rb"}), ('"R&B singer"', {"rb"}),
                ("net", {"fishing", "site"})):
            if found is not None:
                self.assertEqual(ids("symbols.idx", query), found, query)

    def test_topics_stay_apart(self):
        make("topics.idx", {k: {"title": "x", "text": "y", "topic": [v]}
                            for k, v in (("c", "C"), ("cpp", "C++"), ("cs", "C#"))})
        out = json.loads(run("search", "-d", "topics.idx", "--format", "json",
                             "--facet", "topic", "*")[1])
        self.assertEqual(sorted(v["value"] for v in out["facets"]["topic"]["values"]),
                         ["C", "C#", "C++"])
        self.assertEqual(ids("topics.idx", 'topic:"C++"'), {"cpp"})
        self.assertEqual(ids("topics.idx", "topic:C"), {"c"})
        self.assertEqual(ids("topics.idx", "topic:C#"), {"cs"})


class Divided(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        make("lines.idx", {
            "hyphen": "The parlia-\nment met. The vote was un-\n  expected, per-\nhaps.",
            "soft": "The parlia\u00ad\nment met in an unex\u00adpected place.",
            "plain": "The parliament met.\nA well-\nknown face, per haps.",
            "dash": "The parlia -\nment met. Vote 19-\n20, North-\nSouth."})

    def test_a_word_at_a_line_end_is_found_whole_and_in_parts(self):
        for query, found in (
                ("parliament", {"hyphen", "soft", "plain"}),
                ("parliaments", {"hyphen", "soft", "plain"}),
                ("=parliament", {"hyphen", "soft", "plain"}),
                ('"the parliament met"', {"hyphen", "soft", "plain"}),
                ("(parliament met)/s", {"hyphen", "soft", "plain"}),
                ("parliament NEAR/1 met", {"hyphen", "soft", "plain"}),
                ("unexpected", {"hyphen", "soft"}),
                ('"well known"', {"plain"}), ("well-known", {"plain"}),
                ("wellknown", {"plain"}), ("1920", set()),
                ("northsouth", set()), ("-parliament", {"dash"})):
            with self.subTest(query=query):
                self.assertEqual(ids("lines.idx", query), found)

    def test_the_same_parts_elsewhere_are_two_words(self):
        self.assertEqual(ids("lines.idx", "perhaps"), {"hyphen"})

    def test_the_whole_word_is_marked(self):
        out = json.loads(run("search", "-d", "lines.idx", "--format", "json",
                             "=parliament")[1])
        marked = {}
        for hit in out["hits"]:
            text = hit["snippet"]["text"]
            marked[hit["id"]] = [text[a:b] for a, b in hit["snippet"]["highlights"]]
        self.assertEqual(marked, {"hyphen": ["parlia- ment"], "plain": ["parliament"],
                                  "soft": ["parlia\u00ad ment"]})
        out = json.loads(run("search", "-d", "lines.idx", "--format", "json",
                             "unexpected place")[1])
        text = out["hits"][0]["snippet"]["text"]
        self.assertIn("unex\u00adpected", [text[a:b] for a, b in out["hits"][0][
            "snippet"]["highlights"]])

    def test_a_timeline_counts_divided_words_and_synonyms(self):
        make("time.idx", {
            "a": {"title": "x", "date": "2024-01-02", "text":
                  "They say maybe it may be, or may be or so."},
            "b": {"title": "x", "date": "2024-02-02", "text": "Quite may-\nbe."},
            "c": {"title": "x", "date": "2024-02-03", "text": "Perchance."}})

        def counts():
            out = json.loads(run("timeline", "-d", "time.idx", "--occurrences",
                                 "--format", "json", "maybe")[1])
            return [p["occurrences"] for p in out["series"][0]["periods"]]

        self.assertEqual(counts(), [1, 1])
        write("time.idx/synonyms.rules", 'same "maybe" = "perchance"\n')
        self.assertEqual(counts(), [1, 2])

    def test_a_missing_word_is_not_proposed_where_it_is_divided(self):
        make("only.idx", {"a": "A quar-\nrel, quarry, quarrer"})
        out = json.loads(run("search", "-d", "only.idx", "--format", "json",
                             "quarrel")[1])
        self.assertEqual((out["total"], out["suggestion"]), (1, None))


class Synonyms(unittest.TestCase):
    def setUp(self):
        make("same.idx", {
            "us": {"title": "Gray day", "text": "The color of the harbors of NSW."},
            "uk": {"title": "Grey day", "text": "The colour of a harbour in New "
                   "South Wales."},
            "de": "Frau Schröder und Herr Weiss", "ae": "Frau Schroeder",
            "else": "South of the new harvest in Wales"})
        self.rules("# none yet\n")

    @staticmethod
    def rules(text):
        write("same.idx/synonyms.rules", text)

    def test_names_of_a_rule_find_each_other(self):
        self.assertEqual(ids("same.idx", "harbour"), {"uk"})
        self.rules('same "harbour" = "harbor"\n'
                   'same "New South Wales" = "NSW" # a state\n'
                   'same "grey" = "gray" = "colourless"\n')
        both = {"us", "uk"}
        for query, found in (
                ("harbour", both), ("HARBORS", both), ("title:gray", both),
                ("nsw", both), ("new south wales", both | {"else"}),
                ("New-South Wales", both), ('"New South Wales"', both),
                ('"harbour in NSW"', {"uk"}), ("harbor NEAR/4 NSW", both),
                ("gray -harbour", set()), ("=harbour", {"uk"}),
                ('"harbor"', set()), ("harbour colour", {"uk"}),
                ("(harbor nsw)/s", both), ("colourless", both),
                ("harb*", both), ("xyz OR nsw", both)):
            with self.subTest(query=query):
                self.assertEqual(ids("same.idx", query), found)
        self.assertEqual(ids("same.idx", "harbour", "--no-synonyms"), {"uk"})
        write("queries.tsv", "1\tharbour\n2\tnsw\n")
        for args, lines in (((), 4), (("--no-synonyms",), 2)):
            out = run("search", "-d", "same.idx", "-j2", "--format", "trec", "-Q",
                      "queries.tsv", *args)[1]
            self.assertEqual(len(out.splitlines()), lines)
        self.assertEqual(run("search", "-d", "same.idx", "--why-not", "us",
                             "harbour")[0], 0)
        os.remove(os.path.join(WORK, "same.idx/synonyms.rules"))
        self.assertEqual(ids("same.idx", "harbour"), {"uk"})

    def test_letters_are_spelt_both_ways(self):
        self.rules('spell "ö" = "oe"\nspell "ß" = "ss"\nspell "our" = "or"\n')
        self.assertEqual(ids("same.idx", "Schröder"), {"de", "ae"})
        self.assertEqual(ids("same.idx", "SCHROEDER"), {"de", "ae"})
        self.assertEqual(ids("same.idx", '"frau schröder"'), {"de", "ae"})
        self.assertEqual(ids("same.idx", "color"), {"us", "uk"})
        self.assertEqual(ids("same.idx", "weiß"), {"de"})

    def test_what_was_applied_is_shown(self):
        self.rules('same "harbour" = "harbor"\n')
        out = json.loads(run("search", "-d", "same.idx", "--format", "json",
                             "--explain", "harbour colour")[1])
        self.assertEqual(out["tree"], "all of\n  any spelling of\n    word harbour\n"
                         "    word harbor\n  word colour\n")
        out = run("search", "-d", "same.idx", "--explain", "harbour")[2]
        self.assertIn("any spelling of\n  word harbour\n  word harbor\n", out)

    def test_mistakes_are_errors_with_their_line(self):
        for text, message in (
                ('same "a"', ":1: = and another name belong here"),
                ('\n\nsame "a" = "A"', ":3: the names of this rule are one and"),
                ('same "a" = "!"', ":1: there is no word in the name"),
                ('alike "a" = "b"', ":1: a rule begins with same or spell"),
                ('spell "a" = ""', ":1: there are no letters in the quotes"),
                (f'spell "a" = "{"b" * 33}"', ":1: there are more than 32 bytes"),
                ('same "a" = "b" "c"', ":1: there is something behind the rule"),
                ("same " + " = ".join(f'"w{n}"' for n in range(33)),
                 ":1: the rule has more than 32 names"),
                ('same "a" = "' + "b " * 17 + '"', ":1: the name has more than 16"),
                ('spell "a" = "b"\n' * 65, ":65: there are more than 64 rules"),
                ("".join(f'same "a {n}" = "b{n}"\n' for n in range(300)),
                 ":257: more than 256 names begin with this word"),
                ("#" * (4 << 20) + "#", "has more than 4194304 bytes")):
            self.rules(text)
            status, out, err = run("search", "-d", "same.idx", "x")
            with self.subTest(text=text[:40]):
                self.assertEqual((status, out), (4, ""), err)
                self.assertIn("synonyms.rules", err)
                self.assertIn(message, err)

    def test_hostile_rules_cost_little(self):
        # Words that grow without end; as many spellings as rules allow.
        self.rules("".join(f'spell "{"a" * n}" = "{"a" * 32}"\n'
                           for n in range(1, 32)) +
                   "".join(f'same "k" = "a{n}"' + "".join(
                       f' = "b{n} c{m}"' for m in range(30)) + "\n"
                           for n in range(250)))
        query = " ".join(["k", "aaaaaaaaaaaaaaaaaaaa"] * 200)
        for q in (query, f'"{query[:500]}"', "k " * 2000):
            status, out, err = run("search", "-d", "same.idx", "--all-words", q)
            self.assertEqual(status, 1, err)
            self.assertIn("not all spellings are searched for", out)


if __name__ == "__main__":
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    unittest.main(argv=["test_words"])
