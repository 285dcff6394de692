/// A member of staff in one account.
package struct Agent: Codable, Sendable, Identifiable {
    package typealias ID = Identifier<Agent>
    package let id: ID
    package let name: String
    package let email: String
    package let role: Role
}

/// What a member of staff may do; each role may do what the one below it may.
package enum Role: String, Codable, Sendable, Comparable {
    case agent, supervisor, administrator

    private var rank: Int {
        switch self {
        case .agent: 0
        case .supervisor: 1
        case .administrator: 2
        }
    }

    package static func < (a: Role, b: Role) -> Bool { a.rank < b.rank }
}
