/// What a caller waits in line with. Each piece is answered once, on the thread that took it.
enum PoolWork: Sendable {
    /// Statements that form one implicit transaction; neighbours in the line may share a round trip.
    case statements([SQL], answer: @Sendable (Result<[PostgresRows], PostgresError>) -> Void)
    /// A connection for oneself, or the reason why there is none.
    case session(@Sendable (SessionOffer) -> Void)

    func refuse(_ error: PostgresError) {
        switch self {
        case .statements(_, let answer): answer(.failure(error))
        case .session(let body): body(.refused(error))
        }
    }
}

/// Not a `Result`, which would have to be `Sendable` to be passed here; this never leaves its thread.
enum SessionOffer {
    case granted(PostgresConnection)
    case refused(PostgresError)
}
