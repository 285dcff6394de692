/// What an answer about a chat depends on: while it is equal, so is the answer. A client that polls is told so, and
/// neither is anything built for it nor does it get what it has already.
///
/// It is made of the chat's live state. A change that is to be seen by those who poll has to leave a trace there: a
/// message raises `seq`, receipts and archiving set their fields, the loss of Redis gives a new epoch.
package struct ChatVersion: Sendable, Equatable {
    /// Anything but short; digest it before it goes anywhere.
    package let text: String

    /// Raise it when the answers themselves come to look different, so that nobody keeps the older ones.
    private static let format = 1

    /// Fields of the state that no answer has anything of.
    private static let unseen: Set = ["idle", "tenant", "card", "new", "about"]

    init(_ live: LiveState, for viewer: Sender.Kind, _ range: MessageRange, limit: Int) {
        let state = live.fields.lazy.filter { !Self.unseen.contains($0.key) }
            .map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "\n")
        text = "\(Self.format) \(viewer.rawValue) \(range.text) \(limit) \(live.place ?? 0)\n\(state)"
    }
}

extension MessageRange {
    fileprivate var text: String {
        switch self {
        case .newest: "newest"
        case .after(let seq): "after \(seq)"
        case .before(let seq): "before \(seq)"
        case .since(let moment): "since \(moment.milliseconds)"
        }
    }
}
