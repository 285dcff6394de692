import Foundation
import HTTPTypes
import Hummingbird
import Testing

@testable import Gateway

@Suite struct StaticFilesIntegrationTests {
    /// Files that are there while `body` runs.
    private func withFiles(_ files: [String: String], _ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer {
            // What is left over in the temporary folder harms nobody.
            try? FileManager.default.removeItem(at: directory)
        }
        for (name, content) in files {
            let file = directory.appending(path: name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(content.utf8).write(to: file)
        }
        try body(directory.path())
    }

    private func request(
        _ path: String, _ headers: HTTPFields = [:], method: HTTPRequest.Method = .get
    ) -> HTTPRequest {
        HTTPRequest(method: method, scheme: "http", authority: "a", path: path, headerFields: headers)
    }

    private static let site = [
        "index.html": "<h1>hello</h1>", "w.js": "loader", "w.js.gz": "zipped", "w.js.br": "brotli",
        "a/app.3e25cb396923.js": "app", "lone.gz": "not a coding of anything",
        "manifest.json":
            #"{"files":[{"path":"/","file":"index.html","type":"text/html","cache":"private"}]}"#,
    ]

    @Test func `files are served by their paths, and by those the manifest adds`() throws {
        try withFiles(Self.site) { directory in
            let files = try StaticFiles(directory: directory)
            #expect(files.paths == ["/", "/a/app.3e25cb396923.js", "/index.html", "/lone.gz", "/w.js"])
            let root = try #require(files.response(to: request("/?utm=1")))
            #expect(root.status == .ok)
            #expect(root.headers[.contentType] == "text/html")
            #expect(root.headers[.cacheControl] == "private")
            #expect(root.headers[.contentLength] == "14")
            #expect(root.headers[.accessControlAllowOrigin] == nil)
            let script = try #require(files.response(to: request("/a/app.3e25cb396923.js")))
            #expect(script.headers[.contentType] == "text/javascript; charset=utf-8")
            #expect(script.headers[.cacheControl] == "public, max-age=31536000, immutable")
            #expect(script.headers[.xContentTypeOptions] == "nosniff")
            #expect(script.headers[.accessControlAllowOrigin] == "*")
            #expect(script.headers[.vary] == nil)
        }
    }

    @Test func `each coding is a representation of its own`() throws {
        try withFiles(Self.site) { directory in
            let files = try StaticFiles(directory: directory)
            var tags: Set<String> = []
            for (accepted, coding, length) in [
                ("br, gzip", "br", "6"), ("gzip", "gzip", "6"), ("", nil, "6"),
            ] {
                let response = try #require(files.response(to: request("/w.js", [.acceptEncoding: accepted])))
                #expect(response.headers[.contentEncoding] == coding)
                #expect(response.headers[.contentLength] == length)
                #expect(response.headers[.vary] == "Accept-Encoding")
                #expect(response.body.contentLength == 6)
                tags.insert(try #require(response.headers[.eTag]))
            }
            #expect(tags.count == 3)
        }
    }

    @Test func `who has it already gets 304`() throws {
        try withFiles(Self.site) { directory in
            let files = try StaticFiles(directory: directory)
            let tag = try #require(files.response(to: request("/w.js"))?.headers[.eTag])
            for condition in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
                let response = try #require(files.response(to: request("/w.js", [.ifNoneMatch: condition])))
                #expect(response.status == .notModified)
                #expect(response.headers[.eTag] == tag)
                #expect(response.headers[.contentLength] == nil)
                #expect(response.body.contentLength == 0)
            }
            let changed = try #require(files.response(to: request("/w.js", [.ifNoneMatch: "\"other\""])))
            #expect(changed.status == .ok)
            let coded = request("/w.js", [.ifNoneMatch: tag, .acceptEncoding: "br"])
            #expect(files.response(to: coded)?.status == .ok)
        }
    }

    @Test func `HEAD tells all but the content, other methods are refused`() throws {
        try withFiles(Self.site) { directory in
            let files = try StaticFiles(directory: directory)
            let head = try #require(files.response(to: request("/index.html", method: .head)))
            #expect(head.headers[.contentLength] == "14")
            #expect(head.body.contentLength == 0)
            let post = try #require(files.response(to: request("/index.html", method: .post)))
            #expect(post.status == .methodNotAllowed)
            #expect(post.headers[.allow] == "GET, HEAD")
        }
    }

    @Test(arguments: [
        "/../secret", "/a/../../secret", "/%2e%2e/secret", "/a", "/a/", "/manifest.json", "/w.js.gz",
        "//w.js",
        "w.js", "", "/w.js%00", "/W.JS",
    ])
    func `what is not in the table is not there`(path: String) throws {
        try withFiles(Self.site) { directory in
            let files = try StaticFiles(directory: directory)
            #expect(files.response(to: request(path)) == nil)
        }
    }

    @Test func `a directory that cannot be read, or lacks a file, is an error at the start`() throws {
        #expect(throws: StaticFiles.LoadError.self) { try StaticFiles(directory: "/nonexistent/files") }
        try withFiles(["manifest.json": #"{"files":[{"path":"/","file":"gone.html"}]}"#]) { directory in
            #expect(
                throws: StaticFiles.LoadError(
                    path: "gone.html", reason: "named by manifest.json but not there")
            ) {
                try StaticFiles(directory: directory)
            }
        }
        try withFiles(["manifest.json": "nonsense"]) { directory in
            #expect(throws: StaticFiles.LoadError.self) { try StaticFiles(directory: directory) }
        }
    }
}
