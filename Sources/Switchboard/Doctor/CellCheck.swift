/// Whether there are as many cells as accounts need: what is said in a cell beyond the last one reaches nobody's database.
struct CellCheck: Sendable {
    let house: House

    /// Nil where PostgreSQL does not answer or has not been migrated, which is told elsewhere.
    var finding: Finding? {
        get async {
            guard let highest = await highest else { return nil }
            let cells = house.settings.support.cells
            return highest < cells
                ? .right("cells", "\(cells), and no account is beyond them")
                : .wrong(
                    "cells", "an account is in cell \(highest), and there are \(cells) from 0 on",
                    "set redis.cells (REDIS_CELLS) to \(highest + 1) or more, for all processes")
        }
    }

    /// For the start of a worker, which writes the cells' journals to PostgreSQL.
    func require() async throws {
        guard let finding = await finding, finding.verdict == .wrong else { return }
        throw SettingsError(["\(finding.observation): \(finding.advice ?? "")"])
    }

    private var highest: Int? {
        get async {
            do {
                return try await house.postgres.query("SELECT max(cell) AS highest FROM accounts").first?
                    .decode("highest", as: Int?.self) ?? 0
            } catch { return nil }
        }
    }
}
