# TCP ports on this machine: is one taken, by whom, and which are free. Plain bash and /proc, because a
# fresh machine has neither ss nor curl.

# port_taken PORT: does anything listen on it, on any address?
port_taken() { [[ -n $(port_inode "$1") ]]; }

# port_inode PORT: the socket that listens on PORT (state 0A is LISTEN).
port_inode() {
    local tables=()
    [[ -r /proc/net/tcp ]] && tables+=(/proc/net/tcp)
    [[ -r /proc/net/tcp6 ]] && tables+=(/proc/net/tcp6)
    awk -v port="$(printf ':%04X$' "$1")" '$4 == "0A" && $2 ~ port { print $10; exit }' "${tables[@]}"
}

# port_owner PORT: "pid 123 (nginx -g …)" of whoever listens, as far as this user may see it.
port_owner() {
    local inode fd pid
    inode=$(port_inode "$1")
    fd=$(find /proc/[0-9]*/fd -maxdepth 1 -lname "socket:\[$inode\]" -print -quit 2>/dev/null || true)
    if [[ -z $fd ]]; then
        echo "another user's process"
        return
    fi
    pid=${fd#/proc/}
    pid=${pid%%/*}
    echo "pid $pid ($(tr '\0' ' ' <"/proc/$pid/cmdline" | cut -c1-80 | sed 's/ *$//'))"
}

# free_port: a port that nobody listens on, below the range from which outgoing connections are served.
free_port() {
    local port tries
    for ((tries = 0; tries < 100; tries++)); do
        port=$((20000 + (RANDOM << 15 | RANDOM) % 10000))
        if ! port_taken "$port"; then
            echo "$port"
            return
        fi
    done
    die "No free TCP port between 20000 and 29999."
}

# http_status PORT PATH: the status of GET PATH, or nothing when nobody answers within two seconds.
http_status() {
    timeout 2 bash -c '
        exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 0
        printf "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n" "$2" >&3
        read -r _ status _ <&3 && echo "$status"
        cat <&3 >/dev/null
    ' http_status "$1" "$2" 2>/dev/null || true
}
