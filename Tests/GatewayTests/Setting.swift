import Support

/// One rule of the desk changed: `setting(\.contactTokenLifetime, to: .seconds(-1))`.
func setting<Value: Sendable>(
    _ rule: any WritableKeyPath<SupportConfiguration, Value> & Sendable, to value: Value
) -> @Sendable (inout SupportConfiguration) -> Void {
    { $0[keyPath: rule] = value }
}
