# Writes the bytes of IN as C source OUT.
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
       "\\1\n" bytes "${bytes}")
file(WRITE ${OUT} "#include \"common/stream/dict.h\"\n
static const unsigned char bytes[] = {${bytes}0};\n
struct slice dict_builtin_file(void)
{
    return (struct slice){(const char *)bytes, sizeof bytes - 1};
}\n")
