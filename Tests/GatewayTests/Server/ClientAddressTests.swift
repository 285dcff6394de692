import Testing

@testable import Gateway

@Suite struct ClientAddressTests {
    private func resolve(_ peer: String?, _ forwarded: [String], _ trusted: [String]) throws -> String {
        ClientAddress.resolve(peer: peer, forwardedFor: forwarded, trusting: try TrustedProxies(trusted))
    }

    @Test func `nobody is trusted by default`() throws {
        #expect(try resolve("10.0.0.1", ["1.2.3.4"], []) == "10.0.0.1")
    }

    @Test func `a trusted proxy is believed`() throws {
        #expect(try resolve("10.0.0.1", ["1.2.3.4"], ["10.0.0.1"]) == "1.2.3.4")
        #expect(try resolve("10.9.9.9", ["1.2.3.4"], ["10.0.0.0/8"]) == "1.2.3.4")
        #expect(try resolve("fd00::1", ["2001:db8::5"], ["fd00::/8"]) == "2001:db8::5")
    }

    @Test func `what a client claims before the last untrusted address does not count`() throws {
        #expect(try resolve("10.0.0.1", ["6.6.6.6, 1.2.3.4, 10.0.0.2"], ["10.0.0.0/8"]) == "1.2.3.4")
        #expect(try resolve("10.0.0.1", ["6.6.6.6", "1.2.3.4"], ["10.0.0.0/8"]) == "1.2.3.4")
    }

    @Test func `a chain of trusted proxies alone gives the first`() throws {
        #expect(try resolve("10.0.0.1", ["10.0.0.3, 10.0.0.2"], ["10.0.0.0/8"]) == "10.0.0.3")
        #expect(try resolve("10.0.0.1", [], ["10.0.0.0/8"]) == "10.0.0.1")
    }

    @Test(arguments: ["unknown", "", "1.2.3", "_hidden", "1.2.3.4.5", "localhost"])
    func `an entry that is no address ends the search`(entry: String) throws {
        #expect(
            try resolve("10.0.0.1", ["1.2.3.4, \(entry), 10.0.0.2"], ["10.0.0.0/8"]) == "10.0.0.2"
                || entry.isEmpty)
    }

    @Test func `ports and brackets are taken off`() throws {
        #expect(try resolve("10.0.0.1", ["1.2.3.4:5678"], ["10.0.0.1"]) == "1.2.3.4")
        #expect(try resolve("10.0.0.1", ["[2001:db8::5]:80"], ["10.0.0.1"]) == "2001:db8::5")
        #expect(try resolve("10.0.0.1", ["[2001:db8::5]"], ["10.0.0.1"]) == "2001:db8::5")
    }

    @Test func `an IPv4 address is the same in its IPv6 form`() throws {
        #expect(try resolve("::ffff:10.0.0.1", ["::ffff:1.2.3.4"], ["10.0.0.0/8"]) == "1.2.3.4")
        #expect(try resolve("::ffff:10.0.0.1", [], []) == "10.0.0.1")
    }

    @Test func `an IPv4 block does not reach into IPv6`() throws {
        #expect(try resolve("2001:db8::1", ["1.2.3.4"], ["0.0.0.0/0"]) == "2001:db8::1")
        #expect(try resolve("2001:db8::1", ["1.2.3.4"], ["::/0"]) == "1.2.3.4")
    }

    @Test func `whoever comes over a Unix domain socket is a proxy only if the setting says so`() throws {
        #expect(try resolve(nil, ["1.2.3.4"], []) == ClientAddress.unknown)
        #expect(try resolve(nil, ["1.2.3.4"], ["unix"]) == "1.2.3.4")
    }

    @Test(arguments: ["proxy.example.org", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.0/", "10/8", ""])
    func `a setting that cannot be read is an error`(entry: String) {
        #expect(throws: TrustedProxies.InvalidEntry(entry: entry)) { try TrustedProxies([entry]) }
    }
}
