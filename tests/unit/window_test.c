// SPDX-License-Identifier: GPL-2.0-only
/*
 * The window against a model that keeps a bit for every sector.
 */
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/types.h>

#include "t.h"
#include "window.h"

/* Units are compared by identity: these are as good as real ones. */
static const char units[3] = "";

#define A	(&units[0])
#define B	(&units[1])

struct fixture {
	struct copyoff_window w;
	struct copyoff_window_entry *entry;
	struct copyoff_extent *arena;
};

static void setup(struct fixture *f, u32 size, u32 arena_size)
{
	f->entry = t_alloc(size * sizeof(*f->entry));
	f->arena = t_alloc(arena_size * sizeof(*f->arena));
	copyoff_window_init(&f->w, f->entry, size, f->arena, arena_size);
}

static void teardown(struct fixture *f)
{
	t_free(f->entry);
	t_free(f->arena);
}

/* A command with one extent. */
static struct copyoff_access copy(const struct copyoff_extent *ext,
				  const void *src_unit, const void *dst_unit,
				  u64 dst)
{
	return (struct copyoff_access){
		.src_unit = src_unit,
		.dst_unit = dst_unit,
		.ext = ext,
		.nr = 1,
		.sectors = ext->sectors,
		.dst = dst,
	};
}

/* ---- single steps ---- */

/* One entry: 100 to 107 of @src_unit go to 200 to 207 of @dst_unit. */
static void setup_one(struct fixture *f, const void *src_unit,
		      const void *dst_unit)
{
	const struct copyoff_extent ext = { 100, 8 };
	const struct copyoff_access a = copy(&ext, src_unit, dst_unit, 200);

	setup(f, 4, 8);
	T_TRUE(copyoff_window_room(&f->w, 1));
	T_EQ(copyoff_window_push(&f->w, &a), 0);
}

static bool conflicts(const struct fixture *f, const void *src_unit, u64 src,
		      const void *dst_unit, u64 dst, u32 sectors)
{
	const struct copyoff_extent ext = { src, sectors };
	const struct copyoff_access a = copy(&ext, src_unit, dst_unit, dst);

	return copyoff_window_conflicts(&f->w, &a);
}

static void read_after_write(void)
{
	struct fixture f;

	setup_one(&f, A, B);
	T_TRUE(conflicts(&f, B, 207, A, 900, 4));
	T_TRUE(conflicts(&f, B, 197, A, 900, 4));
	T_TRUE(conflicts(&f, B, 200, A, 900, 8));
	T_TRUE(!conflicts(&f, B, 208, A, 900, 4));
	T_TRUE(!conflicts(&f, B, 196, A, 900, 4));
	T_TRUE(!conflicts(&f, A, 200, A, 900, 8));
	teardown(&f);
}

static void write_after_read(void)
{
	struct fixture f;

	setup_one(&f, A, B);
	T_TRUE(conflicts(&f, B, 900, A, 107, 4));
	T_TRUE(conflicts(&f, B, 900, A, 97, 4));
	T_TRUE(conflicts(&f, B, 900, A, 102, 2));
	T_TRUE(!conflicts(&f, B, 900, A, 108, 4));
	T_TRUE(!conflicts(&f, B, 900, A, 96, 4));
	T_TRUE(!conflicts(&f, B, 900, B, 102, 2));
	teardown(&f);
}

static void write_after_write(void)
{
	struct fixture f;

	setup_one(&f, A, B);
	T_TRUE(conflicts(&f, A, 900, B, 207, 4));
	T_TRUE(conflicts(&f, A, 900, B, 197, 4));
	T_TRUE(conflicts(&f, A, 900, B, 100, 400));
	T_TRUE(!conflicts(&f, A, 900, B, 208, 4));
	T_TRUE(!conflicts(&f, A, 900, B, 196, 4));
	T_TRUE(!conflicts(&f, A, 900, A, 200, 8));
	teardown(&f);
}

static void read_after_read_is_free(void)
{
	struct fixture f;

	setup_one(&f, A, B);
	T_TRUE(!conflicts(&f, A, 100, B, 300, 8));
	T_TRUE(!conflicts(&f, A, 96, B, 300, 100));
	teardown(&f);
}

static void far_sectors(void)
{
	const u64 far = 1ULL << 32;
	struct fixture f;

	setup_one(&f, A, B);
	T_TRUE(!conflicts(&f, B, 200 + far, A, 100 + far, 8));
	T_TRUE(!conflicts(&f, A, 900, B, 200 + far, 8));
	teardown(&f);
}

