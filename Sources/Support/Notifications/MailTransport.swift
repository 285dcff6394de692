import Foundation

/// How e-mail leaves the house.
package protocol MailTransport: Sendable {
    /// Hands the message over; a second time with the same id must not make a second mail where that can be told.
    func send(_ message: MailMessage) async throws
}

/// Writes each mail to a folder as an `.eml` file: for development, and for a mail system that picks them up.
package struct MailFolder: MailTransport {
    private let folder: URL

    package init(path: String) { folder = URL(fileURLWithPath: path, isDirectory: true) }

    package func send(_ message: MailMessage) async throws {
        // A mail is small and a local disk quick; still, no file is written on the threads that tasks share.
        let folder = folder
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            DispatchQueue.global(qos: .utility).async {
                done.resume(
                    with: Result {
                        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
                        let name = message.id.filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." }
                        // The name follows from the id, so a repeat writes the same file again.
                        try Data(message.rendered.utf8).write(
                            to: folder.appendingPathComponent("\(name).eml"), options: .atomic)
                    })
            }
        }
    }
}
