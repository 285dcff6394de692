import NIOCore
import Redis
import TestSupport
import Testing

@testable import Realtime

@Suite struct JournalIntegrationTests {
    /// A journal in a cell of its own.
    static func journal() async throws -> Journal {
        Journal(
            cell: Cell(.random(in: 1000...(1 << 40))), redis: try await TestWorld.shared().redis,
            scripts: try JournalScripts(TestWorld.scripts()))
    }

    static func add(_ fact: String, id: String = "*", to journal: Journal) async throws -> String {
        let redis = try await TestWorld.shared().redis
        let reply = try await redis.send([
            "XADD", .string(journal.cell.journal), .string(id), "f", .string(fact),
        ])
        return reply.text ?? ""
    }

    @Test func `entries come in order, between the ends asked for`() async throws {
        let journal = try await Self.journal()
        #expect(try await journal.lastID() == "0-0")
        var ids: [String] = []
        for number in 0..<10 { ids.append(try await Self.add("\(number)", to: journal)) }
        #expect(try await journal.lastID() == ids[9])
        #expect(try await journal.length() == 10)
        #expect(try await journal.entries(limit: 100).map(\.id) == ids)
        #expect(try await journal.entries(after: ids[2], limit: 100).map(\.id) == Array(ids[3...]))
        #expect(
            try await journal.entries(after: ids[2], upTo: ids[5], limit: 100).map(\.id) == Array(ids[3...5]))
        #expect(try await journal.entries(limit: 4).map { String(buffer: $0.fact) } == ["0", "1", "2", "3"])
    }

    @Test func `the greatest id is remembered when all entries are gone`() async throws {
        let journal = try await Self.journal()
        let id = try await Self.add("a", to: journal)
        #expect(try await journal.advance("p", to: id, of: ["p"]) == 0)
        #expect(try await journal.length() == 0)
        #expect(try await journal.lastID() == id)
    }

    @Test func `entries stay until the slowest reader has passed them`() async throws {
        let journal = try await Self.journal()
        var ids: [String] = []
        for number in 0..<6 { ids.append(try await Self.add("\(number)", to: journal)) }
        let readers = ["persister", "dispatcher"]
        #expect(try await journal.advance("persister", to: ids[3], of: readers) == 6)
        #expect(try await journal.advance("dispatcher", to: ids[1], of: readers) == 4)
        #expect(try await journal.entries(limit: 10).map(\.id) == Array(ids[2...]))
        #expect(try await journal.advance("dispatcher", to: ids[5], of: readers) == 2)
        #expect(try await journal.position(of: "persister") == ids[3])
        #expect(try await journal.position(of: "dispatcher") == ids[5])
        #expect(try await journal.position(of: "stranger") == nil)
    }

    @Test func `a reader that has never been heard of keeps everything`() async throws {
        let journal = try await Self.journal()
        let id = try await Self.add("a", to: journal)
        #expect(try await journal.advance("persister", to: id, of: ["persister", "newcomer"]) == 1)
    }

    @Test func `ids are compared whole, beyond what a floating-point number can tell apart`() async throws {
        let journal = try await Self.journal()
        let (low, high) = ("9007199254740992-7", "9007199254740993-5")
        for id in [low, high, "9007199254740993-6", "10000000000000000-0"] {
            _ = try await Self.add(id, id: id, to: journal)
        }
        let readers = ["a", "b"]
        try await journal.advance("b", to: low, of: readers)
        #expect(try await journal.advance("a", to: high, of: readers) == 3)
        #expect(try await journal.advance("b", to: high, of: readers) == 2)
        #expect(
            try await journal.entries(limit: 9).map(\.id) == ["9007199254740993-6", "10000000000000000-0"])
    }

    @Test func `the lease is one process's, as long as it renews it`() async throws {
        let journal = try await Self.journal()
        let lease: Duration = .seconds(30)
        #expect(try await journal.hold("persister", as: "one", for: lease))
        #expect(try await !journal.hold("persister", as: "two", for: lease))
        #expect(try await journal.hold("dispatcher", as: "two", for: lease), "each duty has its own lease")
        // Renewing sets the end anew: this one ends in a moment.
        #expect(try await journal.hold("persister", as: "one", for: .milliseconds(50)))
        try await waitUntil("the lease has lapsed") {
            try await journal.hold("persister", as: "two", for: lease)
        }
        #expect(try await !journal.hold("persister", as: "one", for: lease))
    }

    @Test func `of fifty processes at once one gets the lease`() async throws {
        let journal = try await Self.journal()
        let held = try await race(50) { number in
            try await journal.hold("persister", as: "process \(number)", for: .seconds(30))
        }
        #expect(held.count { $0 } == 1)
    }

    @Test func `a life of the cell begins once and is named for good`() async throws {
        let journal = try await Self.journal()
        let names = try await race(20) { try await journal.epoch(orBegin: "life \($0)") }
        #expect(Set(names).count == 1)
        try await journal.beginRecovery(epoch: "another")
        #expect(try await journal.epoch(orBegin: "unused") == "another")
        let redis = try await TestWorld.shared().redis
        #expect(try await redis.send(["HGET", .string(journal.cell.state), "recovering"]).text == "1")
        try await journal.finishRecovery()
        #expect(try await redis.send(["HGET", .string(journal.cell.state), "recovering"]).isNull)
        #expect(try await journal.epoch(orBegin: "unused") == "another")
    }

    @Test(arguments: [
        ("1-0", "0-0", true), ("0-0", "0-0", false), ("0-0", "1-0", false), ("1-2", "1-1", true),
        ("1-10", "1-9", true), ("10-0", "9-9", true), ("9007199254740993-0", "9007199254740992-9", true),
        ("18446744073709551615-0", "18446744073709551614-1", true), ("2-0", "10-0", false),
    ])
    func `stream ids are ordered as pairs of numbers`(_ a: String, _ b: String, _ isAfter: Bool) {
        #expect(isJournalID(a, after: b) == isAfter)
    }
}
