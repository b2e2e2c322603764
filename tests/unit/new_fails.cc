// operator new that can be told to fail, for the wrapper's memory tests.
#include <cstdlib>
#include <new>

extern "C" long new_fails_after; // -1: never
long new_fails_after = -1;

void *operator new(std::size_t size)
{
    if (new_fails_after == 0)
        throw std::bad_alloc();
    if (new_fails_after > 0)
        new_fails_after--;
    if (void *p = std::malloc(size ? size : 1))
        return p;
    throw std::bad_alloc();
}

void operator delete(void *p) noexcept
{
    std::free(p);
}

void operator delete(void *p, std::size_t) noexcept
{
    std::free(p);
}