/* The second of two extents counts, the gap between them does not. */
static void several_extents(void)
{
	const struct copyoff_extent ext[] = { { 500, 4 }, { 100, 4 } };
	struct copyoff_access a = copy(ext, A, B, 200);
	struct fixture f;

	a.nr = 2;
	a.sectors = 8;
	setup(&f, 4, 8);
	T_TRUE(!copyoff_window_conflicts(&f.w, &a));
	copyoff_window_push(&f.w, &a);
	T_TRUE(conflicts(&f, B, 900, A, 503, 4));
	T_TRUE(conflicts(&f, B, 900, A, 97, 4));
	T_TRUE(conflicts(&f, B, 900, A, 90, 900));
	T_TRUE(!conflicts(&f, B, 900, A, 104, 4));
	T_TRUE(!conflicts(&f, B, 900, A, 496, 4));
	T_TRUE(conflicts(&f, B, 204, A, 900, 4));
	T_TRUE(!conflicts(&f, B, 208, A, 900, 4));
	/* By the second extent of what is asked about. */
	a.src_unit = B;
	a.dst_unit = A;
	a.dst = 900;
	a.ext = (const struct copyoff_extent[]){ { 800, 4 }, { 207, 4 } };
	T_TRUE(copyoff_window_conflicts(&f.w, &a));
	teardown(&f);
}

/* The caller's extents are its own again after a push. */
static void extents_are_copied(void)
{
	struct copyoff_extent *ext = t_alloc(sizeof(*ext));
	struct copyoff_access a;
	struct fixture f;

	*ext = (struct copyoff_extent){ 100, 8 };
	a = copy(ext, A, B, 200);
	setup(&f, 4, 8);
	copyoff_window_push(&f.w, &a);
	t_free(ext);
	T_TRUE(conflicts(&f, B, 900, A, 107, 4));
	teardown(&f);
}

/* Done is not enough: only the prefix lets others pass. */
static void until_it_is_popped(void)
{
	struct fixture f;
	u32 sectors = 0;

	setup_one(&f, A, B);
	T_TRUE(!copyoff_window_pop(&f.w, &sectors));
	copyoff_window_done(&f.w, 0);
	T_TRUE(conflicts(&f, B, 200, A, 900, 8));
	T_TRUE(copyoff_window_pop(&f.w, &sectors));
	T_EQ(sectors, 8);
	T_TRUE(!conflicts(&f, B, 200, A, 900, 8));
	T_TRUE(!copyoff_window_pop(&f.w, &sectors));
	teardown(&f);
}

static void pops_in_order(void)
{
	const struct copyoff_extent ext[] = { { 0, 1 }, { 10, 2 }, { 20, 3 } };
	struct fixture f;
	u32 i, place[3], sectors;

	setup(&f, 3, 3);
	for (i = 0; i < 3; i++) {
		const struct copyoff_access a = copy(&ext[i], A, B, 10 * i);

		T_TRUE(copyoff_window_room(&f.w, 1));
		place[i] = copyoff_window_push(&f.w, &a);
	}
	T_TRUE(!copyoff_window_room(&f.w, 1));
	copyoff_window_done(&f.w, place[2]);
	copyoff_window_done(&f.w, place[1]);
	T_TRUE(!copyoff_window_pop(&f.w, &sectors));
	copyoff_window_done(&f.w, place[0]);
	for (i = 0; i < 3; i++) {
		T_TRUE(copyoff_window_pop(&f.w, &sectors));
		T_EQ(sectors, i + 1);
	}
	T_TRUE(!copyoff_window_pop(&f.w, &sectors));
	teardown(&f);
}

static void empty_pops_nothing(void)
{
	struct fixture f;
	u32 sectors;

	setup(&f, 2, 2);
	T_TRUE(!copyoff_window_pop(&f.w, &sectors));
	T_TRUE(!conflicts(&f, A, 0, A, 4, 4));
	T_TRUE(copyoff_window_room(&f.w, 2));
	T_TRUE(!copyoff_window_room(&f.w, 3));
	teardown(&f);
}

/* Push a command of @nr extents that is finished at once. */
static void push_done(struct fixture *f, u32 nr)
{
	struct copyoff_extent *ext = t_alloc(nr * sizeof(*ext));
	struct copyoff_access a;
	u32 i;

	for (i = 0; i < nr; i++)
		ext[i] = (struct copyoff_extent){ 100 + 2 * i, 1 };
	a = copy(ext, A, B, 200);
	a.nr = nr;
	a.sectors = nr;
	T_TRUE(copyoff_window_room(&f->w, nr));
	copyoff_window_done(&f->w, copyoff_window_push(&f->w, &a));
	t_free(ext);
}

