import Foundation

/// One step of the schema: `sql/migrations/0007_add_labels.sql` is number 7.
struct Migration: Sendable, Equatable {
    let number: Int
    /// The file's name without `.sql`.
    let name: String
    let sql: String

    /// Reads a directory of them in order. The numbers must run from 1 without a gap or a repetition, so that
    /// two branches that both added "the next one" are noticed when they meet.
    static func load(from directory: String) throws(PostgresError) -> [Migration] {
        let files: [String]
        do {
            files = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw PostgresError(.migration, "cannot read the migrations in \(directory)")
        }
        var migrations: [Migration] = []
        for file in files where file.hasSuffix(".sql") {
            migrations.append(try Migration(directory: directory, file: file))
        }
        migrations.sort { ($0.number, $0.name) < ($1.number, $1.name) }
        for (index, migration) in migrations.enumerated() where migration.number != index + 1 {
            throw PostgresError(
                .migration,
                "\(migration.name) stands where number \(index + 1) should: no gaps, no repetitions")
        }
        return migrations
    }

    init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    private init(directory: String, file: String) throws(PostgresError) {
        let name = String(file.dropLast(4))
        let digits = name.prefix { $0.isASCII && $0.isNumber }
        guard digits.count == 4, let number = Int(digits), name.dropFirst(4).first == "_" else {
            throw PostgresError(.migration, "\(file) is not named like 0001_what_it_does.sql")
        }
        do {
            let sql = try String(contentsOfFile: "\(directory)/\(file)", encoding: .utf8)
            self.init(number: number, name: name, sql: sql)
        } catch {
            throw PostgresError(.migration, "cannot read \(file)")
        }
    }
}
