import Foundation
import NIOCore
import Testing

@testable import Jobs

@Suite struct JobEnvelopeTests {
    private struct Remind: Job {
        static let name = "Remind"
        static let queue = "mail"
        static let maxRetries = 3
        let zone: String
        let chat: Int
        func perform(_ services: Void, _ context: JobContext) async throws {}
    }

    private struct Ruby: Job {
        static let name = "Ruby"
        static let arguments = JobArguments.positional
        let word: String
        let number: Int

        init(word: String, number: Int) {
            self.word = word
            self.number = number
        }

        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            word = try container.decode(String.self)
            number = try container.decode(Int.self)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(word)
            try container.encode(number)
        }

        func perform(_ services: Void, _ context: JobContext) async throws {}
    }

    private let time = Date(timeIntervalSince1970: 1_732_170_000)

    @Test func `the JSON is Sidekiq's, with times as floats`() throws {
        let envelope = try JobEnvelope(Remind(zone: "a/b", chat: 7), jid: "j\"1", createdAt: time)
        #expect(
            String(buffer: envelope.bytes)
                == #"{"class":"Remind","args":[{"zone":"a/b","chat":7}],"jid":"j\"1","queue":"mail","retry":3,"created_at":1732170000.000000}"#
        )
        #expect(
            String(buffer: envelope.queued(at: time.addingTimeInterval(0.5)))
                .hasSuffix(#","created_at":1732170000.000000,"enqueued_at":1732170000.500000}"#))
        #expect(String(buffer: envelope.bytes).hasSuffix("000000}"))
    }

    @Test func `the same job gives the same bytes`() throws {
        let texts = try (0..<50).map { _ in
            let job = try JobEnvelope(
                Remind(zone: "Ω", chat: 1), jid: "same", createdAt: time, at: time.addingTimeInterval(300))
            return String(buffer: job.bytes)
        }
        #expect(Set(texts).count == 1)
    }

    @Test func `positional arguments are the array itself`() throws {
        let envelope = try JobEnvelope(Ruby(word: "x", number: 2), createdAt: time)
        #expect(String(buffer: try JobPayload(envelope.bytes).arguments) == #"["x",2]"#)
    }

    @Test func `a random jid has 24 hex digits and is not the last one`() {
        let ids = (0..<1000).map { _ in JobEnvelope.randomJID() }
        #expect(ids.allSatisfy { $0.count == 24 && $0.allSatisfy(\.isHexDigit) })
        #expect(Set(ids).count == ids.count)
    }

    @Test(arguments: [
        (0.0, "0.000000"), (1.5, "1.500000"), (1_732_170_000.123456, "1732170000.123456"),
        (-0.25, "-0.250000"), (0.0000004, "0.000000"),
    ]) func `times always have a decimal point`(seconds: Double, text: String) {
        #expect(JSONText.time(Date(timeIntervalSince1970: seconds)) == text)
    }

    @Test(arguments: [
        (0, "1970-01-01"), (951_782_400, "2000-02-29"), (951_868_800, "2000-03-01"),
        (1_735_689_599, "2024-12-31"), (4_102_444_800, "2100-01-01"), (-1, "1969-12-31"),
    ]) func `daily counters are named by the day in UTC`(seconds: Int, day: String) {
        #expect(JobKeys.day(of: Date(timeIntervalSince1970: Double(seconds))) == day)
    }
}
