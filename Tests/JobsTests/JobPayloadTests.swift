import Foundation
import NIOCore
import Testing

@testable import Jobs

@Suite struct JobPayloadTests {
    private func payload(_ text: String) throws -> JobPayload { try JobPayload(ByteBuffer(string: text)) }

    @Test func `fields of a Ruby job are read`() throws {
        let job = try payload(
            #"{"retry":true,"queue":"mailers","class":"Ünter\u0041Job","args":[1,"zwei",{"a":[]}],"jid":"b4a577edbccf1d805744efa9","created_at":1732170000.1234,"enqueued_at":1732170000123,"retry_count":2,"dead":false}"#
        )
        #expect(job.className == "ÜnterAJob")
        #expect(job.queue == "mailers")
        #expect(job.jid == "b4a577edbccf1d805744efa9")
        #expect(job.retryRule == .atMost(25))
        #expect(job.retryCount == 2)
        #expect(!job.restsWhenDead)
        #expect(String(buffer: job.arguments) == #"[1,"zwei",{"a":[]}]"#)
        // An integer is Sidekiq 8's milliseconds.
        #expect(job.enqueuedAt == Date(timeIntervalSince1970: 1_732_170_000.123))
    }

    @Test func `a failure keeps foreign fields byte for byte and drops the old enqueued_at`() throws {
        let job = try payload(
            #"{ "class":"J","args":[9007199254740993, 1.10, []],"cattr" : {"a" :1e400},"queue":"a","retry_queue":"b","enqueued_at":1.5,"retry_count":0,"jid":"x","enqueued_at":2.5}"#
        )
        let failure = JobFailure(UnknownJob(name: "Quo\"te"))
        let text = String(
            buffer: failure.recorded(in: job, count: 1, at: Date(timeIntervalSince1970: 1_732_170_000.25)))
        #expect(
            text
                == #"{"class":"J","args":[9007199254740993, 1.10, []],"cattr":{"a" :1e400},"queue":"b","retry_queue":"b","retry_count":1,"jid":"x","error_message":"no job named Quo\"te is registered in this worker","error_class":"Jobs.UnknownJob","retried_at":1732170000.250000}"#
        )
        // What was written can be read again.
        #expect(try payload(text).retryCount == 1)
    }

    @Test func `the first failure sets failed_at, and messages end at 10,000 characters`() throws {
        struct Long: Error, CustomStringConvertible {
            let description = String(repeating: "é", count: 12_000)
        }
        let failed = JobFailure(Long()).recorded(in: try payload("{}"), count: 0, at: Date())
        let job = try JobPayload(failed)
        #expect(job.string("error_message")?.count == 10_000)
        #expect(String(buffer: failed).contains("\"failed_at\":"))
        #expect(!String(buffer: failed).contains("\"retried_at\":"))
    }

    @Test func `the last of two equal names counts`() throws {
        #expect(try payload(#"{"jid":"a","jid":"b"}"#).jid == "b")
    }

    @Test(arguments: [
        "", " ", "null", "[]", "\"x\"", "{", "{}x", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":01}",
        "{a:1}",
        "{\"a\":tru}", "{\"a\":\"\u{1}\"}", #"{"a":"\x"}"#, #"{"a":"\u12"}"#, "{\"a\":[1 2]}", "{\"a\":1.}",
        "{\"a\":-}", String(repeating: "{\"a\":[", count: 600),
    ]) func `text that is no JSON object is malformed`(text: String) {
        #expect(throws: MalformedJob.self) { try payload(text) }
    }

    @Test func `bytes that are no UTF-8 are malformed`() {
        #expect(throws: MalformedJob.self) {
            try JobPayload(ByteBuffer(bytes: Array("{\"a\":\"".utf8) + [0xFF] + Array("\"}".utf8)))
        }
    }

    @Test(
        arguments: [
            ("{}", nil), (#"{"retry":null}"#, nil), (#"{"retry":false}"#, RetryRule.never),
            (#"{"retry":0}"#, .atMost(0)), (#"{"retry":3}"#, .atMost(3)), (#"{"retry":true}"#, .atMost(25)),
        ] as [(String, RetryRule?)])
    func `retry is a rule`(text: String, rule: RetryRule?) throws {
        #expect(try payload(text).retryRule == rule)
    }
}
