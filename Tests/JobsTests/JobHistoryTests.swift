import Foundation
import NIOCore
import Redis
import Testing

@testable import Jobs

@Suite struct JobHistoryTests {
    /// 2025-11-08 09:07:42 UTC.
    private let history = JobHistory(at: Date(timeIntervalSince1970: 1_762_592_862))

    @Test func `the keys are those of 7 and those of 8`() {
        #expect(history.hashes.map(\.key) == ["j|20251108|9:7", "j|251108|9:07", "j|251108|9:0"])
        #expect(history.hashes.map(\.life) == [28_800, 28_800, 259_200])
        #expect(history.histograms(of: "Mail") == ["Mail-08-09:7", "h|Mail-8-9:7"])
    }

    @Test func `a failed run counts as processed and failed, a good one with its time`() {
        var tally = JobTally()
        tally.succeeded(in: .milliseconds(25))
        tally.succeeded(in: .seconds(400))
        tally.hasFailed()
        #expect(tally.processed == 3)
        #expect(tally.failed == 1)
        #expect(tally.milliseconds == 400_025)
        #expect(tally.buckets[1] == 1)
        #expect(tally.buckets[25] == 1)
        var twice = tally
        twice.add(tally)
        #expect(twice.processed == 6)
        #expect(twice.buckets[25] == 2)
    }

    @Test func `nothing counted is nothing written`() {
        #expect(history.commands(adding: [:]).isEmpty)
    }

    @Test func `what identifies stays in redacted arguments, what is said does not`() {
        func redacted(_ text: String) -> String { RedactedArguments.text(of: ByteBuffer(string: text)) }
        let id = "0190A1B2-C3D4-7000-8000-0123456789AB"
        #expect(
            redacted(#"[{"id":"\#(id)","seq":17,"note":"he said \"no\"","ok":[true,null]}, "x"]"#)
                == #"[{"id":"\#(id)","seq":17,"note":"(14 characters)","ok":[true,null]}, "(1 characters)"]"#)
        #expect(redacted(#"[{"secret" : "abc"}]"#) == #"[{"secret" : "(3 characters)"}]"#)
        #expect(
            redacted("[\(String(repeating: "1,", count: 4000))1]").count == RedactedArguments.maxLength + 1)
    }

    @Test func `a job is as old as its last arrival in the queue`() {
        let now = Date(timeIntervalSince1970: 1_762_592_862)
        func age(_ text: String?) -> Double { QueueGauges.age(text.map { ByteBuffer(string: $0) }, at: now) }
        #expect(age(#"{"enqueued_at":1762592860.5}"#) == 1.5)
        #expect(age(#"{"enqueued_at":1762592860500}"#) == 1.5)
        #expect(age(#"{"enqueued_at":1762592999.0}"#) == 0)
        #expect(age("no job") == 0)
        #expect(age(nil) == 0)
    }
}
