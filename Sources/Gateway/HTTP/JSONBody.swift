import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOFoundationCompat
import Support

/// JSON going out.
struct JSONBody<Value: Encodable & Sendable>: ResponseGenerator {
    let status: HTTPResponse.Status
    let value: Value

    init(status: HTTPResponse.Status = .ok, _ value: Value) {
        self.status = status
        self.value = value
    }

    func response(from request: Request, context: some RequestContext) throws -> Response { response() }

    func response() -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"],
            body: .init(byteBuffer: JSONBody<Never>.bytes(value)))
    }
}

extension JSONBody where Value == Never {
    /// The types that are encoded here are ours and always can be.
    ///
    /// - Parameter isSorted: the members' order is the same in every process, for bytes that are compared.
    static func bytes(_ value: some Encodable, isSorted: Bool = false) -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            isSorted ? [.withoutEscapingSlashes, .sortedKeys] : .withoutEscapingSlashes
        do {
            return ByteBuffer(bytes: try encoder.encode(value))
        } catch {
            preconditionFailure("a response cannot be encoded: \(error)")
        }
    }
}

extension Request {
    /// JSON coming in: an object of this type, or a refusal that names the field.
    func json<Body: Decodable>(_ type: Body.Type, limit: Int = 1 << 20) async throws -> Body {
        let bytes: ByteBuffer
        do {
            bytes = try await body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw HTTPError(.contentTooLarge)
        }
        return try JSONInput.decode(type, from: bytes)
    }
}

/// Reading what a client wrote, with refusals that help.
enum JSONInput {
    static func decode<Body: Decodable>(_ type: Body.Type, from bytes: ByteBuffer) throws(SupportError)
        -> Body
    {
        do {
            return try JSONDecoder().decode(
                type, from: bytes.readableBytes == 0 ? ByteBuffer(string: "{}") : bytes)
        } catch DecodingError.typeMismatch(let expected, let context) {
            throw .invalid(field: name(context.codingPath), "It is not a \(word(for: expected)).")
        } catch DecodingError.keyNotFound(let key, let context) {
            throw .invalid(field: name(context.codingPath + [key]), "It is missing.")
        } catch DecodingError.valueNotFound(_, let context) {
            throw .invalid(field: name(context.codingPath), "It may not be null.")
        } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
            throw .invalid(field: name(context.codingPath), "It is \(context.debugDescription).")
        } catch DecodingError.dataCorrupted(let context) where context.underlyingError == nil {
            // Foundation does not say which.
            throw .invalid(field: "body", "A number in it is too large, or not whole.")
        } catch {
            throw .invalid(field: "body", "It is not valid JSON.")
        }
    }

    private static func name(_ path: [any CodingKey]) -> String {
        path.isEmpty ? "body" : path.map(\.stringValue).joined(separator: ".")
    }

    private static func word(for type: Any.Type) -> String {
        switch type {
        case is String.Type: "string"
        case is Bool.Type: "boolean"
        case is Int.Type, is Double.Type: "number"
        case is [Any].Type: "list"
        default: "JSON object"
        }
    }
}
