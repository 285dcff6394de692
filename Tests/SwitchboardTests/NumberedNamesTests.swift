import Testing

@testable import Switchboard

@Suite struct NumberedNamesTests {
    @Test func `a number belongs to the name before it`() {
        let queues = NumberedNames(["critical", "4", "default", "2", "low"])
        #expect(queues.names == ["critical", "default", "low"])
        #expect(queues.numbers == ["critical": 4, "default": 2])
        #expect(NumberedNames([]) == NumberedNames([]) && NumberedNames(["1"]).names == ["1"])
    }
}
