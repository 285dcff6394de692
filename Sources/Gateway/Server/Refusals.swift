import HTTPTypes
import NIOCore

/// What the transport itself refuses, before or instead of an `Admit`.
extension Admission {
    static let malformed = Admission.refuse(
        status: .badRequest, code: "malformed_request", message: "The request could not be understood.")

    static let stopping = Admission.refuse(
        status: .serviceUnavailable, code: "stopping", message: "This server is stopping.",
        headers: [.retryAfter: "1"])

    static let tooLate = Admission.refuse(
        status: .serviceUnavailable, code: "timeout", message: "It took too long to decide.",
        headers: [.retryAfter: "5"])

    static let failed = Admission.refuse(
        status: .internalServerError, code: "internal_error", message: "Something went wrong.")

    /// How a refusal is put to the client; nil of an acceptance. The HTTP parser does not go on after an
    /// upgrade, so the connection ends with it.
    var answer: ByteBuffer? {
        guard case .refuse(let status, let code, let message, var headers) = self else { return nil }
        let body = ErrorBody.json(code: code, message: message)
        headers[.contentType] = "application/json; charset=utf-8"
        headers[.contentLength] = String(body.readableBytes)
        headers[.connection] = "close"
        return HTTPResponse(status: status, headerFields: headers).bytes(body: body)
    }
}