static void pop(struct fixture *f, u32 nr)
{
	u32 sectors = 0;

	T_TRUE(copyoff_window_pop(&f->w, &sectors));
	T_EQ(sectors, nr);
}

/* After a command that ends with the arena the next one is at its start. */
static void arena_ends_with_a_command(void)
{
	struct fixture f;

	setup(&f, 4, 4);
	push_done(&f, 3);
	push_done(&f, 1);
	T_TRUE(!copyoff_window_room(&f.w, 1));
	pop(&f, 3);
	push_done(&f, 3);
	T_TRUE(!copyoff_window_room(&f.w, 1));
	pop(&f, 1);
	pop(&f, 3);
	teardown(&f);
}

/* With one always left: an empty window begins its arena anew. */
static void go_round(u32 nr)
{
	struct fixture f;
	u32 i;

	setup(&f, 4, 8);
	push_done(&f, nr);
	for (i = 0; i < 100; i++) {
		push_done(&f, nr);
		pop(&f, nr);
	}
	teardown(&f);
}

/* As a long job does it: one extent after another, for ever. */
static void arena_goes_round(void)
{
	go_round(1);
}

/* Those that do not fit at the end leave places empty, and get them back. */
static void arena_skips(void)
{
	go_round(3);
}

/* Places that were skipped are not there for others. */
static void arena_counts_what_it_skips(void)
{
	struct fixture f;

	setup(&f, 4, 8);
	push_done(&f, 3);
	push_done(&f, 3);
	pop(&f, 3);
	push_done(&f, 3);
	T_TRUE(!copyoff_window_room(&f.w, 1));
	pop(&f, 3);
	T_TRUE(copyoff_window_room(&f.w, 3));
	T_TRUE(!copyoff_window_room(&f.w, 4));
	teardown(&f);
}

/* The largest command there can be gets in sooner or later. */
static void empty_has_all_of_the_arena(void)
{
	struct fixture f;

	setup(&f, 4, 8);
	push_done(&f, 3);
	pop(&f, 3);
	push_done(&f, 8);
	pop(&f, 8);
	teardown(&f);
}

/* ---- random ---- */

/* Sectors of one unit, a bit each. */
typedef u64 sectors_t;

struct model_entry {
	sectors_t reads[3];
	sectors_t writes[3];
	struct copyoff_extent ext[8];
	u32 nr;
	u32 sectors;
	u32 place;
	bool done;
};

struct model {
	struct model_entry entry[8];	/* the oldest first */
	u32 count;
	u32 size;
	u32 arena_size;
};

/* A command as the window is told of it and as the model sees it. */
struct command {
	struct copyoff_access access;
	struct copyoff_extent *ext;
	struct model_entry model;
};

static sectors_t bits(u64 start, u32 len)
{
	return ((1ULL << len) - 1) << start;
}

static void random_command(struct command *c, u32 most_extents)
{
	u32 src_unit = t_between(0, 2), dst_unit = t_between(0, 2), i;
	struct model_entry *m = &c->model;

	memset(c, 0, sizeof(*c));
	m->nr = t_between(1, most_extents);
	c->ext = t_alloc(m->nr * sizeof(*c->ext));
	for (i = 0; i < m->nr; i++) {
		struct copyoff_extent e = { t_between(0, 59),
					    t_between(1, 4) };

		c->ext[i] = e;
		m->ext[i] = e;
		m->sectors += e.sectors;
		m->reads[src_unit] |= bits(e.src, e.sectors);
	}
	c->access = copy(c->ext, &units[src_unit], &units[dst_unit],
			 t_between(0, 63 - m->sectors));
	c->access.nr = m->nr;
	c->access.sectors = m->sectors;
	m->writes[dst_unit] = bits(c->access.dst, m->sectors);
}

static bool model_conflicts(const struct model *m,
			    const struct model_entry *c)
{
	u32 i, u;

	for (i = 0; i < m->count; i++)
		for (u = 0; u < 3; u++)
			if (m->entry[i].writes[u] &
			    (c->reads[u] | c->writes[u]) ||
			    m->entry[i].reads[u] & c->writes[u])
				return true;
	return false;
}

/* The window's own entries, the oldest is 0. */
static const struct copyoff_window_entry *
nth(const struct copyoff_window *w, u32 i)
{
	return &w->entry[(w->head + i) % w->size];
}

/*
 * Does a command of @nr extents have to get in? Yes if there is a gap for it
 * behind the newest, up to the end of the arena, or before the oldest.
 */
