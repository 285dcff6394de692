import Testing

@testable import Gateway

@Suite struct AllowedOriginsTests {
    private func allow(_ entries: [String], _ origin: String?, host: String? = nil) throws -> Bool {
        try AllowedOrigins(entries).allow(origin, host: host)
    }

    @Test func `without a list all are let in`() throws {
        for origin in [nil, "null", "https://anywhere.example"] { #expect(try allow([], origin)) }
    }

    @Test(arguments: [
        "https://shop.example.com", "http://localhost:8080", "https://a.acme.test", "https://a.b.acme.test",
        "https://x.acme.test:8443",
    ])
    func `what is on the list is let in`(_ origin: String) throws {
        let list = [
            "https://shop.example.com", "http://localhost:8080", "https://*.acme.test",
            "https://*.acme.test:8443",
        ]
        #expect(try allow(list, origin))
    }

    @Test(arguments: [
        nil, "", "null", "https://example.com", "http://shop.example.com", "https://shop.example.com:444",
        "https://shop.example.com.evil.test", "https://evilshop.example.com", "https://shop.example.com.",
        "https://SHOP.example.com", "shop.example.com", "https://acme.test", "https://.acme.test",
        "https://evilacme.test", "https://a.acme.test.evil.test", "https://evil.test/.acme.test",
        "https://evil.test?.acme.test", "https://evil.test:443@x.acme.test", "http://a.acme.test",
        "https://a.acme.test:8443", "https://\u{0430}.acme.test",
    ])
    func `what only looks like it is not`(_ origin: String?) throws {
        #expect(try !allow(["https://shop.example.com", "https://*.acme.test"], origin))
    }

    @Test func `the gateway's own pages are let in`() throws {
        let list = ["https://shop.example.com"]
        #expect(try allow(list, "https://chat.example.com", host: "chat.example.com"))
        #expect(try allow(list, "http://127.0.0.1:3000", host: "127.0.0.1:3000"))
        #expect(try !allow(list, "https://chat.example.com.evil.test", host: "chat.example.com"))
    }

    @Test(arguments: [
        "example.com", "ftp://example.com", "https://", "https://*.", "https://*", "https://a.*.example.com",
        "https://example.com/", "https://Example.com", "*",
    ])
    func `what is no origin is refused at the start`(_ entry: String) {
        #expect(throws: AllowedOrigins.InvalidEntry(entry: entry)) { try AllowedOrigins([entry]) }
    }
}
