import Redis
import Testing

@Suite struct RedisConfigurationTests {
    @Test func `a bare host takes the default port and database`() throws {
        let configuration = try RedisConfiguration(url: "redis://cache")
        #expect(configuration.endpoint == .tcp(host: "cache", port: 6379))
        #expect(configuration.database == 0)
        #expect(configuration.user == nil && configuration.password == nil && configuration.tls == nil)
    }

    @Test func `user, password, port and database are read`() throws {
        let configuration = try RedisConfiguration(url: "redis://ann:s%40cr%3At@h:7000/3?client_name=worker")
        #expect(configuration.endpoint == .tcp(host: "h", port: 7000))
        #expect(configuration.user == "ann")
        #expect(configuration.password == "s@cr:t")
        #expect(configuration.database == 3)
        #expect(configuration.clientName == "worker")
    }

    @Test func `a password may stand alone, and may contain an at sign`() throws {
        let configuration = try RedisConfiguration(url: "redis://:p@ss@h")
        #expect(configuration.user == nil)
        #expect(configuration.password == "p@ss")
    }

    @Test(arguments: [
        ("redis://[::1]:7000", "::1", 7000), ("redis://[::1]", "::1", 6379), ("redis://", "127.0.0.1", 6379),
        ("REDIS://h/", "h", 6379),
    ])
    func `hosts in all their spellings`(url: String, host: String, port: Int) throws {
        let configuration = try RedisConfiguration(url: url)
        #expect(configuration.endpoint == .tcp(host: host, port: port))
    }

    @Test func `rediss turns TLS on and takes its files`() throws {
        let url = "rediss://h?cacert=/etc/ca.pem&cert=/etc/me.pem&key=/etc/me.key&verify=chain"
        let configuration = try RedisConfiguration(url: url)
        let tls = try #require(configuration.tls)
        #expect(tls.authorityFile == "/etc/ca.pem")
        #expect(tls.certificateFile == "/etc/me.pem")
        #expect(tls.keyFile == "/etc/me.key")
        #expect(tls.verification == .chain)
        let plain = try RedisConfiguration(url: "rediss://h")
        #expect(plain.tls?.verification == .full)
    }

    @Test func `a unix socket with database and password`() throws {
        let configuration = try RedisConfiguration(url: "unix://:secret@/run/my%20redis.sock?db=2")
        #expect(configuration.endpoint == .unix(path: "/run/my redis.sock"))
        #expect(configuration.database == 2)
        #expect(configuration.password == "secret")
    }

    @Test func `a cluster is named by some of its nodes`() throws {
        let configuration = try RedisConfiguration(url: "redis-cluster://ann:pw@a:7000,b,[::1]:7002/0")
        #expect(configuration.isCluster && configuration.password == "pw")
        #expect(
            configuration.seeds == [
                .tcp(host: "a", port: 7000), .tcp(host: "b", port: 6379), .tcp(host: "::1", port: 7002),
            ])
        let sealed = try RedisConfiguration(url: "rediss-cluster://one?verify=chain")
        #expect(sealed.seeds.count == 1 && sealed.tls?.verification == .chain)
        let single = try RedisConfiguration(url: "redis://one")
        #expect(!single.isCluster)
    }

    @Test(arguments: [
        "redis-cluster://a/3", "redis-cluster://a,b:x", "redis-cluster://a?db=1", "localhost:6379",
        "http://h", "redis://h:0", "redis://h:70000", "redis://h:x", "redis://h/x",
        "redis://h/-1", "redis://ann@h", "redis://[::1", "redis://[::1]x", "redis://::1", "redis://h?what=1",
        "redis://h?db", "redis://h?cacert=/x", "rediss://h?verify=maybe", "redis://:%zz@h", "redis://:%f@h",
        "redis://:%ff@h", "redis://:%+1@h", "unix://relative.sock", "",
    ])
    func `a bad URL is refused with a configuration error`(url: String) {
        let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
        #expect(error?.code == .configuration)
    }

    @Test func `the message of a refused URL never shows the password`() {
        for url in ["redis://ann:hunter2@h:99999", "redis://ann:hunter2@h?what=hunter2", "redis://hunter2@h"]
        {
            let error = #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
            #expect(error?.description.contains("hunter2") == false)
        }
    }
}
