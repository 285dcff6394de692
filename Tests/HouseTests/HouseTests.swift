import Foundation
import Testing

/// The laws of the house, held by reading its files.
@Suite struct HouseTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Paths below a folder of the project that end in one of these ways, with their texts.
    private func files(_ folder: String, _ endings: String...) throws -> [(path: String, text: String)] {
        let base = Self.root.appending(path: folder)
        let paths = try FileManager.default.subpathsOfDirectory(atPath: base.path)
            .filter { path in endings.contains { path.hasSuffix($0) } && !path.contains("node_modules/") }
        return try paths.sorted().map {
            ($0, try String(contentsOf: base.appending(path: $0), encoding: .utf8))
        }
    }

    /// DESIGN §5: which room may see which. An arrow points down only.
    private static let arrows: [String: Set<String>] = [
        "Switchboard": ["Gateway", "Support", "Jobs", "Realtime", "Redis", "Postgres", "Secrets", "CEpoll"],
        "Gateway": ["Support", "Realtime"],
        "Support": ["Jobs", "Realtime", "Postgres", "Redis", "Secrets"],
        "Jobs": ["Redis"],
        "Realtime": ["Redis"],
        "Redis": ["CHiredis"],
        "Postgres": ["CLibPQ"],
        "Secrets": ["COpenSSL"],
        "CHiredis": [], "CLibPQ": [], "COpenSSL": [], "CEpoll": [],
    ]

    /// The modules that a file imports, `import struct Foundation.Date` and `@testable import` included.
    private func imports(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            var words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            while let first = words.first,
                first.hasPrefix("@") || ["package", "public", "internal", "private"].contains(first)
            {
                words.removeFirst()
            }
            guard words.first == "import", words.count > 1 else { return nil }
            let kinds: Set<Substring> = [
                "struct", "class", "enum", "protocol", "func", "var", "let", "typealias",
            ]
            let name = kinds.contains(words[1]) && words.count > 2 ? words[2] : words[1]
            return name.split(separator: ".").first.map(String.init)
        }
    }

    @Test func `every arrow between the rooms is one of DESIGN's`() throws {
        var seen: Set<String> = []
        for (path, text) in try files("Sources", ".swift") {
            let room = String(path.prefix { $0 != "/" })
            let allowed = try #require(Self.arrows[room], "\(room) is no room of the house")
            for module in imports(text) where Self.arrows[module] != nil {
                seen.insert(module)
                #expect(allowed.contains(module), "Sources/\(path) imports \(module)")
            }
        }
        #expect(seen.count == Self.arrows.count - 1, "the check reads the imports it is about")
    }

    @Test func `the infrastructure knows no chat`() throws {
        for (path, text) in try files("Sources", ".swift")
        where ["Jobs", "Redis", "Postgres", "Secrets"].contains(path.prefix { $0 != "/" }) {
            for word in ["Inbox", "Conversation", "SupportMessage", "struct Contact"] {
                #expect(!text.contains(word), "Sources/\(path) speaks of \(word)")
            }
        }
    }

    @Test func `every script is called, and every script that is called is there`() throws {
        let scripts = Set(
            try files("lua", ".lua").map(\.path).filter { !$0.hasSuffix(".part.lua") }
                .map { $0.dropLast(4) }.map(String.init))
        var called: Set<String> = []
        for (_, text) in try files("Sources", ".swift") {
            for match in text.matches(of: /\.script\(\s*"([a-z_\/]+)"\s*\)/) {
                called.insert(String(match.1))
            }
        }
        #expect(scripts == called)
        #expect(scripts.count > 10)
    }

    @Test func `a script says in its first line what it is called`() throws {
        for (path, text) in try files("lua", ".lua") {
            let file = path.split(separator: "/").last ?? ""
            #expect(text.hasPrefix("-- \(file): "), "lua/\(path)")
        }
    }

    @Test func `no file is longer than the wall`() throws {
        for folder in ["Sources", "Tests"] {
            for (path, text) in try files(folder, ".swift") {
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
                #expect(lines <= 400, "\(folder)/\(path) has \(lines) lines")
            }
        }
    }

    @Test func `nothing is left for later`() throws {
        // Put together here, so that this file does not find itself.
        let marks = ["TO" + "DO", "FIX" + "ME", "X" + "XX:"]
        for folder in ["Sources", "Tests", "lua", "sql", "bin", "web"] {
            for (path, text) in try files(
                folder, ".swift", ".lua", ".sql", ".ts", ".css", ".html", ".py", ".sh")
            where !path.hasPrefix("dist/") {
                for mark in marks { #expect(!text.contains(mark), "\(folder)/\(path) has a \(mark)") }
            }
        }
    }

    @Test func `what turns the compiler's proof off says why`() throws {
        let escapes = /@unchecked Sendable|nonisolated\(unsafe\)|Task\.detached|\btry[?!]/
        for (path, text) in try files("Sources", ".swift") {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in lines.enumerated()
            where line.contains(escapes) && !line.drop(while: { $0 == " " }).hasPrefix("//") {
                let near = lines[max(0, number - 4)...min(lines.count - 1, number + 2)]
                let hasReason = near.contains { $0.contains("//") }
                #expect(hasReason, "Sources/\(path):\(number + 1) gives no reason")
            }
        }
    }

    @Test func `names say what is in them`() throws {
        for (path, _) in try files("Sources", ".swift") {
            let name = path.split(separator: "/").last?.dropLast(6) ?? ""
            for word in ["Manager", "Helper", "Util", "Misc", "V2"] {
                #expect(!name.contains(word), "Sources/\(path)")
            }
        }
    }
}
