/// What the comment on top of a Lua script promises:
///
///     -- offer.lua: give the oldest waiting conversation to the least busy agent with room.
///     --
///     -- KEYS[1]  {c0}:waiting  zset  conversation -> waiting since, ms
///     -- KEYS[2..]  one queue each             (open: none or more from here on)
///     -- ARGV[1]  now, ms     ARGV[2]  offer lasts, ms
///     --
///     -- Returns  {"offered", conversation, agent} | {"empty"}
///
/// It is read when the process starts, so that a header that has drifted from its script stops the start and
/// not a chat.
package struct ScriptHeader: Sendable, Equatable {
    /// Positional inputs 1…count; `isOpen` when more may follow.
    package struct Inputs: Sendable, Equatable {
        package var count = 0
        package var isOpen = false
    }

    package let purpose: String
    package let keys: Inputs
    package let arguments: Inputs
    /// The words that answers begin with: `offered`, `empty`. None for a script that returns a plain value.
    package let words: [String]

    init(of source: String, name: String) throws(RedisError) {
        let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
        let comment = lines.prefix { $0.hasPrefix("--") }.map { $0.dropFirst(2) }
        let code = lines.dropFirst(comment.count).map(Self.withoutComment).joined(separator: "\n")
        var faults: [String] = []

        let file = (name.split(separator: "/").last ?? "") + ".lua"
        let start = "\(file): "
        let title = comment.first.map { $0.drop { $0 == " " } } ?? ""
        purpose = title.hasPrefix(start) ? String(title.dropFirst(start.count)) : ""
        if purpose.isEmpty { faults.append("the first line is not \"-- \(file): purpose\"") }

        keys = Self.inputs("KEYS", in: comment, code, &faults)
        arguments = Self.inputs("ARGV", in: comment, code, &faults)

        let returns = comment.drop { !$0.hasPrefix(" Returns") }
        if returns.isEmpty { faults.append("there is no \"-- Returns\" line") }
        words = Self.words(in: returns)

        guard faults.isEmpty else {
            throw RedisError(.configuration, "lua/\(name).lua: \(faults.joined(separator: "; "))")
        }
    }

    /// The declared inputs of one kind, which must be 1, 2, 3 … in this order and be those that the code reads.
    private static func inputs(
        _ kind: String, in comment: [Substring], _ code: String, _ faults: inout [String]
    ) -> Inputs {
        let declared = comment.flatMap { indices(of: kind, in: $0) }
        var inputs = Inputs()
        for index in declared {
            guard let number = index.number, number == inputs.count + 1, !inputs.isOpen else {
                faults.append("\(kind) are not numbered 1, 2, 3 … at \(kind)[\(index.text)]")
                return inputs
            }
            if index.isOpen { inputs.isOpen = true } else { inputs.count = number }
        }
        let used = indices(of: kind, in: code)
        if let beyond = used.compactMap(\.number).max(), beyond > inputs.count, !inputs.isOpen {
            faults.append("the code reads \(kind)[\(beyond)], which the header does not name")
        }
        // A bare KEYS or a computed index may read any of them.
        if used.allSatisfy({ $0.number != nil }) {
            let read = Set(used.compactMap(\.number))
            for number in 1..<(inputs.count + 1) where !read.contains(number) {
                faults.append("the header names \(kind)[\(number)], which the code never reads")
            }
        }
        return inputs
    }

    private struct Index {
        /// Nil when it is no number: a variable, or no bracket at all.
        let number: Int?
        let isOpen: Bool
        let text: Substring
    }

    private static func indices(of kind: String, in text: some StringProtocol) -> [Index] {
        Substring(text).ranges(of: kind).map { range in
            let rest = Substring(text)[range.upperBound...]
            guard rest.hasPrefix("["), let close = rest.firstIndex(of: "]") else {
                return Index(number: nil, isOpen: false, text: "")
            }
            let inside = rest[..<close].dropFirst()
            let isOpen = inside.hasSuffix("..")
            return Index(number: Int(isOpen ? inside.dropLast(2) : inside), isOpen: isOpen, text: inside)
        }
    }

    /// The first string of every `{"word"` from `Returns` to the end of its paragraph or the next label.
    private static func words(in lines: ArraySlice<Substring>) -> [String] {
        var words: [String] = []
        for (offset, line) in lines.enumerated() {
            let isLabelOrBlank = line.dropFirst().first.map { $0 != " " } ?? true
            if offset > 0, isLabelOrBlank { break }
            for range in line.ranges(of: "{\"") {
                let word = String(line[range.upperBound...].prefix { $0 != "\"" })
                if !words.contains(word) { words.append(word) }
            }
        }
        return words
    }

    private static func withoutComment(_ line: Substring) -> Substring {
        line.firstRange(of: "--").map { line[..<$0.lowerBound] } ?? line
    }
}
