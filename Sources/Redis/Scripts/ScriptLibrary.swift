import FoundationEssentials

/// All scripts of a folder, read and checked once at boot.
package struct ScriptLibrary: Sendable {
    private let scripts: [String: RedisScript]

    /// Reads every `.lua` file below `directory`. Blocks on the disk: for the start of the process only.
    ///
    /// Throws `.configuration` with the faults of all files when one cannot be read or has a malformed header.
    package init(directory: String) throws(RedisError) {
        var scripts: [String: RedisScript] = [:]
        var faults: [String] = []
        for path in try Self.files(in: directory) {
            let name = String(path.dropLast(".lua".count))
            do {
                let source = try String(contentsOfFile: "\(directory)/\(path)", encoding: .utf8)
                scripts[name] = try RedisScript(name: name, source: source)
            } catch {
                faults.append((error as? RedisError)?.message ?? "\(directory)/\(path): \(error)")
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
