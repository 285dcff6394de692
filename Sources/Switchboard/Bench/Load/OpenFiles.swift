import Glibc

enum OpenFiles {
    /// Raises this process's limit as far as it may be, and says so when that is not enough.
    static func allow(_ count: Int) throws(Failure) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        guard limit.rlim_cur >= rlim_t(count) else {
            throw Failure(
                "this needs \(count) open files, and the limit is \(limit.rlim_cur): try ulimit -n \(count)")
        }
    }
}
