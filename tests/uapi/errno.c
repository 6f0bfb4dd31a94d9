// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every errno that bad input to /dev/copyoff-ctl can have for an answer.
 *
 * Each test takes a request that is all right, makes one thing wrong in it and
 * looks at the errno, at every byte of the structure, and at every byte of the
 * devices: what was refused has written nothing, and what came before it in
 * the list is done. Prints a line a test and, last, "N passed, N failed".
 *
 * errno ROLE=DEVICE...: see roles[]. All devices but disk and big have 2 MiB;
 * their contents are lost.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "errno_tests.h"

#define CTL		"/dev/copyoff-ctl"

static void set_up_rooms(void)
{
	args_room = pages(ARGS_END + PAGE);
	args_before = pages(ARGS_END);
	list_room = pages(LIST_END + PAGE);
	if (mprotect(args_room + ARGS_END, PAGE, PROT_NONE) ||
	    mprotect(list_room + LIST_END, PAGE, PROT_NONE))
		die("mprotect");
}

static void take_device(const char *arg)
{
	const char *eq = strchr(arg, '=');
	unsigned int r;

	for (r = 0; eq && r < ROLES; r++)
		if (strlen(devs[r].role) == (size_t)(eq - arg) &&
		    !strncmp(arg, devs[r].role, eq - arg))
			break;
	if (!eq || r == ROLES)
		die("what is %s?", arg);
	devs[r].path = eq + 1;
}

static void set_up_devices(void)
{
	unsigned int r;

	for (r = 0; r < ROLES; r++)
		dev_open(&devs[r]);
	for (r = 0; r < ROLES; r++)
		if (devs[r].model == r && r != BIG)
			dev_fill(r);
	if (devs[RO].wr < 0)
		printf("note: a read-only device is not opened for writing\n");
}

int main(int argc, char **argv)
{
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 1; i < argc; i++)
		take_device(argv[i]);
	ctl = open(CTL, O_RDWR);
	if (ctl < 0)
		die(CTL);
	set_up_rooms();
	set_up_devices();
	test_struct();
	test_commands();
	test_flags();
	test_descriptors();
	test_no_block_devices();
	test_devices();
	test_list();
	test_ranges();
	test_long();
	for (i = 0; i < ROLES; i++)
		if (i != BIG)
			dev_check(i);
	verdict("copy", "no device was changed behind our back");
	return report();
}
