import FoundationEssentials

/// All scripts of a folder, read and checked once at boot.
package struct ScriptLibrary: Sendable {
    private let scripts: [String: RedisScript]

    /// Reads every `.lua` file below `directory`. Blocks on the disk: for the start of the process only.
    ///
    /// Throws `.configuration` with the faults of all files when one cannot be read or has a malformed header.
    package init(directory: String) throws(RedisError) {
        var scripts: [String: RedisScript] = [:]
        var sources: [String: String] = [:]
        var parts: [String: String] = [:]
        var faults: [String] = []
        for path in try Self.files(in: directory) {
            do {
                let source = try String(contentsOfFile: "\(directory)/\(path)", encoding: .utf8)
                if path.hasSuffix(ScriptParts.suffix) {
                    parts[String(path.dropLast(ScriptParts.suffix.count))] = source
                } else {
                    sources[String(path.dropLast(".lua".count))] = source
                }
            } catch {
                faults.append("\(directory)/\(path): \(error)")
            }
        }
        let library = ScriptParts(parts)
        for (name, source) in sources.sorted(by: { $0.key < $1.key }) {
            do throws(RedisError) {
                scripts[name] = try RedisScript(name: name, source: source, parts: library)
            } catch {
                faults.append(error.message)
            }
        }
        guard faults.isEmpty else { throw RedisError(.configuration, faults.joined(separator: "\n")) }
        self.scripts = scripts
    }

    /// In the order of their names.
    package var all: [RedisScript] { scripts.values.sorted { $0.name < $1.name } }

    /// The script called `name` (`messages/send`); `.configuration` when there is none.
    package func script(_ name: String) throws(RedisError) -> RedisScript {
        guard let script = scripts[name] else {
            throw RedisError(.configuration, "there is no script \(name).lua in the library")
        }
        return script
    }

    private static func files(in directory: String) throws(RedisError) -> [String] {
        do {
            let paths = try FileManager.default.subpathsOfDirectory(atPath: directory)
            return paths.filter { $0.hasSuffix(".lua") }.sorted()
        } catch {
            throw RedisError(.configuration, "the scripts in \(directory) cannot be read: \(error)")
        }
    }
}
