import Foundation
import HTTPTypes
import Hummingbird

/// The built browser files, read once and served from memory.
///
/// A request is looked up by its path among the files that were there at the start. No path of a request
/// ever reaches the file system, so none can lead out of the directory.
package struct StaticFiles: Sendable {
    /// The directory, or a file in it, cannot be read, or `manifest.json` names a file that is not there.
    package struct LoadError: Error, Equatable {
        package let path: String
        package let reason: String
    }

    private var files: [String: StaticFile] = [:]

    /// The paths that are served, sorted.
    package var paths: [String] { files.keys.sorted() }

    /// Reads every file of `directory` and of those below it. `x.br` and `x.gz` beside `x` are its codings.
    /// A `manifest.json` on top may give files more paths, and say their type and caching.
    ///
    /// Blocks; for the start of the program.
    package init(directory: String) throws(LoadError) {
        var contents = try Self.contents(of: directory)
        let manifest =
            try contents.removeValue(forKey: "manifest.json").map(Self.manifest) ?? Manifest(files: [])
        let known = Set(contents.keys)
        for name in known where !Self.isCoding(name, besides: known) {
            files["/" + name] = Self.file(name, contents, nil)
        }
        for entry in manifest.files {
            guard known.contains(entry.file) else {
                throw LoadError(path: entry.file, reason: "named by manifest.json but not there")
            }
            files[entry.path] = Self.file(entry.file, contents, entry)
        }
    }

    /// The response to a request whose path is that of a file; nil when it is not. Neither the query nor
    /// percent encoding counts: built files have plain names.
    package func response(to request: HTTPRequest) -> Response? {
        files[RequestTarget(request.path ?? "").path]?.response(to: request)
    }

    // MARK: Loading

    private struct Manifest: Decodable {
        struct Entry: Decodable {
            let path: String
            let file: String
            let type: String?
            let cache: String?
        }

        let files: [Entry]
    }

    private static func manifest(_ bytes: [UInt8]) throws(LoadError) -> Manifest {
        do {
            return try JSONDecoder().decode(Manifest.self, from: Data(bytes))
        } catch {
            throw LoadError(path: "manifest.json", reason: "\(error)")
        }
    }

    private static func isCoding(_ name: String, besides known: Set<String>) -> Bool {
        ContentCoding.allCases.contains { coding in
            coding != .identity && name.hasSuffix(coding.suffix)
                && known.contains(String(name.dropLast(coding.suffix.count)))
        }
    }

    private static func file(
        _ name: String, _ contents: [String: [UInt8]], _ entry: Manifest.Entry?
    ) -> StaticFile {
        let variants = ContentCoding.allCases.compactMap { coding in
            contents[name + coding.suffix].map { (coding, StaticFile.Variant($0)) }
        }
        let lastPart = name.split(separator: "/").last.map(String.init) ?? name
        return StaticFile(
            contentType: entry?.type ?? FileRules.contentType(of: lastPart),
            cacheControl: entry?.cache ?? FileRules.cacheControl(of: lastPart),
            variants: Dictionary(uniqueKeysWithValues: variants))
    }

    /// The bytes of each regular file, by its path within the directory.
    private static func contents(of directory: String) throws(LoadError) -> [String: [UInt8]] {
        let files = FileManager.default
        guard let names = files.enumerator(atPath: directory) else {
            throw LoadError(path: directory, reason: "not a directory that can be read")
        }
        var contents: [String: [UInt8]] = [:]
        do {
            guard try files.attributesOfItem(atPath: directory)[.type] as? FileAttributeType == .typeDirectory
            else { throw LoadError(path: directory, reason: "not a directory") }
            while let name = names.nextObject() as? String {
                let path = directory + "/" + name
                guard try files.attributesOfItem(atPath: path)[.type] as? FileAttributeType == .typeRegular
                else { continue }
                contents[name] = try Array(Data(contentsOf: URL(filePath: path)))
            }
        } catch let error as LoadError {
            throw error
        } catch {
            throw LoadError(path: directory, reason: "\(error)")
        }
        return contents
    }
}