static bool must_have_room(const struct fixture *f, const struct model *m,
			   u32 nr)
{
	const struct copyoff_window_entry *old, *new;
	u32 end;

	if (!m->count)
		return nr <= m->arena_size;
	if (m->count == m->size)
		return false;
	old = nth(&f->w, 0);
	new = nth(&f->w, m->count - 1);
	end = new->first + new->nr;
	if (end <= old->first)
		return end + nr <= old->first;
	/* The places that the oldest skipped are given back with it. */
	return end + nr <= m->arena_size - old->skipped || nr <= old->first;
}

/* Nothing that is still there was written over. */
static void t_intact(const struct fixture *f, const struct model *m)
{
	u32 i, k;

	T_EQ(f->w.count, m->count);
	for (i = 0; i < m->count; i++) {
		const struct copyoff_window_entry *e = nth(&f->w, i);

		T_EQ(e->nr, m->entry[i].nr);
		T_TRUE(e->first + e->nr <= m->arena_size);
		for (k = 0; k < m->entry[i].nr; k++) {
			const struct copyoff_extent *x =
				&f->w.arena[e->first + k];

			T_EQ(x->src, m->entry[i].ext[k].src);
			T_EQ(x->sectors, m->entry[i].ext[k].sectors);
		}
	}
}

static void random_push(struct fixture *f, struct model *m, u32 most_extents)
{
	struct command c;
	bool room;
	u32 i;

	random_command(&c, most_extents);
	T_EQ(copyoff_window_conflicts(&f->w, &c.access),
	     model_conflicts(m, &c.model));
	room = copyoff_window_room(&f->w, c.model.nr);
	if (!room)
		T_TRUE(!must_have_room(f, m, c.model.nr));
	if (room) {
		T_TRUE(m->count < m->size);
		/* With conflicts or not: that is for the caller to see to. */
		c.model.place = copyoff_window_push(&f->w, &c.access);
		for (i = 0; i < m->count; i++)
			T_TRUE(m->entry[i].place != c.model.place);
		m->entry[m->count++] = c.model;
	}
	t_free(c.ext);
}

static void random_done(struct fixture *f, struct model *m)
{
	struct model_entry *e;

	if (!m->count)
		return;
	e = &m->entry[t_between(0, m->count - 1)];
	e->done = true;
	copyoff_window_done(&f->w, e->place);
}

static void random_pop(struct fixture *f, struct model *m)
{
	bool want = m->count && m->entry[0].done;
	u32 sectors = 0;

	T_EQ(copyoff_window_pop(&f->w, &sectors), want);
	if (!want)
		return;
	T_EQ(sectors, m->entry[0].sectors);
	m->count--;
	memmove(m->entry, m->entry + 1, m->count * sizeof(m->entry[0]));
}

static void random_life(void)
{
	struct model m = {
		.size = t_between(1, 8),
		.arena_size = t_between(1, 24),
	};
	u32 most_extents = t_between(1, m.arena_size < 8 ? m.arena_size : 8);
	u32 ops = t_between(1, 100);
	struct fixture f;

	setup(&f, m.size, m.arena_size);
	while (ops-- && !t_failures) {
		switch (t_between(0, 3)) {
		case 0:
		case 1:
			random_push(&f, &m, most_extents);
			break;
		case 2:
			random_done(&f, &m);
			break;
		default:
			random_pop(&f, &m);
			break;
		}
		t_intact(&f, &m);
	}
	teardown(&f);
}

static void random_lives(void)
{
	u32 round, rounds = t_rounds(20000);

	for (round = 0; round < rounds && !t_failures; round++)
		random_life();
}

/*
 * The conflicts alone, without the ring: up to eight entries in an arena that
 * never comes to its end.
 */
static void random_conflicts(void)
{
	u32 round, rounds = t_rounds(20000);

	for (round = 0; round < rounds && !t_failures; round++) {
		struct model m = { .size = 8, .arena_size = 65 };
		struct fixture f;
		u32 i;

		setup(&f, m.size, m.arena_size);
		for (i = t_between(1, 12); i; i--) {
			random_push(&f, &m, 8);
			t_intact(&f, &m);
		}
		teardown(&f);
	}
}

#define CASES(X)			\
	X(read_after_write)		\
	X(write_after_read)		\
	X(write_after_write)		\
	X(read_after_read_is_free)	\
	X(far_sectors)			\
	X(several_extents)		\
	X(extents_are_copied)		\
	X(until_it_is_popped)		\
	X(pops_in_order)		\
	X(empty_pops_nothing)		\
	X(arena_ends_with_a_command)	\
	X(arena_goes_round)		\
	X(arena_skips)			\
	X(arena_counts_what_it_skips)	\
	X(empty_has_all_of_the_arena)	\
	X(random_conflicts)		\
	X(random_lives)

T_SUITE(window, CASES);
