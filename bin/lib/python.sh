# Python tools live in .venv, pinned; nothing is installed into the system's Python.

python_packages=()
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then
    python_packages=(
        "python3=runs the Procfile runner and the scenarios"
        "python3-venv=keeps their packages in .venv, apart from the system's"
    )
fi

# need_venv REQUIREMENTS-FILE: the packages of that file are in .venv. Costs nothing the second time.
need_venv() {
    local requirements=$1 stamp
    if ! [[ -x $root/.venv/bin/python ]] || ! "$root/.venv/bin/python" -c 'import pip' 2>/dev/null; then
        rm -rf "$root/.venv"
        python3 -m venv "$root/.venv"
    fi
    stamp=$root/.venv/installed-$(sha256sum "$requirements" | cut -c1-16)
    [[ -e $stamp ]] && return
    say "Installing Python tools into .venv (${requirements#"$root"/})"
    "$root/.venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements" ||
        die "pip could not install ${requirements#"$root"/}" "Its messages are above; mend them and run this again."
    touch "$stamp"
}
