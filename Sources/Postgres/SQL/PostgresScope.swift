/// The role and the settings that one statement or one transaction runs under.
///
/// Row-level security reads them (`current_setting('app.account_id')`). They are set *locally*, in the
/// transaction of the statement itself and in the same round trip, so they end with it and the next user of
/// the connection can see nothing of them.
package struct PostgresScope: Sendable {
    package static let none = PostgresScope()

    let role: String?
    let settings: [(name: String, value: String)]

    package init(role: String? = nil, settings: [(name: String, value: String)] = []) {
        self.role = role
        self.settings = settings
    }

    /// The statement that opens the scope, to be sent ahead of the work; `nil` for `.none`.
    var opening: SQL? {
        // The role comes last: it may lack the right to change the settings before it.
        let all = settings + (role.map { [(name: "role", value: $0)] } ?? [])
        guard let first = all.first else { return nil }
        return all.dropFirst().reduce("SELECT set_config(\(first.name), \(first.value), true)") {
            $0 + ", set_config(\($1.name), \($1.value), true)"
        }
    }
}
