import Support
import Synchronization

/// Counts the sessions of a gateway by who they belong to and where they come from, so that neither one person nor
/// one address can take all of it. Each gateway counts for itself.
final class Seats: Sendable {
    private struct State {
        var principals: [Principal.ID: Int] = [:]
        var addresses: [String: Int] = [:]
    }

    private let perPrincipal: Int
    private let perAddress: Int
    private let state = Mutex(State())

    init(_ limits: CableLimits) {
        perPrincipal = limits.sessionsPerPrincipal
        perAddress = limits.sessionsPerAddress
    }

    /// Returns false, and counts nothing, when there are enough already. Whoever got true calls `leave` once.
    func take(_ principal: Principal, _ address: String) -> Bool {
        state.withLock { state in
            guard state.principals[principal.id, default: 0] < perPrincipal,
                state.addresses[address, default: 0] < perAddress
            else { return false }
            state.principals[principal.id, default: 0] += 1
            // What nobody knows is not one address.
            if address != ClientAddress.unknown { state.addresses[address, default: 0] += 1 }
            return true
        }
    }

    func leave(_ principal: Principal, _ address: String) {
        state.withLock { state in
            Self.decrement(&state.principals, principal.id)
            Self.decrement(&state.addresses, address)
        }
    }

    /// Both tables, to be looked at from a test: they must be empty when nobody is there.
    var taken: (principals: Int, addresses: Int) {
        state.withLock { ($0.principals.count, $0.addresses.count) }
    }

    private static func decrement<Key: Hashable>(_ counts: inout [Key: Int], _ key: Key) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }
}
