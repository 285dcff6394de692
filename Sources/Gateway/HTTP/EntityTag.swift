import HTTPTypes
import Hummingbird
import NIOCore
import Support

/// The name of an answer's content (RFC 9110 section 8.8.3), by which a client that polls asks only for what is new.
/// Weak, as the order of an object's members may change and means nothing.
struct EntityTag: Sendable {
    let text: String

    init(_ content: some Collection<UInt8>) {
        let digest = SHA1.digest(content).prefix(12)
        text =
            "W/\"" + digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined() + "\""
    }

    init(_ version: ChatVersion) { self.init(Array(version.text.utf8)) }

    func isKnown(to request: Request) -> Bool {
        Self.list(request.headers[values: .ifNoneMatch], has: text)
    }

    func notModified() -> Response {
        // Not kept by browsers, like the answer itself: it is the client's own memory that it speaks of.
        var response = Response(status: .notModified, headers: [.eTag: text, .cacheControl: "no-store"])
        response.headers[.contentLength] = nil
        return response
    }

    func response(_ json: ByteBuffer) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "application/json; charset=utf-8", .cacheControl: "no-store", .eTag: text,
            ],
            body: .init(byteBuffer: json))
    }

    /// `If-None-Match` (RFC 9110 section 13.1.2); the comparison is weak.
    static func list(_ conditions: [String], has entityTag: String) -> Bool {
        conditions.flatMap { $0.split(separator: ",") }.contains { condition in
            let tag = condition.filter { $0 != " " && $0 != "\t" }
            return tag == "*" || opaque(tag) == opaque(entityTag)
        }
    }

    private static func opaque(_ tag: some StringProtocol) -> String {
        String(tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...])
    }
}

/// What scripts of other origins may read besides the body. Browsers look for it on the answer itself.
struct ExposedHeaders: RouterMiddleware {
    func handle(
        _ request: Request, context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(request, context)
        response.headers[.accessControlExposeHeaders] = "ETag, Retry-After"
        return response
    }
}
