# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# For cases about asynchronous jobs, in the guest; see bin/jobs.c.

JOBS=$TOP/build/vm-bin/jobs
NO_OFFLOAD=2
SYNC=4

# jobs ARGS...: all of it; what it said is for of_jobs
jobs() { "$JOBS" "$@" >/run/out || fail "jobs: $(cat /run/out)"; cat /run/out; }
of_jobs() { sed -n "s/^$1=//p" /run/out; }

# begin_jobs ARGS...: its word is "steps"; one at a time
begin_jobs() {
	coproc J { exec "$JOBS" "$@" 2>&1; }
	JOBS_PID=$J_PID
	answered "the beginning"
}

answered() {
	{ local -; set +x; } 2>/dev/null
	local line=
	read -r -t 120 line <&"${J[0]}" || :
	same "$line" ok "answer to $1"
}

# step_jobs WORD...: each is done
step_jobs() { local w; for w in "$@"; do echo "$w" >&"${J[1]}"; answered "$w"; done; }

end_jobs() {
	local in=${J[1]}
	exec {in}>&-
	wait "$JOBS_PID" || fail "jobs failed"
}

kill_jobs() {
	kill -KILL "$JOBS_PID"
	wait "$JOBS_PID" || :
}

# idle DEVICE...: no command is in their gates
idle() { local d; for d in "$@"; do same "$(dmsetup status "$d" | awk '{ print $6 }')" 0 "commands in flight at $d"; done; }

# workers: threads of the kernel that are in our code, with their stacks
workers() {
	{ local -; set +x; } 2>/dev/null
	local s
	for s in /proc/[0-9]*/stack; do
		grep -q kworker "${s%stack}comm" 2>/dev/null && grep -H '\[dm_copyoff\]' "$s" || :
	done
}
