import Foundation
import Redis

/// Sidekiq's history of runs by class and minute, which the Metrics page of its Web reads: in the keys of 7.x and in
/// those of 8.x, for either may be looking. All times are UTC.
///
///     7.x   j|20251121|9:7        hash       Class|p  Class|f  Class|ms             8 h
///           Class-21-09:7         bitfield   26 × u16, runs by how long they took   8 h
///     8.x   j|251121|9:07         hash       the same                               8 h
///           j|251121|9:0          hash       of ten minutes                         3 days
///           h|Class-21-9:7        bitfield   the same                               8 h
struct JobHistory: Sendable {
    private static let shortTerm = 8 * 3600
    private static let longTerm = 3 * 86_400

    private let day: String
    private let hour: Int
    private let minute: Int

    init(at time: Date) {
        day = JobKeys.day(of: time).filter { $0 != "-" }
        let minutes = Int((time.timeIntervalSince1970 / 60).rounded(.down))
        let ofDay = ((minutes % 1440) + 1440) % 1440
        (hour, minute) = ofDay.quotientAndRemainder(dividingBy: 60)
    }

    /// Hashes of counts, and how long each is kept, in seconds.
    var hashes: [(key: String, life: Int)] {
        let short = day.dropFirst(2)
        return [
            ("j|\(day)|\(hour):\(minute)", Self.shortTerm),
            ("j|\(short)|\(hour):\(Self.two(minute))", Self.shortTerm),
            ("j|\(short)|\(hour):\(minute / 10)", Self.longTerm),
        ]
    }

    func histograms(of name: String) -> [String] {
        let date = Int(day.suffix(2)) ?? 0
        return [
            "\(name)-\(Self.two(date))-\(Self.two(hour)):\(minute)", "h|\(name)-\(date)-\(hour):\(minute)",
        ]
    }

    /// What adds `tallies`, by class, to this minute. Adding twice counts twice.
    func commands(adding tallies: [String: JobTally]) -> [RedisCommand] {
        guard !tallies.isEmpty else { return [] }
        var commands: [RedisCommand] = []
        let byName = tallies.sorted { $0.key < $1.key }
        for (key, life) in hashes {
            for (name, tally) in byName {
                for (field, count) in [
                    ("p", tally.processed), ("f", tally.failed), ("ms", tally.milliseconds),
                ]
                where count > 0 {
                    commands.append(["HINCRBY", .string(key), .string("\(name)|\(field)"), .integer(count)])
                }
            }
            commands.append(["EXPIRE", .string(key), .integer(life)])
        }
        for (name, tally) in byName where tally.processed > tally.failed {
            for key in histograms(of: name) {
                commands.append(Self.counting(tally.buckets, key))
                commands.append(["EXPIRE", .string(key), .integer(Self.shortTerm)])
            }
        }
        return commands
    }

    private static func counting(_ buckets: [Int], _ key: String) -> RedisCommand {
        var words: [RedisArgument] = ["BITFIELD", .string(key), "OVERFLOW", "SAT"]
        for (index, count) in buckets.enumerated() where count > 0 {
            // A field holds 16 bits, and so does what may be added to it.
            words += ["INCRBY", "u16", .string("#\(index)"), .integer(min(count, 65_535))]
        }
        return RedisCommand(words)
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
