/// Lua that several scripts are made of: `lua/assignment/desk.part.lua` stands where a script says
/// `--include assignment/desk` on a line of its own.
///
/// Redis knows no modules, and a script must be one text, named by its hash. A part is put in where it is needed, so a
/// branch that is rarely taken costs nothing while it is not. A part reads no KEYS and no ARGV: what it works on, the
/// script's header names.
package struct ScriptParts: Sendable {
    /// What the file of a part ends with; without it, it would be a script.
    static let suffix = ".part.lua"
    private static let directive = "--include "
    private let texts: [String: String]

    /// - Parameter files: the text of each part, by its path without the suffix.
    package init(_ files: [String: String] = [:]) { texts = files }

    /// `source` with its parts put in, and theirs. The comment on top of a part stays behind.
    ///
    /// Throws `.configuration` for a part that is not there, that reads inputs, or that includes itself.
    func expand(_ source: String, of name: String) throws(RedisError) -> String {
        guard source.contains(Self.directive) else { return source }
        return try expand(source, of: name, within: [])
    }

    private func expand(_ source: String, of name: String, within outer: [String]) throws(RedisError)
        -> String
    {
        var lines: [Substring] = []
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
            let words = line.drop { $0 == " " }
            guard words.hasPrefix(Self.directive) else {
                lines.append(line)
                continue
            }
            let part = String(words.dropFirst(Self.directive.count))
            guard let text = texts[part] else {
                throw RedisError(.configuration, "lua/\(name).lua: there is no part \(part)\(Self.suffix)")
            }
            guard !outer.contains(part) else {
                throw RedisError(.configuration, "lua/\(name).lua: the part \(part) includes itself")
            }
            let body = text.split(separator: "\n", omittingEmptySubsequences: false).drop {
                $0.hasPrefix("--")
            }
            guard !body.contains(where: { $0.contains("KEYS") || $0.contains("ARGV") }) else {
                throw RedisError(
                    .configuration, "lua/\(part)\(Self.suffix): a part reads no KEYS and no ARGV")
            }
            lines.append(
                Substring(try expand(body.joined(separator: "\n"), of: name, within: outer + [part])))
        }
        return lines.joined(separator: "\n")
    }
}
