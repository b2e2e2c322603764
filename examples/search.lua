-- Searches an index from Lua: luajit search.lua INDEX QUERY
-- The library is found as the system finds it (LD_LIBRARY_PATH).
local ffi = require("ffi")
ffi.cdef [[
typedef struct nh_index nh_index;
typedef struct nh_results nh_results;
struct nh_error { int code; size_t offset, length; char message[512], hint[256]; };
struct nh_string { const char *data; size_t len; };
struct nh_list { const struct nh_string *items; size_t count; };
struct nh_span { size_t start, len; };
struct nh_snippet { struct nh_string text; const struct nh_span *highlights;
                    size_t highlight_count; int cut_before, cut_after; };
struct nh_hit { uint32_t rank, number; double score;
                struct nh_string id, title, source, url, section, language, date;
                int64_t time; struct nh_list author, topic, person, org, place;
                size_t copies; struct nh_snippet snippet; };
int nh_index_open(nh_index **out, const char *path, struct nh_error *err);
void nh_index_close(nh_index *index);
int nh_index_search(nh_results **out, nh_index *index, const char *query,
                    size_t len, const void *options, struct nh_error *err);
size_t nh_results_count(const nh_results *results);
int nh_results_hit(const struct nh_hit **hit, nh_results *results, size_t i,
                   struct nh_error *err);
void nh_results_free(nh_results *results);
]]
local nh = ffi.load("libnewshound.so.1")
local err = ffi.new("struct nh_error")

local function check(rc)
    if rc ~= 0 then
        io.stderr:write(ffi.string(err.message), "\n")
        os.exit(1)
    end
end

local function text(s) return ffi.string(s.data, s.len) end

-- The snippet with ** around what was looked for; spans are in bytes from 0.
local function highlight(snippet)
    local all, out, at = text(snippet.text), {}, 1
    for i = 0, tonumber(snippet.highlight_count) - 1 do
        local span = snippet.highlights[i]
        local start, stop = tonumber(span.start) + 1, tonumber(span.start + span.len)
        table.insert(out, all:sub(at, start - 1) .. "**" .. all:sub(start, stop) .. "**")
        at = stop + 1
    end
    return table.concat(out) .. all:sub(at)
end

local index, found = ffi.new("nh_index *[1]"), ffi.new("nh_results *[1]")
local hit = ffi.new("const struct nh_hit *[1]")
check(nh.nh_index_open(index, arg[1], err))
check(nh.nh_index_search(found, index[0], arg[2], #arg[2], nil, err))
for i = 0, tonumber(nh.nh_results_count(found[0])) - 1 do
    check(nh.nh_results_hit(hit, found[0], i, err))
    print(text(hit[0].date) .. "  " .. text(hit[0].title))
    print("    " .. highlight(hit[0].snippet))
end
nh.nh_results_free(found[0])
nh.nh_index_close(index[0])
