import HTTPTypes
import Hummingbird
import NIOCore

/// One file in memory, in each coding it was found in.
struct StaticFile: Sendable {
    struct Variant: Sendable {
        let body: ByteBuffer
        /// Strong, of the coded bytes: codings of one content are different representations.
        let entityTag: String

        init(_ bytes: [UInt8]) {
            self.body = ByteBuffer(bytes: bytes)
            let digits = Array("0123456789abcdef")
            let hash = SHA1.digest(bytes).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }
            self.entityTag = "\"\(String(hash))\""
        }
    }

    let contentType: String
    let cacheControl: String
    /// Identity is always there.
    let variants: [ContentCoding: Variant]

    func response(to request: HTTPRequest) -> Response? {
        guard request.method == .get || request.method == .head else {
            return Response(status: .methodNotAllowed, headers: [.allow: "GET, HEAD"])
        }
        let accepted = request.headerFields[values: .acceptEncoding]
        let coding = ContentCoding.best(
            of: Array(variants.keys), accepting: accepted.isEmpty ? nil : accepted.joined(separator: ","))
        guard let variant = variants[coding] else { return nil }

        var response: Response
        if EntityTag.list(request.headerFields[values: .ifNoneMatch], has: variant.entityTag) {
            response = Response(status: .notModified)
            response.headers[.contentLength] = nil
        } else {
            response = Response(
                status: .ok, headers: [.contentLength: String(variant.body.readableBytes)],
                body: request.method == .head ? ResponseBody() : ResponseBody(byteBuffer: variant.body))
            if coding != .identity { response.headers[.contentEncoding] = coding.rawValue }
        }
        addHeaders(to: &response.headers, variant)
        return response
    }

    private func addHeaders(to headers: inout HTTPFields, _ variant: Variant) {
        headers[.contentType] = contentType
        headers[.cacheControl] = cacheControl
        headers[.eTag] = variant.entityTag
        headers[.xContentTypeOptions] = "nosniff"
        if variants.count > 1 { headers[.vary] = "Accept-Encoding" }
        // Widget files are loaded by pages of any origin, as modules too; they hold nothing private. A page
        // of ours is nobody else's to read.
        if !contentType.hasPrefix("text/html") {
            headers[.accessControlAllowOrigin] = "*"
            headers[.crossOriginResourcePolicy] = "cross-origin"
        }
    }
}
