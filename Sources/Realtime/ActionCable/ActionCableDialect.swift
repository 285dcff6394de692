/// The two versions of ActionCable's protocol that are spoken here.
package enum ActionCableDialect: String, CaseIterable, Sendable {
    /// Rails' own.
    case plain = "actioncable-v1-json"
    /// AnyCable's extension of it: positions, history, and sessions that can be restored.
    case extended = "actioncable-v1-ext-json"

    /// The first one offered that is known. No common name: Rails answers without one, and takes it for its own.
    package static func chosen(from offered: [String]) -> ActionCableDialect? {
        offered.lazy.compactMap(ActionCableDialect.init(rawValue:)).first
    }
}
