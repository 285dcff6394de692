# The parts of bin/test. Each is a few steps; a step is named, timed, logged, and the first that fails ends
# the run with the end of its log.

# install_for PART…: everything that those parts need, asked for at once.
install_for() {
    local part packages=()
    for part in "$@"; do
        case $part in
        unit | fuzz) packages+=("${build_packages[@]}") ;;
        integration) packages+=("${build_packages[@]}" "${redis_packages[@]}" "${postgres_packages[@]}") ;;
        web) packages+=("${python_packages[@]}") ;;
        browser | compat | conformance | faults)
            packages+=("${build_packages[@]}" "${redis_packages[@]}" "${postgres_packages[@]}"
                "${python_packages[@]}" "${scenario_packages[@]}")
            ;;
        esac
    done
    need_packages "${packages[@]}"
    [[ $* == web ]] || need_swift
}

scenario_packages=(
    "chromium=the browser of the scenarios"
    "ruby-sidekiq=the real Sidekiq, with which workers share their Redis"
    "puma=serves its Web page to the scenarios"
    "ruby-actioncable=carries @rails/actioncable's own JavaScript, which must be able to speak with us"
)

test_format() {
    step "format" swift format lint --strict --recursive Sources Tests Package.swift
}

test_unit() {
    build_tests
    step "unit tests" swift test --skip-build --skip IntegrationTests \
        ${runner_options[@]+"${runner_options[@]}"}
    count_tests "unit tests"
}

test_integration() {
    build_tests
    start_servers
    # One after the other: they start, kill and freeze servers, and time-outs of theirs would be of our making.
    step "integration tests" swift test --skip-build --no-parallel --filter IntegrationTests \
        ${runner_options[@]+"${runner_options[@]}"}
    count_tests "integration tests"
}

test_web() {
    step "web" bin/web check ${runner_options[@]+"${runner_options[@]}"}
    count_tests "web"
}

# A run of its own: the browser's driver leaves an event loop in the process, beside which no other can be started.
in_browser=(Tests/Scenario/test_{conversation,company,desk_pages,pages_resume,pages_poll,jobs_page,team_page,settings_page,widget,widget_anywhere,widget_storms,sdk}.py)
test_browser() { test_scenario "browser" "${in_browser[@]}"; }
with_strangers=(Tests/Scenario/test_{sidekiq,actioncable_client}.py)
test_compat() { test_scenario "compat" "${with_strangers[@]}"; }
test_conformance() { test_scenario "conformance" Tests/Scenario/test_conformance.py; }
# On its own package, so it needs nothing of the others' builds.
test_fuzz() {
    step "fuzz" bin/fuzz ${runner_options[@]+"${runner_options[@]}"}
}

test_faults() {
    test_scenario "faults" Tests/Scenario "${in_browser[@]/#/--ignore=}" \
        "${with_strangers[@]/#/--ignore=}" --ignore=Tests/Scenario/test_conformance.py
}

# test_scenario NAME PYTEST-ARGUMENTS…: on the release binary, which the scenarios start themselves.
test_scenario() {
    local name=$1
    shift
    build_release
    need_venv "$root/Tests/Scenario/requirements.txt"
    step "$name scenarios" .venv/bin/python -m pytest "$@" ${runner_options[@]+"${runner_options[@]}"}
    count_tests "$name scenarios"
}

build_tests() {
    [[ -z ${tests_built:-} ]] || return 0
    step "build of the tests" swift build --build-tests --no-color-diagnostics
    tests_built=yes
}

build_release() {
    [[ -z ${release_built:-} ]] || return 0
    step "release build" release_build
    release_built=yes
}

start_servers() {
    [[ -z ${servers_started:-} ]] || return 0
    servers_started=yes
    step "private servers" "$root/bin/services" start "$state"
    eval "$("$root/bin/services" env "$state")"
}

stop_servers() {
    local result=$?
    trap - EXIT
    trap '' INT TERM HUP
    if [[ -n ${step_pid:-} ]]; then
        stop_pid TERM "$step_pid" 30
    fi
    if [[ -n ${servers_started:-} ]]; then
        "$root/bin/services" stop "$state" || true
    fi
    exit "$result"
}

# step NAME COMMAND…
step() {
    local name=$1 log started=$SECONDS result=0
    shift
    log=$logs/${name// /-}.log
    say "$name ${dim}$*${plain}"
    "$@" </dev/null >"$log" 2>&1 &
    step_pid=$!
    wait "$step_pid" || result=$?
    step_pid=
    if ((result != 0)); then
        failures_in "$log"
        die "$name failed after $((SECONDS - started)) s (status $result). The whole log: ${log#"$root"/}"
    fi
    closing_lines "$log" | sed 's/^/    /'
    note "$name passed in $((SECONDS - started)) s"
}

# What a reader wants of a failed step: the lines that say what failed, then the end.
failures_in() {
    grep -aE '(error|warning):|✘|^(FAILED|ERROR) |recorded an issue' "$1" | sort -u | head -40 || true
    echo "${dim}--- the end of the log ---${plain}"
    tail -60 "$1"
}

# The runners' own last words: swift test, pytest, node --test.
closing_lines() {
    grep -aE 'Test run with [0-9]+ tests?|^=+ .*[0-9]+ (passed|failed).* =+$|^(#|ℹ) (tests|pass|fail) [0-9]+$|^[0-9]+ (targets )?passed' "$1" || true
}

# Adds the step's passed tests to the total. A step that ran no test has failed, whatever its status says.
count_tests() {
    local passed
    passed=$(closing_lines "$logs/${1// /-}.log" | sed -nE '
        s/.*Test run with ([0-9]+) tests?.*/\1/p
        s/.*[^0-9]([0-9]+) passed.*/\1/p
        s/^([0-9]+) passed.*/\1/p
        s/^(#|ℹ) pass ([0-9]+)$/\2/p' | awk '{ sum += $1 } END { print sum + 0 }')
    ((passed > 0)) || die "$1 ran no test."
    total=$((${total:-0} + passed))
}

sum_up() {
    say "All parts passed in $((SECONDS / 60)) min $((SECONDS % 60)) s: ${parts[*]}"
    if ((${total:-0} > 0)); then
        echo "$total passed, 0 failed"
    fi
}
