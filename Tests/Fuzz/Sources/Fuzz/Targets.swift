import Foundation

/// A parser and what must hold of it, whatever the bytes. It ends the process when something does not.
typealias Target = @Sendable (UnsafeRawBufferPointer) -> Void

let targets: [String: Target] = [
    "frames": Frames.anyCutIsTheSame,
    "messages": Frames.whatIsSentArrives,
    "utf8": Texts.validator,
    "json": Texts.json,
    "flat": Texts.flat,
    "heads": Requests.head,
    "target": Requests.target,
    "subprotocols": Requests.subprotocols,
    "origins": Requests.origins,
    "commands": Cables.command,
    "publications": Cables.publication,
]

/// Which one this process runs, by the variable `FUZZ_TARGET`.
private let chosen: Target = {
    let name = ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? ""
    guard let target = targets[name] else {
        fail("FUZZ_TARGET is one of \(targets.keys.sorted().joined(separator: " "))")
    }
    return target
}()

/// libFuzzer's own main, as a function: SwiftPM gives the name `main` to the program's. On this platform Swift passes
/// such arguments as C does.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ test: @convention(c) (UnsafeRawPointer?, Int) -> CInt
) -> CInt

@main enum Fuzz {
    static func main() {
        var (count, arguments) = (CommandLine.argc, CommandLine.unsafeArgv)
        exit(
            runDriver(&count, &arguments) { start, count in
                chosen(UnsafeRawBufferPointer(start: start, count: count))
                return 0
            })
    }
}

func fail(_ what: String) -> Never {
    FileHandle.standardError.write(Data("broken: \(what)\n".utf8))
    abort()
}

func expect(_ holds: Bool, _ what: @autoclosure () -> String) {
    if !holds { fail(what()) }
}

/// Takes decisions off the front of an input, so that the fuzzer makes them; zero when nothing is left.
struct Choices {
    private var rest: UnsafeRawBufferPointer.SubSequence

    init(_ input: UnsafeRawBufferPointer) { rest = input[...] }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    var bytes: [UInt8] { Array(rest) }
}
