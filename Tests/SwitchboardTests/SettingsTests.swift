import Foundation
import Logging
import Testing

@testable import Switchboard

@Suite struct SettingsTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    private static let secret = String(repeating: "ab", count: 32)

    private func load(_ variables: [String: String] = [:]) async throws -> Settings {
        let given = ["SWITCHBOARD_HOME": Self.root.path, "SWITCHBOARD_SECRET": Self.secret]
        return try await Settings.load(environment: given.merging(variables) { $1 })
    }

    private func problems(_ variables: [String: String]) async throws -> [String] {
        do {
            _ = try await load(variables)
            return []
        } catch let error as SettingsError {
            return error.problems
        }
    }

    /// The keys of config/default.yml, as dotted paths: two levels, and `{ a: 1, b: 2 }` on one line.
    private func keys() throws -> [String] {
        let text = try String(contentsOf: Self.root.appending(path: "config/default.yml"), encoding: .utf8)
        var (section, keys) = ("", [String]())
        for line in text.split(separator: "\n")
        where !line.trimmingCharacters(in: .whitespaces).hasPrefix("#") {
            let name = line.trimmingCharacters(in: .whitespaces).prefix { $0 != ":" }
            guard line.hasPrefix(" ") else {
                section = String(name)
                continue
            }
            if let open = line.firstIndex(of: "{"), let close = line.lastIndex(of: "}") {
                for pair in line[line.index(after: open)..<close].split(separator: ",") {
                    let inner = pair.prefix { $0 != ":" }.trimmingCharacters(in: .whitespaces)
                    keys.append("\(section).\(name).\(inner)")
                }
            } else {
                keys.append("\(section).\(name)")
            }
        }
        return keys
    }

    @Test func `every key of the default file is read, and every key that is read is in it`() async throws {
        let effective = try await load().effective.map(\.key)
        #expect(Set(effective) == Set(try keys()))
        #expect(effective.count == Set(effective).count, "each is read once")
    }

    @Test func `the defaults hold`() async throws {
        let settings = try await load()
        #expect(settings.gateway.port == 3000)
        #expect(settings.support.messageCharacters == 150_000)
        #expect(settings.worker.queues.names == ["critical", "default", "mailers", "low"])
        #expect(settings.logLevel == .info)
    }

    @Test func `a variable of the key's name wins over the file`() async throws {
        let settings = try await load([
            "LIMITS_CONTACT_MESSAGES_BURST": "7", "GATEWAY_PORT": "4000", "WORKER_QUEUES": "a, b",
            "LOG_LEVEL": "debug", "CHATS_HISTORY_LENGTH": "10",
        ])
        #expect(settings.support.contactMessages.burst == 7)
        #expect(settings.gateway.port == 4000)
        #expect(settings.worker.queues.names == ["a", "b"])
        #expect(settings.logLevel == .debug)
        #expect(settings.support.historyLength == 10)
    }

    @Test func `PORT and HOST win over all, as Procfiles expect`() async throws {
        let settings = try await load(["PORT": "5000", "HOST": "0.0.0.0", "GATEWAY_PORT": "4000"])
        #expect(settings.gateway.port == 5000)
        #expect(settings.gateway.host == "0.0.0.0")
    }

    @Test func `all problems are told at once, each with the name of its variable`() async throws {
        let wrong = [
            "SWITCHBOARD_SECRET": "short", "REDIS_URL": "http://x", "LOG_LEVEL": "loud",
            "GATEWAY_EVENT_LOOPS": "-1", "WORKER_CONCURRENCY": "many", "LIMITS_CONTACT_MESSAGES_BURST": "0",
            "MAIL_TRANSPORT": "pigeon", "GATEWAY_TRUSTED_PROXIES": "10.0.0.0/99",
            "LIMITS_MESSAGE_CHARACTERS": "1000001",
        ]
        let problems = try await problems(wrong)
        for name in wrong.keys {
            #expect(problems.contains { $0.contains("(\(name))") }, "\(name) is not in \(problems)")
        }
        #expect(problems.count == wrong.count)
    }

    @Test func `a PORT that is no port is a problem and not a default`() async throws {
        #expect(try await !problems(["PORT": "http"]).isEmpty)
        #expect(try await !problems(["PORT": "99999"]).isEmpty)
    }

    @Test func `without a secret nothing starts, and the message says how to make one`() async throws {
        let problems = try await problems(["SWITCHBOARD_SECRET": ""])
        #expect(problems.count == 1)
        #expect(problems.first?.contains("openssl rand -hex 32") == true)
    }

    @Test func `what is in effect hides what is secret`() async throws {
        let settings = try await load([
            "REDIS_URL": "redis://user:hunter2@example.com", "DATABASE_URL": "postgresql://u:hunter2@db/x",
            "SWITCHBOARD_PREVIOUS_SECRETS": String(repeating: "cd", count: 32),
        ])
        let shown = settings.effective.map { "\($0.key)=\($0.value)" }.joined(separator: "\n")
        #expect(!shown.contains("hunter2") && !shown.contains(Self.secret) && !shown.contains("cdcd"))
    }

    @Test func `a problem with an address does not tell its password`() async throws {
        let problems = try await problems([
            "REDIS_URL": "redis://user:hunter2@", "DATABASE_URL": "mysql://u:hunter2@x",
        ])
        #expect(!problems.isEmpty)
        #expect(!problems.joined().contains("hunter2"))
    }

    @Test func `the echo endpoint is opened by name, and never in production`() async throws {
        #expect(try await load().gateway.echo == false)
        #expect(try await load(["GATEWAY_ECHO": "true"]).gateway.echo)
        let problems = try await problems(["GATEWAY_ECHO": "true", "SWITCHBOARD_ENV": "production"])
        #expect(problems.count == 1)
        #expect(problems.first?.contains("GATEWAY_ECHO") == true)
    }

    @Test func `outside the project's folder it says where to stand`() async throws {
        let problems = try await problems(["SWITCHBOARD_HOME": "/nowhere"])
        #expect(problems.count == 1)
        #expect(problems.first?.contains("SWITCHBOARD_HOME") == true)
    }
}
