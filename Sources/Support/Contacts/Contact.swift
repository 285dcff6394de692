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
}
