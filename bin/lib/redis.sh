# A private Redis: 127.0.0.1, a port and a password of its own, everything under one folder.
#
#   redis/redis.conf   its settings, written anew on every start     redis/port, redis/password
#   redis/appendonlydir  the data                                    redis/redis.log, redis/redis.pid

redis_packages=("redis-server=the private Redis; not started as a service")

redis_running() { pid_in "$1/redis" "$(cat "$1/redis/redis.pid" 2>/dev/null)"; }

start_redis() {
    local home=$1/redis tries
    redis_running "$1" && return
    mkdir -p -m 700 "$home"
    [[ -s $home/password ]] || (umask 077 && random_word >"$home/password")
    for ((tries = 0; tries < 5; tries++)); do
        if [[ ! -s $home/port ]] || port_taken "$(<"$home/port")"; then
            free_port >"$home/port"
        fi
        write_redis_settings "$home"
        redis-server "$home/redis.conf" >>"$home/redis.log" 2>&1 || continue
        wait_for_redis "$1" && return
    done
    die "The private Redis does not start. The end of $home/redis.log:" "$(tail -5 "$home/redis.log")"
}

# The append-only file is the promise "accepted": at most a second of it is lost with the machine, none
# with the process. Nothing is ever evicted, so a full Redis refuses instead of forgetting.
write_redis_settings() {
    cat >"$1/redis.conf" <<CONF
bind 127.0.0.1
port $(<"$1/port")
requirepass $(<"$1/password")
dir "$1"
daemonize yes
pidfile "$1/redis.pid"
logfile "$1/redis.log"
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
client-output-buffer-limit pubsub 256mb 128mb 60
save ""
CONF
    chmod 600 "$1/redis.conf"
}

# Loading a large append-only file takes its time; as long as the process lives, it is waited for.
wait_for_redis() {
    local tries
    for ((tries = 0; tries < 600; tries++)); do
        redis_ping "$1" && return
        ((tries < 20)) || redis_running "$1" || return 1
        sleep 0.1
    done
    return 1
}

redis_ping() {
    [[ $(REDISCLI_AUTH=$(<"$1/redis/password") redis-cli -p "$(<"$1/redis/port")" PING 2>/dev/null) == PONG ]]
}

redis_url() { echo "redis://default:$(<"$1/redis/password")@127.0.0.1:$(<"$1/redis/port")/0"; }

stop_redis() {
    redis_running "$1" || return 0
    stop_pid TERM "$(<"$1/redis/redis.pid")" 20
}
