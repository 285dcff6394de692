/// Brings the schema of a database up to the migrations in a directory.
///
/// Forward only: a migration once applied is never edited or removed, a mistake is mended by the next one. Each
/// runs in a transaction of its own together with its line in `schema_migrations`, so it is there wholly or not
/// at all. An advisory lock lets any number of processes start at once: one works, the others wait and then
/// find nothing to do.
package struct Migrator: Sendable {
    private let migrations: [Migration]

    /// Any fixed number will do, as long as nothing else in the database locks it.
    private static let lock = 7_309_940_775_215_816

    /// Reads the directory; throws `.migration` when the files do not form a sequence.
    package init(directory: String) throws(PostgresError) {
        migrations = try Migration.load(from: directory)
    }

    /// Applies what is missing and returns its names, none when the schema was up to date.
    ///
    /// Works on a connection of its own, with no statement timeout: building an index may take its time.
    /// Throws `.migration` when the database and the directory contradict each other.
    @discardableResult
    package func run(on pool: PostgresPool) async throws(PostgresError) -> [String] {
        try await withOwnConnection(like: pool) { connection throws(PostgresError) in
            // Ends with the session, so not even a crash leaves it held.
            try connection.query("SELECT pg_advisory_lock(\(Self.lock))")
            try connection.query(
                """
                CREATE TABLE IF NOT EXISTS schema_migrations (
                    number int PRIMARY KEY,
                    name text NOT NULL,
                    checksum text NOT NULL,
                    applied_at timestamptz NOT NULL DEFAULT now()
                )
                """)
            let missing = try missing(on: connection)
            for (migration, checksum) in missing { try apply(migration, checksum, on: connection) }
            return missing.map(\.migration.name)
        }
    }

    /// What `run` would apply now.
    package func pending(on pool: PostgresPool) async throws(PostgresError) -> [String] {
        try await withOwnConnection(like: pool) { connection throws(PostgresError) in
            try missing(on: connection).map(\.migration.name)
        }
    }

    private func apply(
        _ migration: Migration, _ checksum: String, on connection: PostgresConnection
    ) throws(PostgresError) {
        do {
            try connection.transaction { connection in
                // Sends BEGIN along, before the script goes out by the simple protocol.
                try connection.query(
                    """
                    INSERT INTO schema_migrations (number, name, checksum)
                    VALUES (\(migration.number), \(migration.name), \(checksum))
                    """)
                try connection.runScript(migration.sql)
            }
        } catch let error as PostgresError {
            var named = error
            named.message = "\(migration.name): \(error.message)"
            if error.code == .transactionAborted { named.code = .migration }
            throw named
        } catch {
            throw PostgresError(.migration, "\(migration.name): \(error)")
        }
    }

    /// The migrations after the last applied one, with their checksums, once both sides are seen to agree.
    private func missing(
        on connection: PostgresConnection
    ) throws(PostgresError) -> [(migration: Migration, checksum: String)] {
        let checksums = try checksums(on: connection)
        let exists: Bool = try connection.query(
            "SELECT to_regclass('schema_migrations') IS NOT NULL AS there")[0]
            .decode("there")
        guard exists else { return Array(zip(migrations, checksums)) }
        let applied = try connection.query(
            "SELECT number, name, checksum FROM schema_migrations ORDER BY number")
        for (index, row) in applied.enumerated() {
            let (number, name): (Int, String) = (try row.decode("number"), try row.decode("name"))
            guard number == index + 1 else {
                throw PostgresError(
                    .migration, "the database lacks number \(index + 1) but has \(name): applied out of order"
                )
            }
            guard index < migrations.count else {
                throw PostgresError(.migration, "the database is newer than this program: it has \(name)")
            }
            guard migrations[index].name == name else {
                throw PostgresError(
                    .migration, "\(migrations[index].name) was applied under the name \(name)")
            }
            guard try row.decode("checksum", as: String.self) == checksums[index] else {
                throw PostgresError(
                    .migration, "\(name) was edited after it had been applied; write a new one")
            }
        }
        return Array(zip(migrations, checksums).dropFirst(applied.count))
    }

    /// SHA-256 of each file in hexadecimal, reckoned by the server: this room has no hash function of its own.
    private func checksums(on connection: PostgresConnection) throws(PostgresError) -> [String] {
        let files = migrations.map { Array($0.sql.utf8) }
        let rows = try connection.query(
            """
            SELECT encode(sha256(file), 'hex') AS checksum
            FROM unnest(\(files)) WITH ORDINALITY AS files (file, position) ORDER BY position
            """)
        var checksums: [String] = []
        for row in rows { checksums.append(try row.decode("checksum")) }
        return checksums
    }

    private func withOwnConnection<Value: Sendable>(
        like pool: PostgresPool,
        _ body: @escaping @Sendable (PostgresConnection) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        var configuration = pool.configuration
        configuration.statementTimeout = nil
        do {
            return try await PostgresThread.run("postgres-migrator") { [configuration] in
                try body(try PostgresConnection(configuration))
            }
        } catch let error as PostgresError {
            throw error
        } catch {
            throw PostgresError(.migration, "\(error)")
        }
    }
}
