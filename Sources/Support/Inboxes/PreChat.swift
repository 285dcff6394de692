/// What a visitor is asked before the first message, as the inbox's settings have it and the widget shows it.
package struct PreChat: Codable, Sendable, Equatable {
    package struct Field: Codable, Sendable, Equatable {
        /// `name` and `email` are the contact's own; every other one becomes an attribute.
        package var name: String
        package var label: String
        /// `text` when it is not said; else `email`, `tel`, `url`, `number`, `select` or `textarea`.
        package var type: String?
        package var required: Bool?
        /// What there is to choose from, of a `select`.
        package var options: [String]?
    }

    package var fields: [Field]
    /// What the visitor has to agree to. When they did becomes the attribute `consent`.
    package var consent: String?
}
