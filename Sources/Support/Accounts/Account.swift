import Realtime

/// A tenant; owns everything below it.
package struct Account: Codable, Sendable, Identifiable {
    package typealias ID = Identifier<Account>
    package let id: ID
    package let name: String
}
