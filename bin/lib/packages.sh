# System packages (Debian and Ubuntu): what is missing is installed, said aloud, and never started as a
# service. Without root the exact command is printed instead.

# need_packages PACKAGE=WHY …
need_packages() {
    local entry missing=()
    for entry in "$@"; do
        if ! package_installed "${entry%%=*}" && [[ " ${missing[*]} " != *" $entry "* ]]; then
            missing+=("$entry")
        fi
    done
    ((${#missing[@]} > 0)) || return 0
    command -v apt-get >/dev/null || die "These packages are missing, and this machine has no apt-get:" \
        "${missing[@]/=/: }" "Install your system's equivalents and run this again."
    say "System packages that are missing:"
    printf '    %s\n' "${missing[@]/=/: }"
    install_packages "${missing[@]%%=*}"
}

package_installed() {
    [[ $(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

install_packages() {
    if ((EUID != 0)) && ! sudo -n true 2>/dev/null; then
        die "Installing them needs root. Run this once, then start again:" "$(command_for_root "$@")"
    fi
    say "Installing them (a minute or two)"
    local as_root=() log
    ((EUID == 0)) || as_root=(sudo -n)
    log=$(mktemp)
    if ! "${as_root[@]}" bash "$root/bin/lib/install-packages.sh" "$@" >"$log" 2>&1 </dev/null; then
        tail -20 "$log" >&2
        die "apt-get could not install: $*" "Its last messages are above, all of them in $log."
    fi
    rm -f "$log"
}

command_for_root() {
    if [[ " $* " == *" postgresql "* ]]; then
        echo "sudo mkdir -p /etc/postgresql-common &&"
        echo "    echo 'create_main_cluster = false' | sudo tee -a /etc/postgresql-common/createcluster.conf &&"
        printf '    '
    fi
    echo "sudo apt-get update && sudo apt-get install --no-install-recommends $*"
}
