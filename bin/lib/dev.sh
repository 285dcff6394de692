# The steps of bin/dev, in the order in which it takes them.

check_numbers() {
    local name
    for name in port gateways workers; do
        [[ ${!name} =~ ^[0-9]{1,5}$ && ${!name} -ge 1 ]] ||
            die "${name^^}=${!name} is not a number from 1 up." "Example: GATEWAYS=2 WORKERS=2 bin/dev"
    done
    ((port + gateways <= 65536)) || die "PORT=$port leaves no room for $gateways gateways below 65536."
}

# Two of them would fight over .switchboard. One that was killed may have left its processes behind: they
# carry a mark in their environment, so exactly those are ended.
check_alone() {
    local other
    mkdir -p "$state"
    state=$(cd "$state" && pwd -P)
    other=$(cat "$state/dev.pid" 2>/dev/null || true)
    if [[ -n $other && $other != "$$" ]] && pid_in "$root" "$other" &&
        tr '\0' ' ' <"/proc/$other/cmdline" | grep -q 'bin/dev'; then
        die "bin/dev already runs here (pid $other)." "Stop it with Ctrl-C in its terminal, or: kill $other"
    fi
    stop_marked "left behind by a bin/dev that was killed"
    echo $$ >"$state/dev.pid"
}

# stop_marked [REMARK]: ends whatever still runs of this folder's Procfile.
stop_marked() {
    local leftover
    for leftover in $(pids_marked "SWITCHBOARD_DEV=$state"); do
        warn "Stopping process $leftover${1:+, $1}"
        stop_pid TERM "$leftover" 10
    done
}

check_ports() {
    local candidate
    for ((candidate = port; candidate < port + gateways; candidate++)); do
        if port_taken "$candidate"; then
            die "Port $candidate is taken by $(port_owner "$candidate")." \
                "Stop that process, or choose another port: PORT=$(suggest_port) bin/dev"
        fi
    done
}

suggest_port() {
    local first=$((port + 100)) next
    while ((first + gateways < 65536)); do
        for ((next = first; next < first + gateways; next++)); do
            if port_taken "$next"; then break; fi
        done
        ((next == first + gateways)) && break
        first=$((first + 100))
    done
    echo "$first"
}

# Only servers that are not given by URL are started, and only those are stopped again.
choose_servers() {
    if [[ -z ${REDIS_URL:-} ]]; then
        private+=(redis) server_packages+=("${redis_packages[@]}")
    fi
    if [[ -z ${DATABASE_URL:-} ]]; then
        private+=(postgres) server_packages+=("${postgres_packages[@]}")
    fi
}

start_services() {
    ((${#private[@]} > 0)) || return 0
    say "Starting private servers in ${state#"$root"/}/: ${private[*]}"
    "$root/bin/services" start "$state" "${private[@]}"
    # shellcheck disable=SC2046 # one export per line
    eval "$("$root/bin/services" env "$state" "${private[@]}")"
}

prepare_environment() {
    if [[ ! -s $state/secret ]]; then
        (umask 077 && od -An -N32 -tx1 /dev/urandom | tr -d ' \n' >"$state/secret")
    fi
    export SWITCHBOARD_SECRET=${SWITCHBOARD_SECRET:-$(<"$state/secret")}
    export SWITCHBOARD_ENV=${SWITCHBOARD_ENV:-development}
    export SWITCHBOARD_HOME=$root
    export MAIL_FOLDER=${MAIL_FOLDER:-$state/mail}
    export PATH=$root/.build/release:$PATH
    mkdir -p "$MAIL_FOLDER"
}

# honcho gives each process type's nth process PORT + n - 1, prefixes the logs, and stops the others when
# one ends. The release line of the Procfile has been carried out above.
run_procfile() {
    say "Running the Procfile: $gateways × web, $workers × worker"
    SWITCHBOARD_DEV=$state PYTHONUNBUFFERED=1 "$root/.venv/bin/honcho" start --port "$port" \
        --concurrency "web=$gateways,worker=$workers" web worker </dev/null &
    procfile_pid=$!
}

wait_until_ready() {
    local waited candidate
    for ((candidate = port; candidate < port + gateways; candidate++)); do
        for ((waited = 0; waited < 600; waited++)); do
            [[ $(http_status "$candidate" /health/ready) == 200 ]] && break
            pid_alive "$procfile_pid" || die "A process ended before it was ready; its last lines are above."
            sleep 0.1
        done
        ((waited < 600)) || die "The gateway on port $candidate was not ready within a minute." \
            "What it says: http://127.0.0.1:$candidate/health/ready" "More: .build/release/switchboard doctor"
    done
}

print_addresses() {
    local candidate others=''
    for ((candidate = port + 1; candidate < port + gateways; candidate++)); do
        others+="http://127.0.0.1:$candidate/  "
    done
    cat <<READY

    ${bold}Switchboard is ready.${plain}

    Demo shop with the widget   ${bold}http://127.0.0.1:$port/${plain}
    Dashboard for the staff     ${bold}http://127.0.0.1:$port/dashboard${plain}
${others:+    Further gateways            $others
}
    Log in as   ann@example.com or bob@example.com (agents), admin@example.com (administrator)
    Password    switchboard

    E-mails are written to ${MAIL_FOLDER#"$root"/}/ · Ctrl-C stops everything

READY
}

wait_for_the_end() {
    local result=0
    wait "$procfile_pid" || result=$?
    die "The Procfile's processes have ended (status $result); their last lines are above."
}

# Clients of the servers first, then the servers, each by its pid.
stop_all() {
    local result=$?
    trap - EXIT
    trap '' INT TERM HUP
    if [[ -n ${procfile_pid:-} ]]; then
        say "Stopping"
        stop_pid TERM "$procfile_pid" 40
        stop_marked
    fi
    if ((${#private[@]} > 0)); then
        "$root/bin/services" stop "$state" "${private[@]}" || true
    fi
    rm -f "$state/dev.pid"
    exit "$result"
}
