# Processes that the commands in bin/ own. A pid on disk is only believed when the process behind it
# still works in the folder that the file speaks of: pids are used again, above all in containers.

# pid_in FOLDER PID: is PID alive, with FOLDER as its working directory?
pid_in() {
    [[ $2 =~ ^[0-9]+$ && "$(readlink "/proc/$2/cwd" 2>/dev/null)" == "$(readlink -f "$1")" ]]
}

# stop_pid SIGNAL PID SECONDS: asks with SIGNAL, waits, and after SECONDS ends it with KILL.
stop_pid() {
    local signal=$1 pid=$2 patience=$(($3 * 10))
    kill -s "$signal" "$pid" 2>/dev/null || return 0
    while ((patience-- > 0)); do
        pid_alive "$pid" || return 0
        sleep 0.1
    done
    warn "process $pid did not stop within $3 s; killing it"
    kill -s KILL "$pid" 2>/dev/null || true
}

# A zombie has stopped; only its parent has not yet asked how.
pid_alive() {
    local state
    state=$(awk '/^State:/ { print $2 }' "/proc/$1/status" 2>/dev/null) || return 1
    [[ -n $state && $state != Z ]]
}

# pids_marked NAME=VALUE: processes that were started with exactly this variable in their environment.
pids_marked() {
    local environ
    for environ in /proc/[0-9]*/environ; do
        if grep -qzxF -- "$1" "$environ" 2>/dev/null; then
            environ=${environ#/proc/}
            printf '%s\n' "${environ%/environ}"
        fi
    done
}
