// Searches an index from Node.js: npm install && node search.js INDEX QUERY
// The library is found as the system finds it (LD_LIBRARY_PATH).
import koffi from "koffi";

const lib = koffi.load("libnewshound.so.1");
const nhError = koffi.struct("nh_error", {
  code: "int", offset: "size_t", length: "size_t",
  message: koffi.array("char", 512), hint: koffi.array("char", 256)});
const nhString = koffi.struct("nh_string", {data: "void *", len: "size_t"});
const nhList = koffi.struct("nh_list", {items: "nh_string *", count: "size_t"});
const nhSpan = koffi.struct("nh_span", {start: "size_t", len: "size_t"});
const nhSnippet = koffi.struct("nh_snippet", {
  text: nhString, highlights: "nh_span *", highlight_count: "size_t",
  cut_before: "int", cut_after: "int"});
const nhHit = koffi.struct("nh_hit", {
  rank: "uint32_t", number: "uint32_t", score: "double", id: nhString,
  title: nhString, source: nhString, url: nhString, section: nhString,
  language: nhString, date: nhString, time: "int64_t", author: nhList,
  topic: nhList, person: nhList, org: nhList, place: nhList, copies: "size_t",
  snippet: nhSnippet});
const open = lib.func(
  "int nh_index_open(_Out_ void **index, const char *path, _Out_ nh_error *err)");
const close = lib.func("void nh_index_close(void *index)");
const search = lib.func("int nh_index_search(_Out_ void **found, void *index, " +
  "const char *query, size_t len, void *options, _Out_ nh_error *err)");
const count = lib.func("size_t nh_results_count(void *found)");
const read = lib.func("int nh_results_hit(_Out_ void **hit, void *found, " +
  "size_t i, _Out_ nh_error *err)");
const free = lib.func("void nh_results_free(void *found)");

const bytes = (s) => Buffer.from(koffi.decode(s.data, "uint8_t", Number(s.len)));
const text = (s) => s.len ? bytes(s).toString() : "";

function check(rc, err) {
  if (rc === 0) return;
  console.error(err.message);
  process.exit(1);
}

// The snippet with ** around what was looked for; spans are in bytes.
function highlight(snippet) {
  const all = snippet.text.len ? bytes(snippet.text) : Buffer.alloc(0);
  const spans = snippet.highlight_count ?
    koffi.decode(snippet.highlights, "nh_span", Number(snippet.highlight_count)) : [];
  let out = "", at = 0;
  for (const {start, len} of spans.map((s) => ({start: Number(s.start), len: Number(s.len)}))) {
    out += all.subarray(at, start) + "**" + all.subarray(start, start + len) + "**";
    at = start + len;
  }
  return out + all.subarray(at);
}

const [path, query] = process.argv.slice(2);
const index = [null], found = [null], hit = [null], err = {};
check(open(index, path, err), err);
check(search(found, index[0], query, Buffer.byteLength(query), null, err), err);
for (let i = 0; i < Number(count(found[0])); i++) {
  check(read(hit, found[0], i, err), err);
  const h = koffi.decode(hit[0], nhHit);
  console.log(`${text(h.date)}  ${text(h.title)}\n    ${highlight(h.snippet)}`);
}
free(found[0]);
close(index[0]);
