// SPDX-License-Identifier: BSD-3-Clause
// Model of flash memories that lose power.
//
// An area is one memory: cells, and what the model knows about them. Each erase of a unit and each
// program of a unit is one operation; operations of all areas are counted together, and a cut may be
// planned for any of them: before it, after it, or inside it.
//
// What a cut tears is remembered until the unit is erased in full. A torn unit may not be programmed,
// whatever it reads. It is either solid (a part of the operation took place) or weak: it reads
// differently at each read, or only after each reset. Code reads flash through plain pointers, which the
// model does not see, unless the build is watched (host_watch.c). Otherwise weak cells of flash change at each
// tick: every flash operation, every feed of the watchdog and every question for ECC faults (boot does
// both each 32 bytes that it reads, and asks after it has read the seal), every read of the store,
// every boot. Those of a store of its own change whenever they are read.
// At a tick a torn operation as a whole reads as before, as done, as a mixture or as junk, or stays as
// it reads: so decisions made between two ticks see one value, and those made apart may not.
//
// What the code under test must never do ends the process: host_fatal.
#ifndef HOST_FLASH_H
#define HOST_FLASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How a planned cut meets its operation.
enum host_cut {
    HOST_CUT_NONE,
    HOST_CUT_BEFORE,
    HOST_CUT_PREFIX, // the first bytes are done, the others as before
    HOST_CUT_BITS,   // each bit that changes is done or not
    HOST_CUT_ALMOST, // all but a few of the bits that change are done
    HOST_CUT_DONE,   // all reads as done, and is not done well: the unit counts as torn
    HOST_CUT_WEAK,   // every byte reads differently at each read
    HOST_CUT_SLOW,   // every byte reads differently after each reset
    HOST_CUT_AFTER,
};

// How control comes back from code that does not return.
enum host_event {
    HOST_RETURNED = 1, // it did return
    HOST_CUT,          // power was lost
    HOST_RESET,
    HOST_STARTED, // boot started the application
    HOST_WAITING, // boot waits for a usable staged image
};

// What a unit of programming may be used for.
enum host_state { HOST_CLEAN, HOST_USED, HOST_TORN };

// Erase units of one size, from first to the next run or the end of the memory.
struct host_run {
    uint32_t first, unit;
};

// A torn operation that left its cells weak.
struct host_tear {
    uint32_t from, end;
    bool slow; // they change only after a reset
};

#define HOST_RUNS 3u
#define HOST_TEARS 24u
#define HOST_BLOCK 32u // bytes that are kept and known together; each erase unit is whole blocks

struct host_area {
    const char *name;
    uint8_t *cells;
    uint32_t size;
    struct host_run run[HOST_RUNS]; // the last ones may begin behind the end
    uint32_t program_unit;
    uint32_t append;   // 0, or from here on a torn unit may be programmed, and stays torn
    uint8_t *state;    // enum host_state of the unit a byte lies in, for each byte
    uint8_t *before;   // for each weak byte
    uint8_t *target;   // for each weak byte
    uint16_t *erases;  // wear: of each block
    uint8_t *depth;    // for each block: the level of host_push that keeps it
    uint64_t *print;   // for each block: what host_print has made, or 0
    bool fault;        // a read has met an ECC error
    uint32_t tears;
    struct host_tear tear[HOST_TEARS];
};

// One entry of the record of operations.
struct host_op {
    char kind; // 'e' or 'p'
    char area; // first letter of its name
    uint32_t offset;
};

#define HOST_OPS_MAX 65536u

struct host_stats {
    uint32_t ops; // operations since host_zero; entries of op[], as far as there is room
    uint32_t erases;
    uint32_t programs;
    uint32_t blank;     // programs of nothing but blank bytes
    uint32_t unfed_max; // most operations between two feeds of the watchdog
    uint32_t fired;     // cuts
    uint32_t reads;     // of a store that is no flash
    uint32_t feeds;     // of the watchdog
    struct host_op op[HOST_OPS_MAX];
};

extern struct host_area host_flash;
extern struct host_stats host_stats;

// First byte of the erase unit that holds offset, and its size.
uint32_t host_unit(const struct host_area *area, uint32_t offset, uint32_t *size);

// Leaves an area as a factory does: erased, all units clean.
void host_blank(struct host_area *area);

// Puts bytes into an area without an operation, as a programmer or a decayed cell does.
void host_poke(struct host_area *area, uint32_t offset, const uint8_t *data, uint32_t n);

