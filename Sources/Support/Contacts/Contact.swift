/// The person who writes; anonymous until identified.
package struct Contact: Codable, Sendable, Identifiable {
    package typealias ID = Identifier<Contact>
    package let id: ID
    package var name: String?
    package var email: String?

    package init(id: ID, name: String? = nil, email: String? = nil) {
        self.id = id
        self.name = name
        self.email = email
    }

    /// Null stands for what is not known, so that clients find every field.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(id, forKey: .id)
        try container.encode(name, forKey: .name)
        try container.encode(email, forKey: .email)
    }

    enum CodingKeys: CodingKey { case id, name, email }
}
