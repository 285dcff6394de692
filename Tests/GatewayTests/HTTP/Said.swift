import Foundation
import NIOCore

/// JSON that the gateway said, asked by path: `said["error", "code"]`.
struct Said: Sendable, CustomStringConvertible {
    let description: String

    init(_ text: String) { description = text }
    init(_ bytes: ByteBuffer) { self.init(String(buffer: bytes)) }

    /// A text as it stands in JSON, quotes included.
    static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }

    /// A string or a number at a path, as text; nil when there is none, or null.
    subscript(_ path: String...) -> String? {
        switch value(path) {
        case let text as String: text
        case let number as NSNumber: number.stringValue
        default: nil
        }
    }

    func keys(_ path: String...) -> Set<String> {
        Set((value(path) as? [String: Any] ?? [:]).keys)
    }

    /// The same member of each object in a list.
    func each(_ member: String, of path: String...) -> [String?] {
        (value(path) as? [[String: Any]] ?? []).map { object in
            (object[member] as? String) ?? (object[member] as? NSNumber)?.stringValue
        }
    }

    private func value(_ path: [String]) -> Any? {
        var value: Any? = try? JSONSerialization.jsonObject(
            with: Data(description.utf8), options: .fragmentsAllowed)  // what is no JSON has no members
        for name in path {
            if let list = value as? [Any], let index = Int(name), list.indices.contains(index) {
                value = list[index]
            } else {
                value = (value as? [String: Any])?[name]
            }
        }
        return value
    }
}
