/// Carries a value between threads.
///
/// Safety: one thread uses it at a time, and the next only once that one is done.
struct Carried<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
