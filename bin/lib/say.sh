# How the commands in bin/ talk: one line per step, a clear last word when something is missing.

if [[ -t 1 && -z ${NO_COLOR:-} ]]; then
    bold=$'\e[1m' dim=$'\e[2m' red=$'\e[31m' green=$'\e[32m' yellow=$'\e[33m' plain=$'\e[0m'
else
    bold='' dim='' red='' green='' yellow='' plain=''
fi

say() { printf '%s==>%s %s\n' "$green" "$plain" "$*"; }
note() { printf '    %s\n' "$*"; }
warn() { printf '%s==> %s%s\n' "$yellow" "$*" "$plain" >&2; }

# die "what is wrong" "what to do" …  Every further argument is a line of the way out.
die() {
    printf '%s==> %s%s\n' "$red" "$1" "$plain" >&2
    shift
    (($# == 0)) || printf '    %s\n' "$@" >&2
    exit 1
}
