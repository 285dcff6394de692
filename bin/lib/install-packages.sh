# Run as root by packages.sh. Installs the named packages without starting any service: the servers that
# bin/ runs are private ones in the project's own folder, and a machine's own are nobody's business here.
set -euo pipefail

# Debian asks this file before it starts a service; 101 forbids it. One that is there already stays.
policy=/usr/sbin/policy-rc.d
if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi

# Installing the PostgreSQL server would otherwise create a cluster of its own.
cluster_settings=/etc/postgresql-common/createcluster.conf
if [[ ! -e $cluster_settings && " $* " == *" postgresql "* ]]; then
    mkdir -p "${cluster_settings%/*}"
    echo 'create_main_cluster = false' >"$cluster_settings"
fi

export DEBIAN_FRONTEND=noninteractive
options=(-qq -y --no-install-recommends -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confold)
# The lists may be old or absent; only a fresh machine pays for fetching them.
apt-get "${options[@]}" install "$@" 2>/dev/null || {
    apt-get -qq update
    apt-get "${options[@]}" install "$@"
}

# Nor should they start with the machine.
if [[ -d /run/systemd/system ]]; then
    for service in redis-server postgresql; do
        if [[ " $* " == *" $service "* ]]; then
            systemctl disable --quiet "$service" || true
        fi
    done
fi
