/// Agents who share conversations: sales, second level.
package struct Team: Codable, Sendable, Identifiable {
    package typealias ID = Identifier<Team>

    package let id: ID
    package let name: String
    /// In the order of their ids.
    package let agentIDs: [Agent.ID]

    enum CodingKeys: String, CodingKey {
        case id, name
        case agentIDs = "agent_ids"
    }
}
