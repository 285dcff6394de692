import Foundation
import Postgres
import Redis

/// Looks at everything that has to be right, one part after the other, and never changes anything.
struct Doctor: Sendable {
    let house: House

    func examine() async -> [Finding] {
        let jobs =
            house.jobs === house.redis
            ? [] : await RedisExamination(redis: house.jobs).examine().map { $0.at("of the jobs") }
        return await process() + RedisExamination(redis: house.redis).examine() + jobs
            + [await CellCheck(house: house).finding].compactMap { $0 }
            + PostgresExamination(postgres: house.postgres, home: house.settings.home).examine()
    }

    private func process() async -> [Finding] {
        var findings: [Finding] = []
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            let soft = Int(clamping: limit.rlim_cur)
            findings.append(
                soft >= 10_000
                    ? .right("file descriptors", "\(soft) for each process")
                    : .warning(
                        "file descriptors", "\(soft) for each process, and each socket needs one",
                        "raise the limit: ulimit -n 65536, or LimitNOFILE=65536 in the service's unit"))
        }
        let scripts = "\(house.settings.home)/lua"
        findings.append(.right("scripts", "\(house.scripts.all.count) in \(scripts), every header checked"))
        findings.append(
            FileManager.default.fileExists(atPath: "\(house.settings.home)/web/dist/w.js")
                ? .right("web files", "in \(house.settings.home)/web/dist")
                : .wrong(
                    "web files", "there is no web/dist/w.js in \(house.settings.home)",
                    "run in Switchboard's folder or set SWITCHBOARD_HOME"))
        return findings
    }
}
