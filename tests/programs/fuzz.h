/* The dice of the fuzz, and its hostile client. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stdint.h>

/* Numbers that follow from a seed, for each thread its own (splitmix64). */
struct dice { uint64_t state; };

static inline uint64_t roll(struct dice *dice) {
    uint64_t z = dice->state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline uint32_t below(struct dice *dice, uint32_t limit) { return (uint32_t)(roll(dice) % limit); }

static inline bool one_in(struct dice *dice, uint32_t times) { return below(dice, times) == 0; }

/* Does what nobody should with whatever it can open, in several threads, until it is killed or has had enough. Never returns. */
_Noreturn void hostile_client(uint64_t seed);

#endif
