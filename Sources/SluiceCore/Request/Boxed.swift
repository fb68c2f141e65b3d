/// A large value behind one reference.
///
/// What crosses many async functions is copied into the frame of each: a reference costs eight bytes there and one retain, however many
/// fields the value has. Changing a boxed value makes a new box.
struct Boxed<Value: Sendable>: Sendable {
    private final class Box: Sendable {
        let value: Value

        init(_ value: Value) {
            self.value = value
        }
    }

    private var box: Box

    init(_ value: Value) {
        box = Box(value)
    }

    var value: Value {
        get { box.value }
        set { box = Box(newValue) }
    }
}
