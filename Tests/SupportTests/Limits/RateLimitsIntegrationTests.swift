import Foundation
import TestSupport
import Testing

@testable import Support

@Suite struct RateLimitsIntegrationTests {
    private let bucket = "test:\(UUID())"
    /// Slow, so that no bucket is full again by itself before a test on a busy machine has ended.
    private let limit = RateLimit(burst: 3, per: .seconds(100))

    private func wait(_ moment: Timestamp, from bucket: String? = nil) async throws -> Int? {
        let limits = try await SupportFixture.make().desk.limits
        do {
            try await limits.take(limit, from: bucket ?? self.bucket, at: moment)
            return nil
        } catch SupportError.limited(let wait) {
            return wait
        }
    }

    @Test func `a burst is let through, then one at each interval`() async throws {
        let start = Timestamp.now()
        for _ in 0..<3 { #expect(try await wait(start) == nil) }
        #expect(try await wait(start) == 100_000)
        #expect(try await wait(start.adding(.seconds(60))) == 40_000)
        #expect(try await wait(start.adding(.seconds(100))) == nil)
        #expect(try await wait(start.adding(.seconds(100))) == 100_000)
        #expect(try await wait(start, from: "another:\(bucket)") == nil)
    }

    @Test func `being refused costs nothing`() async throws {
        let start = Timestamp.now()
        for _ in 0..<3 { #expect(try await wait(start) == nil) }
        for _ in 0..<20 { #expect(try await wait(start) == 100_000) }
        #expect(try await wait(start.adding(.seconds(100))) == nil)
    }

    @Test func `of fifty at once exactly the burst gets through`() async throws {
        let limits = try await SupportFixture.make().desk.limits
        let start = Timestamp.now()
        let taken = try await race(50) { [limit, bucket] _ in
            do {
                try await limits.take(limit, from: bucket, at: start)
                return true
            } catch SupportError.limited {
                return false
            }
        }
        #expect(taken.count { $0 } == 3)
    }
}
