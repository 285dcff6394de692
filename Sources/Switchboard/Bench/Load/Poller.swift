import CEpoll
import Glibc

/// One wait for the events of many sockets (`epoll(7)`).
final class Poller {
    private let descriptor: CInt
    private var events = [epoll_event](repeating: epoll_event(), count: 1024)

    init() throws(Failure) {
        descriptor = epoll_create1(0)
        guard descriptor >= 0 else { throw Failure("epoll: \(String(cString: strerror(errno)))") }
    }

    deinit { close(descriptor) }

    /// From now on `wait` tells of `number` when there is something to read. Closing the socket ends it.
    func watch(_ socket: CInt, as number: Int) throws(Failure) {
        var event = epoll_event()
        event.events = EPOLLIN.rawValue
        event.data.u32 = UInt32(number)
        guard epoll_ctl(descriptor, EPOLL_CTL_ADD, socket, &event) == 0 else {
            throw Failure("epoll: \(String(cString: strerror(errno)))")
        }
    }

    /// The numbers of those that can be read; none when the time is over.
    func wait(milliseconds: Int) -> [Int] {
        let count = epoll_wait(descriptor, &events, CInt(events.count), CInt(milliseconds))
        guard count > 0 else { return [] }
        return events[..<Int(count)].map { Int($0.data.u32) }
    }
}
