import Testing

@testable import Gateway

@Suite struct FileRulesTests {
    @Test(arguments: ["app.3e25cb396923.js", "app.3E25CB39.css", "a.b.0123456789abcdef.woff2"])
    func `a name with a content hash is kept for ever`(name: String) {
        #expect(FileRules.cacheControl(of: name) == "public, max-age=31536000, immutable")
    }

    @Test(arguments: [
        "app.js", "app.3e25cb3.js", "app.3e25cb3g.js", "3e25cb396923.js", "app.3e25cb396923", "index.html",
    ])
    func `any other name is asked for every time`(name: String) {
        #expect(FileRules.cacheControl(of: name) == "no-cache")
    }

    @Test func `the widget's loader is kept for minutes`() {
        #expect(FileRules.cacheControl(of: "w.js") == "public, max-age=300, stale-while-revalidate=86400")
    }

    @Test(
        arguments: [
            (nil, .identity), ("", .identity), ("gzip", .gzip), ("gzip, deflate, br, zstd", .brotli),
            ("br;q=0.5, gzip", .gzip), ("br;q=0, gzip;q=0", .identity), ("*", .brotli), ("GZIP", .gzip),
            ("identity, gzip;q=0.5", .identity), ("identity;q=0", .identity), ("br;q=nonsense", .identity),
        ] as [(String?, ContentCoding)])
    func `the best coding that the client accepts is chosen`(header: String?, coding: ContentCoding) {
        #expect(ContentCoding.best(of: ContentCoding.allCases, accepting: header) == coding)
    }

    @Test func `only a coding that is there is chosen`() {
        #expect(ContentCoding.best(of: [.identity, .gzip], accepting: "br, gzip") == .gzip)
        #expect(ContentCoding.best(of: [.identity], accepting: "br, gzip") == .identity)
    }
}
