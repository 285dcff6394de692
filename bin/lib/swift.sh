# The compiler and the release binary.

need_swift() {
    if ! command -v swift >/dev/null; then
        die "Swift 6.2 or newer is needed, and no 'swift' is on the PATH." \
            "Install it from https://www.swift.org/install/linux/ (swiftly, or the archive for your system)," \
            "see that 'swift --version' answers, and run this again."
    fi
    local version
    version=$(swift --version 2>/dev/null | sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' | head -1)
    if [[ $(printf '6.2\n%s\n' "$version" | sort -V | head -1) != 6.2 ]]; then
        die "Swift 6.2 or newer is needed; 'swift --version' says ${version:-nothing that can be read}." \
            "A newer one: https://www.swift.org/install/linux/"
    fi
}

build_packages=(
    "libhiredis-dev=the Redis protocol codec that Sources/Redis is built on"
    "libpq-dev=the PostgreSQL client library of Sources/Postgres"
    "libssl-dev=the cryptography of Sources/Secrets"
    "pkg-config=tells the Swift build where those three are"
)

# release_build: the binary that bin/dev runs and the scenarios test. SwiftPM compiles everything anew when the
# colour of its diagnostics changes, as it does by itself between a terminal and a log file; so it is fixed.
release_build() { swift build -c release --product switchboard --no-color-diagnostics; }
