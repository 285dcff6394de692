import Postgres

extension PostgresScope {
    /// Work for one account: as the role that row-level security binds to that account's rows.
    ///
    /// Every query names its `account_id` as well; this is the wall behind it (DESIGN, promise 6).
    package static func account(_ id: Account.ID) -> PostgresScope {
        PostgresScope(role: "switchboard_app", settings: [("switchboard.account_id", id.description)])
    }
}