// Locks the erase unit that a byte of an area lies in: it cannot be erased. One unit at most.
void host_lock(const struct host_area *area, uint32_t offset);
bool host_locked(const struct host_area *area, uint32_t offset, uint32_t n);

// Operations. Both end the process when the contract of quine_port.h is broken, and come back as
// HOST_CUT through host_leave when their cut is due. zeros allows zeros over used units.
// host_erase returns whether the unit was erased.
bool host_erase(struct host_area *area, uint32_t offset);
void host_program(struct host_area *area, uint32_t offset, const uint8_t *data, bool zeros);

// Plans a cut at the n-th operation from now on; HOST_CUT_NONE takes the plan back.
void host_plan(uint32_t n, enum host_cut how, uint64_t seed);

// Starts the model's random sequences.
void host_seed(uint64_t seed);

// An operation that is about to take place: n bytes at offset become data, or erased when that is NULL.
struct host_step {
    struct host_area *area;
    uint32_t offset, n;
    const uint8_t *data;
};

// Called before each operation when not NULL.
extern void (*host_probe)(const struct host_step *step);

// Called when not NULL before n bytes at offset are read, or what the model knows of them. host_watched says
// that it is called for all that boot and update client read.
extern void (*host_look)(struct host_area *area, uint32_t offset, uint32_t n);
extern bool host_watched;

static inline void host_look_at(struct host_area *area, uint32_t offset, uint32_t n)
{
    if (host_look != NULL)
        host_look(area, offset, n);
}

// Does to the cells of a step what power does that is lost before it or inside it. Prefix is the number
// of bytes that HOST_CUT_PREFIX gets done, 0 for any.
void host_tear(const struct host_step *step, enum host_cut how, uint32_t prefix);

// Wears a byte of an area out: its lowest bit stays zero. One byte at most.
void host_wear(const struct host_area *area, uint32_t offset);

// Zeroes the statistics.
void host_zero(void);

// Says that the watchdog was fed.
void host_fed(void);

// Lets weak cells change: those that do at each read, and after a reset all of them.
void host_tick(struct host_area *area, bool reset);

// Notes that code has read n bytes at offset: weak cells among them change, and torn words of an area
// with error correction raise a fault. host_ecc says whether one was raised since it was last asked.
void host_see(struct host_area *area, uint32_t offset, uint32_t n);
bool host_ecc(void);

// Number of bytes in [offset, offset + n) that a cut has left torn or weak.
uint32_t host_torn(struct host_area *area, uint32_t offset, uint32_t n);

// Says whether bytes in [offset, offset + n) read differently at each read.
bool host_weak(const struct host_area *area, uint32_t offset, uint32_t n);

// A number for what the reads of a block deliver: the same one for the same cells in the same state. It is
// HOST_UNSTABLE when they may deliver one thing or another.
#define HOST_UNSTABLE 1u
uint64_t host_print(struct host_area *area, uint32_t block);

// Adds n bytes to such a number.
uint64_t host_mix(uint64_t print, const void *data, size_t n);

// Next number of the model's random sequence, from which cells and ECC take theirs.
uint32_t host_random(void);

// Next number of another sequence, for all else, and n bytes that repeat some of it. host_seed starts both;
// host_chance_state tells where this one is.
void host_chance_seed(uint64_t seed);
uint32_t host_chance(void);
uint64_t host_chance_state(void);
void host_scramble(void *data, size_t n);

// State of the device and the model. Memory that belongs to it is announced once.
void host_keep(void *data, size_t n);
void host_keep_area(struct host_area *area);
void host_keep_plan(void);

// Copies the state to a slot and back.
#define HOST_SLOTS 4u
void host_save(uint32_t slot);
void host_restore(uint32_t slot);

// Remembers the state, and brings back the one remembered last. Copies only what changes in between.
#define HOST_LEVELS 8u
void host_push(void);
void host_pop(void);

// Keeps n bytes of an area, which are going to change, for host_pop.
void host_touch(struct host_area *area, uint32_t offset, uint32_t n);

// Leaves the code under test with an event; defined by the driver.
void host_leave(enum host_event event) __attribute__((noreturn));

// Reports what must never happen, and ends the process. host_last_words adds to the report.
void host_fatal(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
extern void (*host_last_words)(void);

// Reports what is wrong with the test and not with the device, and ends the process.
void host_abort(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

// Returns memory of the host, if there was any.
void *host_memory(void *data);

#endif
