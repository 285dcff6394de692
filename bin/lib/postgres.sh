# A private PostgreSQL: 127.0.0.1, a port and a password of its own, everything under one folder.
#
#   postgres/data   the cluster     postgres/port, postgres/password     postgres/postgres.log
#
# PostgreSQL refuses to run as root, so root runs it as the user that its package made.

postgres_packages=(
    "postgresql=the private PostgreSQL; no cluster is created, nothing is started as a service"
)

# The newest installed server's programs, wherever the system keeps them.
postgres_bin() {
    local newest
    newest=$(printf '%s\n' /usr/lib/postgresql/*/bin/postgres | sort -V | tail -1)
    [[ -x $newest ]] || newest=$(command -v postgres) || die "PostgreSQL's server programs are not installed."
    dirname "$(readlink -f "$newest")"
}

postgres_running() { pid_in "$1/postgres/data" "$(postmaster_pid "$1")"; }

postmaster_pid() { head -1 "$1/postgres/data/postmaster.pid" 2>/dev/null || true; }

start_postgres() {
    local home=$1/postgres tries data
    postgres_running "$1" && return
    mkdir -p "$home"
    create_cluster "$home"
    data=$(readlink -f "$home/data")
    # Left behind by a crash; the pid in it may belong to somebody else by now.
    rm -f "$data/postmaster.pid"
    for ((tries = 0; tries < 5; tries++)); do
        if [[ ! -s $home/port ]] || port_taken "$(<"$home/port")"; then
            free_port >"$home/port"
        fi
        if as_postgres "$(postgres_bin)/pg_ctl" --silent --wait --timeout 60 -D "$data" \
            -o "-p $(<"$home/port")" -l "$data/postgres.log" start >/dev/null; then
            create_database "$1"
            return
        fi
    done
    die "The private PostgreSQL does not start. The end of $data/postgres.log:" \
        "$(tail -5 "$data/postgres.log")"
}

# initdb works in a folder of another name, so an interrupted one never looks like a cluster.
create_cluster() {
    local home=$1 place
    [[ -s $home/data/PG_VERSION ]] && return
    [[ -s $home/password ]] || (umask 077 && random_word >"$home/password")
    place=$(cluster_place "$home")
    rm -rf "$place.new" "$place.password"
    mkdir -p "$place.new"
    install -m 600 "$home/password" "$place.password"
    ((EUID != 0)) || chown postgres: "$place.new" "$place.password"
    as_postgres "$(postgres_bin)/initdb" -D "$place.new" --username postgres --encoding UTF8 \
        --locale C.UTF-8 --auth scram-sha-256 --pwfile "$place.password" >/dev/null ||
        die "PostgreSQL could not create a cluster in $place.new."
    rm -f "$place.password"
    cat >>"$place.new/postgresql.conf" <<'CONF'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
timezone = 'UTC'
log_timezone = 'UTC'
CONF
    rm -rf "$place"
    mv "$place.new" "$place"
    [[ $place == "$home/data" ]] || ln -sfn "$place" "$home/data"
}

# Where the data goes: beside the rest, unless the user postgres may not enter that folder (a clone under
# /root), in which case it lies in /var/lib/switchboard and a link stands in its place.
cluster_place() {
    if ((EUID != 0)) || as_postgres test -x "$1"; then
        echo "$1/data"
    else
        local elsewhere=/var/lib/switchboard
        mkdir -p "$elsewhere"
        echo "$elsewhere/$(printf '%s' "$1" | sha256sum | cut -c1-16)"
    fi
}

# The application's role owns its database but is no superuser: row-level security binds it as in production.
create_database() {
    local password
    password=$(<"$1/postgres/password")
    postgres_sql "$1" <<SQL
SELECT 'CREATE ROLE switchboard LOGIN CREATEDB CREATEROLE PASSWORD ''$password'''
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'switchboard') \\gexec
SELECT 'CREATE DATABASE switchboard OWNER switchboard'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'switchboard') \\gexec
SQL
}

postgres_sql() {
    PGPASSWORD=$(<"$1/postgres/password") psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 \
        --host 127.0.0.1 --port "$(<"$1/postgres/port")" --username postgres --dbname postgres
}

postgres_url() {
    echo "postgresql://switchboard:$(<"$1/postgres/password")@127.0.0.1:$(<"$1/postgres/port")/switchboard"
}

# INT is PostgreSQL's fast shutdown: sessions are ended, everything is written.
stop_postgres() {
    postgres_running "$1" || return 0
    stop_pid INT "$(postmaster_pid "$1")" 30
}

as_postgres() {
    if ((EUID == 0)); then
        (cd / && runuser --user postgres -- "$@")
    else
        "$@"
    fi
}
